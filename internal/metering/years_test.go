package metering_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// yearsModel keeps every entry of a monthly meter, and adds up anew each time. It
// knows months by time.Date, and nothing of the meter's own reckoning.
type yearsModel struct {
	entries    []*yearsEntry
	begun, end time.Time // of the present period, as it was at the last entry
	zone       *time.Location
	contract   int64
	told       map[int]bool // alerts of the period
	ranOut     bool         // in the period

	alerts, exhausted, ended int // events
}

type yearsEntry struct {
	id        string
	uuid      ident.UUID
	value     int64
	at, begun time.Time
	consuming bool // by a client
	taken     bool
}

const (
	yearsLimit   = 50 * unit
	yearsAllowed = 55 * unit
)

// months gives the beginning of the month that an instant lies in, and of the next.
func (m *yearsModel) months(at time.Time) (begun, next time.Time) {
	y, month, _ := at.In(m.zone).Date()
	return time.Date(y, month, 1, 0, 0, 0, 0, m.zone).UTC(), time.Date(y, month+1, 1, 0, 0, 0, 0, m.zone).UTC()
}

// period gives the period at an instant. The first one after a period that ended by
// another zone's month runs until the end of the month that begins about then.
func (m *yearsModel) period(now time.Time) (begun, end time.Time) {
	if !m.begun.IsZero() && now.Before(m.end) {
		return m.begun, m.end
	}
	begun, end = m.months(now)
	if m.begun.IsZero() {
		return begun, end
	}
	if _, meant := m.months(m.end.Add(5 * 24 * time.Hour)); now.Before(meant) {
		return m.end, meant
	}
	return begun, end
}

// move goes into the period that holds now, for an entry.
func (m *yearsModel) move(now time.Time) {
	if begun, end := m.period(now); !begun.Equal(m.begun) {
		m.begun, m.end, m.told, m.ranOut = begun, end, map[int]bool{}, false
	}
}

func (m *yearsModel) sums(begun time.Time) (consumed, gross int64) {
	for _, e := range m.entries {
		if e.taken {
			continue
		}
		gross += e.value
		if e.begun.Equal(begun) {
			consumed += e.value
		}
	}
	return consumed, gross
}

// counted notes what is announced after the count has risen; before is gross
// until then.
func (m *yearsModel) counted(before int64) {
	consumed, gross := m.sums(m.begun)
	for _, p := range []int64{50, 80} {
		if !m.told[int(p)] && consumed*100 >= yearsLimit*p {
			m.told[int(p)] = true
			m.alerts++
		}
	}
	if consumed >= yearsAllowed && !m.ranOut {
		m.ranOut = true
		m.exhausted++
	}
	if before < m.contract && gross >= m.contract {
		m.ended++
	}
}

func (m *yearsModel) newest() *yearsEntry {
	for _, e := range slices.Backward(m.entries) {
		if e.consuming {
			return e
		}
	}
	return nil
}

// Two years of a meter that starts anew each month and of a contract over its whole
// life: retries, entries that are taken back by the client and by staff, corrections in
// both directions, resets, the vendor's move to other zones, the ledger folded, all of
// it at random. Consumed, gross, what is announced and what ends the licence are always
// what a model that keeps every entry says, and the ledger proves the first two.
func TestTwoYearsOfAMeter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 1))
		defer func() {
			if t.Failed() {
				t.Logf("seed %d", seed)
			}
		}()
		b := newMeters(t, e, limitOf(50, contract(300), func(l *terms.Limitation) { l.GoodwillPercent, l.Alerts = 10, []int{50, 80} }))
		storetest.Subscribe(t, e, b.Vendor, outbox.MeterThreshold, outbox.MeterExhausted, outbox.LicenseExpired)
		y := &years{meterBench: b, random: random, model: &yearsModel{zone: berlin(t), contract: 300 * unit, told: map[int]bool{}}}
		until := e.Clock.Now().AddDate(2, 0, 0)
		for step := 0; e.Clock.Now().Before(until); step++ {
			y.step(t, fmt.Sprint("e", step))
			y.compare(t)
			if t.Failed() {
				t.Fatalf("at step %d, %v", step, e.Clock.Now())
			}
		}
		b.proved(t)
		y.announced(t)
	})
}

// years is the meter beside its model.
type years struct {
	meterBench

	random *rand.Rand
	model  *yearsModel
}

func (y *years) step(t *testing.T, id string) {
	t.Helper()
	switch n := y.random.IntN(40); {
	case n < 15:
		y.spend(t, id)
	case n < 18:
		y.again(t)
	case n < 21:
		y.takeBack(t)
	case n < 24:
		y.correct(t)
	case n < 25:
		y.restart(t)
	case n < 27:
		y.undo(t)
	case n < 28:
		y.moveAway(t)
	case n < 29:
		y.fold(t)
	default:
		y.Clock.Advance(time.Duration(y.random.Int64N(int64(5 * 24 * time.Hour))).Truncate(time.Millisecond))
	}
}

// spend consumes as the client.
func (y *years) spend(t *testing.T, id string) {
	t.Helper()
	m, now := y.model, y.Clock.Now()
	value := y.random.Int64N(12*unit) + 1
	begun, _ := m.period(now)
	consumed, gross := m.sums(begun)
	c := y.consume(t, value, id)
	switch {
	case gross >= m.contract:
		if c.Refused != metering.Expired {
			t.Errorf("beyond the contract: %+v", c)
		}
		y.sellMore(t)
		return
	case consumed+value > yearsAllowed:
		if c.Refused != metering.Exhausted {
			t.Errorf("%d on %d: %+v", value, consumed, c)
		}
		if m.move(now); !m.ranOut {
			m.ranOut = true
			m.exhausted++
		}
		return
	case c.Refused != "":
		t.Fatalf("%d on %d, %d in all: %+v", value, consumed, gross, c)
	}
	m.move(now)
	m.entries = append(m.entries, &yearsEntry{id: id, uuid: c.Transaction, value: value, at: now, begun: m.begun, consuming: true})
	m.counted(gross)
}

// sellMore raises the contract of the licence.
func (y *years) sellMore(t *testing.T) {
	t.Helper()
	_, gross := y.model.sums(y.model.begun)
	y.model.contract = gross + 150*unit
	more := y.model.contract
	storetest.Do(t, y.Env, func(x tx.Tx) (*licensing.License, error) {
		return y.Licenses.Update(x, y.Vendor, y.license.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
			o.Limitations = []terms.LimitationOverride{{ID: y.pages.ID, ContractAllowed: &more}}
			return o
		}})
	})
}

// again repeats the client's newest entry, whose row is in the ledger still.
func (y *years) again(t *testing.T) {
	t.Helper()
	if e := y.model.newest(); e != nil && y.Clock.Now().Sub(e.at) < metering.LeastRetention {
		if c := y.consume(t, e.value, e.id); c.Transaction != e.uuid {
			t.Errorf("a repeat of %s: %+v", e.id, c)
		}
	}
}

// mayGo reports whether an entry can be taken back: not twice, and not where staff have
// taken off what it added.
func (m *yearsModel) mayGo(e *yearsEntry, now time.Time) bool {
	begun, _ := m.period(now)
	consumed, gross := m.sums(begun)
	if e.begun.Equal(begun) {
		return consumed >= e.value
	}
	return gross-consumed >= e.value
}

func (y *years) takeBack(t *testing.T) {
	t.Helper()
	e := y.model.newest()
	if e == nil || y.Clock.Now().Sub(e.at) >= metering.LeastRetention {
		return
	}
	may := e.taken || y.Clock.Now().Sub(e.at) <= 24*time.Hour && y.model.mayGo(e, y.Clock.Now())
	if _, refused := y.rollback(t, e.uuid); may != (refused == nil) {
		t.Errorf("taking %s back: %+v, want it to go: %t", e.id, refused, may)
	}
	if may {
		y.model.move(y.Clock.Now())
		e.taken = true
	}
}

func (y *years) correct(t *testing.T) {
	t.Helper()
	m, now := y.model, y.Clock.Now()
	value := y.random.Int64N(20*unit) - 10*unit
	if value == 0 {
		return
	}
	begun, _ := m.period(now)
	consumed, gross := m.sums(begun)
	c, err := y.adjust(t, value)
	if (err != nil) != (consumed+value < 0) {
		t.Errorf("%d on %d: %v", value, consumed, err)
	}
	if err == nil {
		m.move(now)
		m.entries = append(m.entries, &yearsEntry{uuid: c.Transaction, value: value, at: now, begun: m.begun})
		if value > 0 {
			m.counted(gross)
		}
	}
}

func (y *years) restart(t *testing.T) {
	t.Helper()
	m, now := y.model, y.Clock.Now()
	m.move(now)
	if !now.After(m.begun) {
		now = m.begun.Add(time.Millisecond)
	}
	y.reset(t)
	m.begun, m.told, m.ranOut = now.Truncate(time.Millisecond), map[int]bool{}, false
}

// undo takes an entry of the last days back, as staff.
func (y *years) undo(t *testing.T) {
	t.Helper()
	m, now := y.model, y.Clock.Now()
	if len(m.entries) == 0 {
		return
	}
	e := m.entries[max(0, len(m.entries)-1-y.random.IntN(3))]
	if e.taken || now.Sub(e.at) >= metering.LeastRetention {
		return
	}
	may := m.mayGo(e, now)
	_, gross := m.sums(m.begun)
	_, err := storetest.Try(t, y.Env, func(x tx.Tx) (metering.Consumption, error) { return y.meters.Undo(x, y.Vendor, e.uuid, "a mistake") })
	if may != (err == nil) {
		t.Errorf("undoing %+v: %v, want it to go: %t", e, err, may)
	}
	if may {
		m.move(now)
		e.taken = true
		if e.value < 0 {
			m.counted(gross)
		}
	}
}

// moveAway gives the vendor another zone, with other days on which the clocks change.
func (y *years) moveAway(t *testing.T) {
	t.Helper()
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"}
	name := zones[y.random.IntN(len(zones))]
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Do(t, y.Env, func(x tx.Tx) (vendors.Vendor, error) {
		return storetest.Vendors(t, y.Env).Update(x, y.Vendor, vendors.Change{Zone: &name})
	})
	y.model.zone = zone
}

func (y *years) fold(t *testing.T) {
	t.Helper()
	if _, err := y.meters.Fold(t.Context(), y.Clock.Now().Add(-metering.LeastRetention)); err != nil {
		t.Fatal(err)
	}
	y.proved(t)
}

func (y *years) compare(t *testing.T) {
	t.Helper()
	begun, end := y.model.period(y.Clock.Now())
	consumed, gross := y.model.sums(begun)
	m := y.reading(t)
	if m.Consumed != consumed || m.Gross != gross || m.Consumed < 0 || m.Gross < m.Consumed {
		t.Errorf("consumed %d, gross %d; the model says %d, %d", m.Consumed, m.Gross, consumed, gross)
	}
	if !m.EndsAt.Equal(end) {
		t.Errorf("the period is from %v to %v; the model says %v to %v", m.StartedAt, m.EndsAt, begun, end)
	}
	if s := y.state(t); s.IsExpired != (gross >= y.model.contract) {
		t.Errorf("expired: %t, with %d of %d", s.IsExpired, gross, y.model.contract)
	}
}

func (y *years) announced(t *testing.T) {
	t.Helper()
	limit := storetest.Count(t, y.Env, `SELECT COUNT(*) FROM outbox WHERE event = 'meter.threshold' AND payload LIKE '%"of":"limit"%'`)
	if limit != y.model.alerts || y.events(t, outbox.MeterExhausted) != y.model.exhausted || y.events(t, outbox.LicenseExpired) != y.model.ended {
		t.Errorf("announced: %d alerts, %d ran out, %d ends; the model says %d, %d, %d", limit, y.events(t, outbox.MeterExhausted),
			y.events(t, outbox.LicenseExpired), y.model.alerts, y.model.exhausted, y.model.ended)
	}
	if y.model.alerts == 0 || y.model.exhausted == 0 || y.model.ended == 0 {
		t.Errorf("nothing was tested of %d alerts, %d that ran out, %d ends", y.model.alerts, y.model.exhausted, y.model.ended)
	}
}
