package prepaid_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Sixty-four callers sell, return, bind, unbind, lock and charge the same cards at once,
// from two programs on PostgreSQL, beside the run: each card has one owner and one device,
// and all sums agree.
func TestACrowdAtTheSameCards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards := append(b.issue(t, "TR-30", 100, 0, &b.mid), b.issue(t, "TR-30", 100, 2, &b.shop)...)
		devices := make([]string, 40)
		for i := range devices {
			devices[i] = "9" + string(rune('0'+i/10)) + string(rune('0'+i%10))
			b.device(t, devices[i], b.shop)
		}
		runners := []tx.Runner{e.DB}
		if e.Config.URL != "" {
			c := e.Config
			c.Clock = e.Clock
			second, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = second.Close() })
			runners = append(runners, second)
		}
		const callers, each = 64, 25
		var crowd sync.WaitGroup
		for i := range callers {
			crowd.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), 7))
				for range each {
					card, device := cards[r.IntN(len(cards))], devices[r.IntN(len(devices))]
					if err := b.oneOfTheCrowd(t, runners[i%len(runners)], r.IntN(9), card, device); err != nil {
						if k := fault.As(err); k.Kind != fault.Conflict && k.Kind != fault.NotFound && k.Kind != fault.Forbidden && k.Code != "card_busy" {
							t.Errorf("%v", err)
						}
					}
				}
			})
		}
		crowd.Go(func() {
			for range 20 {
				e.Clock.Advance(day / 5)
				if _, err := b.run.Round(tx.Hurried(t.Context())); err != nil {
					t.Error(err)
				}
			}
		})
		crowd.Wait()
		storetest.Sound(t, e)
	})
}

func (b *bench) oneOfTheCrowd(t *testing.T, runner tx.Runner, what int, card, device string) error {
	t.Helper()
	mid, shop := b.admin(b.mid), b.admin(b.shop)
	return runner.Run(t.Context(), func(x tx.Tx) error {
		var err error
		switch what {
		case 0:
			_, err = b.service.Sell(x, mid, prepaid.SellCommand{Cards: []string{card}, To: b.shop.UUID})
		case 1:
			_, err = b.service.Return(x, shop, []string{card})
		case 2, 3:
			_, _, err = b.service.Bind(x, shop, prepaid.BindCommand{Card: card, Device: device})
		case 4:
			_, _, err = b.service.Bind(x, mid, prepaid.BindCommand{Card: card, Device: device})
		case 5:
			_, err = b.service.Unbind(x, shop, card)
		case 6, 7:
			_, err = b.service.SetLock(x, shop, []string{card}, what == 6)
		default:
			d, e := b.rows.LockDevice(x, b.Vendor, device)
			if e != nil || d == nil {
				return e
			}
			_, _, err = b.service.ChargeIn(x, b.Vendor, idsOf(d.ID))
		}
		return err
	})
}
