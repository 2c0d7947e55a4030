package storetest_test

import (
	"strings"
	"sync"
	"testing"

	"chancery/internal/catalog"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// pair is a client with a key pair of its own; by gives the proof of a call with
// this counter, 0 for a program that does not count.
type pair string

func (p pair) key() []byte { return []byte(strings.Repeat(string(p), 32)) }

func (p pair) by(counter int64) licensing.Proof {
	return func(key []byte) (int64, bool) { return counter, string(key) == string(p.key()) }
}

func (b licenseBench) activateAs(t *testing.T, p pair, counter int64, key ident.UUID) licensing.Outcome {
	t.Helper()
	return b.try(t, licensing.ActivateCommand{
		Key: licensing.Key{UUID: key}, ClientID: "m", Client: licensing.Client{PublicKey: p.key()}, Proof: p.by(counter),
	})
}

func (b licenseBench) unassignAs(t *testing.T, p pair, counter int64, token ident.UUID) *refusal.Refusal {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (*refusal.Refusal, error) {
		return b.licenses.Unassign(x, licensing.UnassignCommand{Vendor: b.vendor, TokenKey: token, ClientID: "m", Proof: p.by(counter)})
	})
}

func (b licenseBench) beatAs(t *testing.T, p pair, counter int64, version string) *refusal.Refusal {
	t.Helper()
	return b.heartbeat(t, licensing.HeartbeatCommand{
		ClientID: "m", Client: licensing.Client{SoftwareVersion: version, OperatingSystem: "Plan 9"}, Proof: p.by(counter),
	}).Refusal
}

func repeated(t *testing.T, what string, r *refusal.Refusal, highest int64) {
	t.Helper()
	if r == nil || r.ID != refusal.CallRepeated || r.Counter != highest {
		t.Errorf("%s: %+v, want 20021 with the counter %d", what, r, highest)
	}
}

func taken(t *testing.T, what string, r *refusal.Refusal) {
	t.Helper()
	if r != nil {
		t.Fatalf("%s was refused: %+v", what, r)
	}
}

// The attack: a relay has recorded the calls of a client, and sends them again when
// they do harm.
func TestRecordedActivations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 3, 0, 0))
		first := b.activateAs(t, "a", 10, l.LicenseKey)
		taken(t, "the activation", first.Refusal)
		repeated(t, "the activation again", b.activateAs(t, "a", 10, l.LicenseKey).Refusal, 10)
		taken(t, "with a higher counter", b.activateAs(t, "a", 11, l.LicenseKey).Refusal)
		repeated(t, "without a counter", b.activateAs(t, "a", 0, l.LicenseKey).Refusal, 11)

		// The vendor releases the client; what was recorded does not take the place again.
		storetest.Do(t, e, func(x tx.Tx) (bool, error) {
			return b.licenses.Release(x, b.vendor, first.State.Activation.UUID, licensing.ByStaff)
		})
		repeated(t, "the activation of before", b.activateAs(t, "a", 11, l.LicenseKey).Refusal, 11)
		again := b.activateAs(t, "a", 12, l.LicenseKey)
		taken(t, "the client itself", again.Refusal)

		// The client gives it up; its key is nobody's from then on.
		token := again.State.Activation.TokenKey
		repeated(t, "an unassign of before", b.unassignAs(t, "a", 12, token), 12)
		taken(t, "the unassign", b.unassignAs(t, "a", 13, token))
		repeated(t, "an activation of before", b.activateAs(t, "a", 12, l.LicenseKey).Refusal, 13)
		if r := b.activateAs(t, "a", 99, l.LicenseKey).Refusal; r == nil || r.ID != refusal.KeyGivenUp {
			t.Errorf("a key that was given up: %+v", r)
		}
		taken(t, "another key", b.activateAs(t, "b", 1, l.LicenseKey).Refusal)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE released_at IS NULL`); n != 1 {
			t.Errorf("%d activations", n)
		}
	})
}

// A program that does not count yet works as before, until it shows a counter.
func TestClientsThatDoNotCount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 3, 0, 0))
		for range 2 {
			taken(t, "an activation", b.activateAs(t, "a", 0, l.LicenseKey).Refusal)
			taken(t, "a heartbeat", b.beatAs(t, "a", 0, "1"))
			taken(t, "a heartbeat", b.beatAs(t, "a", 0, "2"))
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM client_keys`); n != 0 {
			t.Errorf("%d keys are remembered for nothing", n)
		}
		taken(t, "the first heartbeat that counts", b.beatAs(t, "a", 5, "2"))
		repeated(t, "a heartbeat without", b.beatAs(t, "a", 0, "2"), 5)
		if err := b.pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		repeated(t, "an activation without", b.activateAs(t, "a", 0, l.LicenseKey).Refusal, 5)
		repeated(t, "a heartbeat without", b.beatAs(t, "a", 0, "2"), 5)
		held := storetest.Count(t, e, `SELECT counter FROM pulses`)
		if held != 5 {
			t.Errorf("the pulse has the counter %d", held)
		}
		// What heartbeats have shown outlives the activation.
		taken(t, "an activation", b.activateAs(t, "a", 6, l.LicenseKey).Refusal)
		taken(t, "a heartbeat", b.beatAs(t, "a", 7, "2"))
		if err := b.pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		a := b.activateAs(t, "a", 8, l.LicenseKey).State.Activation
		taken(t, "a heartbeat", b.beatAs(t, "a", 20, "2"))
		if err := b.pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.licenses.Release(x, b.vendor, a.UUID, licensing.ByStaff) })
		repeated(t, "an activation between", b.activateAs(t, "a", 15, l.LicenseKey).Refusal, 20)
	})
}

// A heartbeat that is sent again moves nothing: not the day that its client was seen
// last, not what the client says of itself.
func TestRecordedHeartbeats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 3, 0, 0))
		taken(t, "the activation", b.activateAs(t, "a", 10, l.LicenseKey).Refusal)
		repeated(t, "a heartbeat from before it", b.beatAs(t, "a", 9, "1"), 10)
		taken(t, "the first of the day", b.beatAs(t, "a", 11, "1"))
		repeated(t, "it again", b.beatAs(t, "a", 11, "1"), 11)
		taken(t, "one that changes nothing", b.beatAs(t, "a", 12, "1"))
		repeated(t, "it again, at once", b.beatAs(t, "a", 12, "1"), 12)
		if err := b.pulses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		repeated(t, "it again", b.beatAs(t, "a", 12, "1"), 12)
		taken(t, "an upgrade", b.beatAs(t, "a", 13, "2"))
		repeated(t, "the version of before", b.beatAs(t, "a", 12, "1"), 13)
		e.Clock.Advance(day(3))
		repeated(t, "three days later", b.beatAs(t, "a", 13, "2"), 13)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM activations WHERE software_version = '2'`); n != 1 {
			t.Error("the client's version went back")
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM pulses WHERE last_seen_at > $1`, storetest.Start.UnixMilli()); n != 0 {
			t.Error("the client looks alive")
		}
		taken(t, "the client itself", b.beatAs(t, "a", 14, "2"))
	})
}

func TestRecordedSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		p := terms.Defaults()
		p.FloatingTokenLimit = 1
		l := b.issue(t, b.edition(t, catalog.Edition{Name: "Floating", Mode: terms.Floating, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p}))
		taken(t, "the activation", b.activateAs(t, "a", 1, l.LicenseKey).Refusal)
		as := func(counter int64) func(*floating.Call) {
			return func(c *floating.Call) { c.Proof = floating.Proof(pair("a").by(counter)) }
		}
		b.opened(t, l, "m", as(2))
		repeated(t, "the open again", b.session(t, l, "m", as(2)).Refusal, 2)
		taken(t, "the close", b.close(t, l, "m", as(3)))
		repeated(t, "an open of before", b.session(t, l, "m", as(2)).Refusal, 3)
		if n := b.openNow(t, l); n != 0 {
			t.Errorf("%d sessions are open", n)
		}
		b.opened(t, l, "m", as(4))
		repeated(t, "a close of before", b.close(t, l, "m", as(3)), 4)
		if n := b.openNow(t, l); n != 1 {
			t.Errorf("%d sessions are open", n)
		}
	})
}

func TestRecordedConsumption(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		taken(t, "the activation", b.activateAs(t, "a", 1, b.license.LicenseKey).Refusal)
		consume := func(counter int64) (all []metering.Consumption, r *refusal.Refusal) {
			err := b.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				all, r, err = b.meters.Consume(x, metering.ConsumeCommand{
					Vendor: b.vendor, ClientID: "m", Prove: metering.Prove(pair("a").by(counter)), Entries: []metering.Asked{{Limitation: b.pages.ID, Value: unit}},
				})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return all, r
		}
		counted, r := consume(2)
		taken(t, "a consumption", r)
		_, r = consume(2)
		repeated(t, "it again", r, 2)
		b.want(t, unit, unit)
		back := func(counter int64) *refusal.Refusal {
			return storetest.Do(t, e, func(x tx.Tx) (*refusal.Refusal, error) {
				_, r, err := b.meters.Rollback(x, metering.RollbackCommand{
					Vendor: b.vendor, Transaction: counted[0].Transaction, Prove: metering.Prove(pair("a").by(counter)),
				})
				return r, err
			})
		}
		repeated(t, "a rollback of before", back(2), 2)
		b.want(t, unit, unit)
		taken(t, "the rollback", back(3))
		b.want(t, 0, 0)
	})
}

// However many copies of a call come at once, one of them is taken.
func TestOneCallAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000))
		taken(t, "the activation", b.activateAs(t, "a", 1, b.license.LicenseKey).Refusal)
		const rounds, copies = 8, 6
		for n := range int64(rounds) {
			var all sync.WaitGroup
			for range copies {
				all.Go(func() {
					if err := b.DB.Run(t.Context(), func(x tx.Tx) error {
						_, _, err := b.meters.Consume(x, metering.ConsumeCommand{
							Vendor: b.vendor, ClientID: "m", Prove: metering.Prove(pair("a").by(n + 2)), Entries: []metering.Asked{{Limitation: b.pages.ID, Value: unit}},
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
		l := b.issue(t, b.limited(t, 9, 0, 0))
		var all sync.WaitGroup
		var mu sync.Mutex
		granted := 0
		for range copies {
			all.Go(func() {
				out := b.try(t, licensing.ActivateCommand{
					Key: licensing.Key{UUID: l.LicenseKey}, ClientID: "fresh", Client: licensing.Client{PublicKey: pair("f").key()}, Proof: pair("f").by(7),
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

// Who presents ever new keys on a licence that has no room leaves nothing behind.
func TestRefusedKeysAreNotRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 1, 0, 0))
		b.granted(t, l.LicenseKey, "first")
		for _, p := range []pair{"a", "b", "c"} {
			if r := b.activateAs(t, p, 5, l.LicenseKey).Refusal; r == nil || r.ID != refusal.NoTokenLeft {
				t.Fatalf("%+v", r)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM client_keys`); n != 0 {
			t.Errorf("%d keys", n)
		}
	})
}

// An activation that was made without a key pair, by a file or by an older program,
// takes the one that comes with a full key, and answers nobody else then.
func TestAnActivationTakesAKeyPair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newLicenses(t, e)
		l := b.issue(t, b.limited(t, 3, 0, 0))
		plain := b.granted(t, l.LicenseKey, "m")
		for n, key := range []ident.UUID{l.LicenseKey, plain.TokenKey} {
			out := b.activateAs(t, "a", int64(n)+1, key)
			taken(t, "the SDK", out.Refusal)
			if out.State.Activation.UUID != plain.UUID || out.State.Activation.TokenKey != plain.TokenKey {
				t.Errorf("it got another activation: %+v", out.State.Activation)
			}
		}
		b.refused(t, refusal.ClientAssigned, l.LicenseKey, "m")
		beat := licensing.HeartbeatCommand{ClientID: "m", Client: licensing.Client{SoftwareVersion: "1"}}
		if r := b.heartbeat(t, beat).Refusal; r == nil || *r != *refusal.Unsigned() {
			t.Errorf("a heartbeat by somebody who names it: %+v", r)
		}
		if r := b.unassign(t, plain.TokenKey); r == nil || *r != *refusal.Unsigned() {
			t.Errorf("an unassign by somebody who has its token key: %+v", r)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'activation.key_pair'`); n != 1 {
			t.Errorf("%d records in the audit log", n)
		}
	})
}
