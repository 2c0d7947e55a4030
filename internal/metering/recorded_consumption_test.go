package metering_test

import (
	"sync"
	"testing"

	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func TestRecordedConsumption(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		storetest.Taken(t, "the activation", b.ActivateAs(t, "a", 1, b.license.LicenseKey).Refusal)
		consume := func(counter int64) (all []metering.Consumption, r *refusal.Refusal) {
			err := b.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				all, r, err = b.meters.Consume(x, metering.ConsumeCommand{
					Vendor: b.Vendor, ClientID: "m", Prove: metering.Prove(storetest.Pair("a").By(counter)), Entries: []metering.Asked{{Limitation: b.pages.ID, Value: unit}},
				})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return all, r
		}
		counted, r := consume(2)
		storetest.Taken(t, "a consumption", r)
		_, r = consume(2)
		storetest.Repeated(t, "it again", r, 2)
		b.want(t, unit, unit)
		back := func(counter int64) *refusal.Refusal {
			return storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				_, r, err := b.meters.Rollback(x, metering.RollbackCommand{
					Vendor: b.Vendor, Transaction: counted[0].Transaction, Prove: metering.Prove(storetest.Pair("a").By(counter)),
				})
				return r, err
			})
		}
		storetest.Repeated(t, "a rollback of before", back(2), 2)
		b.want(t, unit, unit)
		storetest.Taken(t, "the rollback", back(3))
		b.want(t, 0, 0)
	})
}

// However many copies of a call come at once, one of them is taken.
func TestOneCallAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000))
		storetest.Taken(t, "the activation", b.ActivateAs(t, "a", 1, b.license.LicenseKey).Refusal)
		const rounds, copies = 8, 6
		for n := range int64(rounds) {
			var all sync.WaitGroup
			for range copies {
				all.Go(func() {
					if err := b.DB.Run(t.Context(), func(x tx.Tx) error {
						_, _, err := b.meters.Consume(x, metering.ConsumeCommand{
							Vendor: b.Vendor, ClientID: "m", Prove: metering.Prove(storetest.Pair("a").By(n + 2)), Entries: []metering.Asked{{Limitation: b.pages.ID, Value: unit}},
						})
						return err
					}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		b.want(t, rounds*unit, rounds*unit)

		// The first call of a key, too, which nobody has seen before.
		l := b.Issue(t, b.Limited(t, 9, 0, 0))
		var all sync.WaitGroup
		var mu sync.Mutex
		granted := 0
		for range copies {
			all.Go(func() {
				out := b.Try(t, licensing.ActivateCommand{
					Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "fresh", Client: licensing.Client{PublicKey: storetest.Pair("f").Key()}, Proof: storetest.Pair("f").By(7),
				})
				mu.Lock()
				defer mu.Unlock()
				if out.Refusal == nil {
					granted++
				}
			})
		}
		all.Wait()
		if granted != 1 {
			t.Errorf("one activation was taken %d times", granted)
		}
	})
}
