package licensing_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Five hundred devices call over a month's end, on PostgreSQL through two servers whose
// clocks differ: exactly as many as the new month has places get one.
func TestFiveHundredDevicesOverAMonthsEnd(t *testing.T) {
	const devices, places = 500, 100
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b, l := monthly(t, e, "UTC", devices, 0, 0)
		servers := []licenseBench{b}
		if e.Config.URL != "" {
			servers = append(servers, licenseBench{b.On(t, storetest.Open(t, e.Config))})
		}
		behind := servers[len(servers)-1]
		for _, s := range servers {
			s.goTo(t, "2026-03-31T20:00:00Z")
		}
		activate := func(s licenseBench, client string) (out licensing.Outcome, err error) {
			err = s.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				out, err = s.Licenses.Activate(x, licensing.ActivateCommand{
					Vendor: s.Vendor, Product: s.Product.UUID, Key: licensing.Key{UUID: l.LicenseKey}, ClientID: client,
				})
				return err
			})
			return out, err
		}
		crowd := func(call func(s licenseBench, i int, client string) (licensing.Outcome, error)) (granted, full int64) {
			var wg sync.WaitGroup
			for i := range devices {
				wg.Go(func() {
					out, err := call(servers[i%len(servers)], i, "client-"+strconv.Itoa(i))
					switch {
					case err != nil:
						t.Error(err)
					case out.Refusal == nil:
						atomic.AddInt64(&granted, 1)
					case out.Refusal.ID == refusal.NoTokenLeft:
						atomic.AddInt64(&full, 1)
					default:
						t.Errorf("refused with %d", out.Refusal.ID)
					}
				})
			}
			wg.Wait()
			return granted, full
		}
		if granted, full := crowd(func(s licenseBench, _ int, client string) (licensing.Outcome, error) { return activate(s, client) }); granted != devices {
			t.Fatalf("%d granted and %d refused in the month that has places for all", granted, full)
		}
		storetest.Sound(t, e)
		limit := int64(places)
		b.Update(t, l, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides { o.TokenLimit = &limit; return o }})

		// The month ends while they call: some activate again, the others send heartbeats.
		beat := func(s licenseBench, client string) (licensing.Outcome, error) {
			return s.Licenses.Heartbeat(t.Context(), licensing.HeartbeatCommand{
				Vendor: s.Vendor, Product: s.Product.UUID, ClientID: client, Client: licensing.Client{SoftwareVersion: "2"},
			})
		}
		for _, s := range servers {
			s.goTo(t, "2026-03-31T23:59:59Z")
		}
		var ended atomic.Int64
		crowd(func(s licenseBench, i int, client string) (licensing.Outcome, error) {
			if n := ended.Add(1); n == devices/4 {
				b.Clock.Advance(time.Second)
			} else if n == devices/2 && behind.DB != b.DB {
				behind.Clock.Advance(time.Second)
			}
			if i%5 == 0 {
				return activate(s, client)
			}
			return beat(s, client)
		})
		granted, full := crowd(func(s licenseBench, i int, client string) (licensing.Outcome, error) {
			if i%7 == 0 {
				return activate(s, client)
			}
			return beat(s, client)
		})
		if granted != places || full != devices-places {
			t.Errorf("%d granted and %d refused in April, want %d and %d", granted, full, places, devices-places)
		}
		b.counted(t, l, "UTC", places)
		b.Balanced(t)
	})
}
