package licensing_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// countedMonth is what the model knows of a licence.
type countedMonth struct {
	calendar.Span

	limit, goodwill int64
	places          map[string]int64 // of the devices that were counted in the month
	held            map[string]*licensing.Activation
}

// open goes on to the month that holds at now.
func (m *countedMonth) open(now time.Time, zone *time.Location) {
	months := calendar.Cycle{Months: 1, Zone: zone}
	switch {
	case m.Ends.IsZero():
		m.Span = months.First(now)
	case now.Before(m.Ends):
		return
	default:
		m.Span = months.After(m.Ends, now)
	}
	m.places = map[string]int64{}
}

// use gives a device its place, and reports whether it has one.
func (m *countedMonth) use(client string) bool {
	if m.places[client] == 0 {
		if int64(len(m.places)) >= m.limit+m.goodwill {
			return false
		}
		m.places[client] = int64(len(m.places)) + 1
	}
	return true
}

// Over two years of activations, heartbeats, deletions, new limits and new zones a month
// counts what a model of a few lines counts.
func TestMonthsFollowAModel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0))
		zones := []string{"America/Havana", "Europe/Berlin", "Pacific/Kiritimati", "Australia/Lord_Howe", "America/Los_Angeles"}
		zone := zones[0]
		b, l := monthly(t, e, zone, 3, 0, 1)
		model := &countedMonth{limit: 3, goodwill: 1, held: map[string]*licensing.Activation{}}
		var story []string
		tellf := func(format string, args ...any) {
			story = append(story, b.Clock.Now().Format(time.DateTime)+" "+fmt.Sprintf(format, args...))
		}
		check := func(client string, r *refusal.Refusal, a *licensing.Activation) {
			t.Helper()
			place := model.places[client]
			switch {
			case place == 0 && (r == nil || r.ID != refusal.NoTokenLeft):
				t.Errorf("%s: got %+v, want 2000", client, r)
			case place > 0 && r != nil:
				t.Errorf("%s: refused with %d, and has place %d", client, r.ID, place)
			case place > 0 && (a.Place.Number != place || !a.Place.Until.Equal(model.Ends)):
				t.Errorf("%s: place %+v, want %d until %v", client, a.Place, place, model.Ends)
			case place > 0 && a.GoodwillAt(l, b.Clock.Now()) != (place > model.limit):
				t.Errorf("%s: place %d, goodwill %t, of a contract of %d", client, place, !(place > model.limit), model.limit)
			}
		}
		for range 250 {
			b.Clock.Advance(time.Duration(random.IntN(7*24*60)) * time.Minute / 2)
			client := "client " + strconv.Itoa(random.IntN(8))
			loaded, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			switch n := random.IntN(20); {
			case n < 6:
				tellf("%s activates", client)
				model.open(b.Clock.Now(), loaded)
				model.use(client)
				out := b.Activate(t, l.LicenseKey, client)
				check(client, out.Refusal, out.State.Activation)
				was := model.held[client]
				if out.Refusal == nil {
					if model.held[client] = out.State.Activation; was != nil && was.UUID != out.State.Activation.UUID {
						t.Errorf("%s: activating again made another activation", client)
					}
				}
			case n < 14:
				if model.held[client] == nil {
					continue
				}
				tellf("%s calls", client)
				model.open(b.Clock.Now(), loaded)
				model.use(client)
				out := b.Heartbeat(t, licensing.HeartbeatCommand{ClientID: client})
				check(client, out.Refusal, out.State.Activation)
			case n < 16:
				a := model.held[client]
				if a == nil {
					continue
				}
				tellf("%s is deleted", client)
				if ok := storetest.Do(t, e, func(x tx.Tx) (bool, error) { return b.Licenses.Release(x, b.Vendor, a.UUID, licensing.ByStaff) }); !ok {
					t.Errorf("%s was not there", client)
				}
				delete(model.held, client)
			case n < 19:
				limit, goodwill := random.Int64N(6), random.Int64N(3)
				tellf("the contract says %d + %d", limit, goodwill)
				changed, err := storetest.Try(t, e, func(x tx.Tx) (*licensing.License, error) {
					return b.Licenses.Update(x, b.Vendor, l.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
						o.TokenLimit, o.GoodwillTokenLimit = &limit, &goodwill
						return o
					}})
				})
				if err != nil {
					t.Fatal(fault.As(err))
				}
				l, model.limit, model.goodwill = changed, limit, goodwill
			default:
				zone = zones[random.IntN(len(zones))]
				tellf("the zone is %s", zone)
				b.moveTo(t, zone)
			}
			if used := b.reread(t, l).UsedInMonth(b.Clock.Now()); model.Holds(b.Clock.Now()) && used != int64(len(model.places)) {
				t.Errorf("%d devices were counted, want %d", used, len(model.places))
			}
			storetest.Sound(t, e)
			b.Balanced(t)
			if t.Failed() {
				t.Fatalf("seed %d, after %q", seed, story[max(0, len(story)-15):])
			}
		}
	})
}
