package metering_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/metering"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// modelEntry is a row of the brute-force model: it keeps everything and adds it
// up anew each time.
type modelEntry struct {
	id        string
	client    string
	value     int64
	at        time.Time
	taken     bool // rolled back
	consuming bool // by a client, not by staff
	uuid      ident.UUID
}

type meterModel struct {
	entries []*modelEntry
	limit   int64
	percent int64
	zone    *time.Location
}

func (m *meterModel) month(at time.Time) string { return at.In(m.zone).Format("2006-01") }

func (m *meterModel) sums(now time.Time) (consumed, gross int64) {
	for _, e := range m.entries {
		if e.taken {
			continue
		}
		gross += e.value
		if m.month(e.at) == m.month(now) {
			consumed += e.value
		}
	}
	return consumed, gross
}

func (m *meterModel) mayTake(e *modelEntry, now time.Time) bool {
	for _, v := range slices.Backward(m.entries) {
		if o := v; o.consuming && o.client == e.client {
			return o == e && now.Sub(e.at) <= 24*time.Hour
		}
	}
	return false
}

// A random walk over all that can happen to a meter, beside a model that keeps
// every entry and counts by hand.
func TestMetersWalkWithAModel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(50, func(l *terms.Limitation) { l.GoodwillPercent = 10 }), "c2")
		model := &meterModel{limit: 50 * unit, percent: 10, zone: berlin(t)}
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 1))
		defer func() {
			if t.Failed() {
				t.Logf("seed %d", seed)
			}
		}()
		for step := range 400 {
			if t.Failed() {
				t.Fatalf("at step %d", step)
			}
			now := e.Clock.Now()
			switch random.IntN(20) {
			case 0, 1, 2, 3, 4, 5, 6, 7, 8:
				model.consume(t, b, random, fmt.Sprint("e", step), now)
			case 9, 10:
				if len(model.entries) > 0 {
					model.repeat(t, b, model.entries[random.IntN(len(model.entries))])
				}
			case 11, 12, 13:
				if len(model.entries) > 0 {
					model.rollback(t, b, model.entries[max(0, len(model.entries)-1-random.IntN(3))], now)
				}
			case 14:
				value := random.Int64N(10*unit) + 1
				c := storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
					return b.meters.Adjust(x, metering.AdjustCommand{Vendor: b.Vendor, License: b.license.ID, Limitation: b.pages.ID, Value: value, Reason: "walk"})
				})
				model.entries = append(model.entries, &modelEntry{value: value, at: now, uuid: c.Transaction})
			case 15:
				model.limit = random.Int64N(80) * unit
				grants := slices.Clone(b.edition.Grants.Limitations)
				for i := range grants {
					if grants[i].Name == "Pages" {
						limit := model.limit
						grants[i].Limit = &limit
					}
				}
				b.edition = b.changeLimitations(t, grants)
			case 16:
				if len(model.entries) > 0 {
					entry := model.entries[random.IntN(len(model.entries))]
					storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) { return b.meters.Undo(x, b.Vendor, entry.uuid, "walk") })
					entry.taken = true
				}
			default:
				e.Clock.Advance(time.Duration(random.Int64N(int64(20 * time.Hour))))
			}
			consumed, gross := model.sums(e.Clock.Now())
			if m := b.reading(t); m.Consumed != consumed || m.Gross != gross {
				t.Errorf("consumed %d, gross %d; the model says %d, %d", m.Consumed, m.Gross, consumed, gross)
			}
			if step%20 == 0 {
				b.proved(t)
			}
		}
		b.proved(t)
	})
}

func (m *meterModel) consume(t *testing.T, b meterBench, random *rand.Rand, id string, now time.Time) {
	t.Helper()
	e := &modelEntry{id: id, client: fmt.Sprintf("c%d", random.IntN(2)+1), value: random.Int64N(8*unit) + 1, at: now, consuming: true}
	answers, refused, err := b.call(t, e.client, metering.Asked{Value: e.value, ExternalID: id})
	if err != nil || refused != nil {
		t.Fatal(refused, err)
	}
	consumed, _ := m.sums(now)
	fits := consumed+e.value <= m.limit+m.limit*m.percent/100
	if counted := !answers[0].Transaction.IsZero(); counted != fits {
		t.Errorf("%d on %d of %d: counted %t", e.value, consumed, m.limit, counted)
	}
	if fits {
		e.uuid = answers[0].Transaction
		m.entries = append(m.entries, e)
	}
}

func (m *meterModel) repeat(t *testing.T, b meterBench, e *modelEntry) {
	t.Helper()
	if !e.consuming {
		return
	}
	answers, refused, err := b.call(t, e.client, metering.Asked{Value: e.value, ExternalID: e.id})
	if err != nil || refused != nil || answers[0].Transaction != e.uuid {
		t.Errorf("a repeat of %s: %+v, %+v, %v", e.id, answers, refused, err)
	}
}

func (m *meterModel) rollback(t *testing.T, b meterBench, e *modelEntry, now time.Time) {
	t.Helper()
	_, refused := b.rollback(t, e.uuid)
	if may := e.consuming && (e.taken || m.mayTake(e, now)); may != (refused == nil) {
		t.Errorf("rolling back %+v: %+v", e, refused)
	}
	if refused == nil {
		e.taken = true
	}
}
