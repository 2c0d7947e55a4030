package metering_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// told keeps what people would be told.
type told struct {
	mu  sync.Mutex
	all []string
}

// Met implements metering.Notices.
func (o *told) Met(_ tx.Tx, _ ident.VendorID, n metering.Notice) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, fmt.Sprintf("%d %s", n.Percent, n.Of))
	return nil
}

// events gives what is queued for subscribers, as the outbox has it.
func (b meterBench) events(t *testing.T, event string) int {
	t.Helper()
	return storetest.Count(t, b.Env, `SELECT COUNT(*) FROM outbox WHERE event = $1`, event)
}

// A hundred clients consume at once, some of what they consumed is taken back, staff
// take off and add: each threshold is told once in its period, and running out, too.
func TestEachThresholdIsToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(110, func(l *terms.Limitation) { l.Alerts = []int{50, 80, 100} }))
		storetest.Subscribe(t, e, b.Vendor, outbox.MeterThreshold, outbox.MeterExhausted)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				answers, r, err := b.call(t, "c1", metering.Asked{Value: unit, ExternalID: fmt.Sprint(i)})
				if err != nil || r != nil {
					t.Error(r, err)
					return
				}
				if i%10 == 0 {
					storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
						return b.meters.Undo(x, b.Vendor, answers[0].Transaction, "a test run")
					})
				}
			})
		}
		all.Wait()
		b.want(t, 90*unit, 90*unit)
		off, err := b.adjust(t, -60*unit)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.adjust(t, 55*unit); err != nil {
			t.Fatal(err)
		}
		if a, x := b.events(t, outbox.MeterThreshold), b.events(t, outbox.MeterExhausted); a != 2 || x != 0 {
			t.Errorf("%d thresholds, %d exhausted; want 2, 0", a, x)
		}
		// Taking back what was taken off is consumption, too.
		storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, off.Transaction, "a mistake")
		})
		b.want(t, 145*unit, 145*unit)
		if a, x := b.events(t, outbox.MeterThreshold), b.events(t, outbox.MeterExhausted); a != 3 || x != 1 {
			t.Errorf("%d thresholds, %d exhausted; want 3, 1", a, x)
		}
		// A reset of the count begins them anew, as the next period does.
		b.reset(t)
		b.consume(t, 90*unit, "after")
		if a, x := b.events(t, outbox.MeterThreshold), b.events(t, outbox.MeterExhausted); a != 5 || x != 1 {
			t.Errorf("after the reset %d thresholds, %d exhausted; want 5, 1", a, x)
		}
		b.proved(t)
	})
}

// A limit that is raised within the period has alerts of its own; one that is lowered
// and raised again has not.
func TestARaisedLimitIsToldOf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10, func(l *terms.Limitation) { l.Alerts = []int{50, 80}; l.Reset = terms.ResetNever }))
		storetest.Subscribe(t, e, b.Vendor, outbox.MeterThreshold, outbox.MeterExhausted)
		limit := func(n int64) {
			grants := slices.Clone(b.edition.Grants.Limitations)
			for i := range grants {
				if grants[i].ID == b.pages.ID {
					grants[i].Limit = new(n * unit)
				}
			}
			b.edition = b.changeLimitations(t, grants)
		}
		want := func(threshold, exhausted int) {
			t.Helper()
			if a, x := b.events(t, outbox.MeterThreshold), b.events(t, outbox.MeterExhausted); a != threshold || x != exhausted {
				t.Errorf("%d thresholds, %d exhausted; want %d, %d", a, x, threshold, exhausted)
			}
		}
		b.consume(t, 10*unit, "a")
		want(2, 1)
		limit(5)
		b.consume(t, unit, "b")
		limit(10)
		b.consume(t, unit, "c")
		want(2, 1)
		limit(20) // half of it is consumed: only 80 is told again
		if m := b.reading(t); !m.ExhaustedAt.IsZero() {
			t.Error("with room again it is said to be exhausted")
		}
		b.consume(t, unit, "d")
		want(2, 1)
		b.consume(t, 9*unit, "e")
		want(3, 2)
	})
}

// Alerts go by the contract, too: once in the licence's life, whatever starts anew.
func TestAContractIsToldOf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(100, contract(20)))
		heard := &told{}
		service, err := metering.New(metering.Config{Store: b.rows, Reader: b.rows, Licenses: b.licenses, Runner: e.DB, IDs: e.IDs, Notices: heard})
		if err != nil {
			t.Fatal(err)
		}
		b.meters = service
		storetest.Subscribe(t, e, b.Vendor, outbox.MeterThreshold, outbox.LicenseExpired)
		b.consume(t, 10*unit, "a")
		e.Clock.Advance(storetest.Days(40))
		b.consume(t, 6*unit, "b")
		b.reset(t)
		e.Clock.Advance(storetest.Days(40))
		b.consume(t, unit, "c")
		b.consume(t, 3*unit, "d")
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = 'meter.threshold' AND payload LIKE '%"percent":80,"of":"contract"%'`); n != 1 || b.events(t, outbox.MeterThreshold) != 1 {
			t.Errorf("the contract was told of %d times, in %d alerts", n, b.events(t, outbox.MeterThreshold))
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = 'license.expired' AND payload LIKE '%"validity_reason":"measurements_exceeded"%'`); n != 1 {
			t.Errorf("the end of the licence was told %d times", n)
		}
		if !slices.Equal(heard.all, []string{"80 contract"}) {
			t.Errorf("people were told %q", heard.all)
		}
		if n, err := b.Licenses.NoteEnds(t.Context()); err != nil || n != 0 {
			t.Errorf("the periodic work told %d ends again, %v", n, err)
		}
		more := int64(40 * unit)
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) {
			return b.Licenses.Update(x, b.Vendor, b.license.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
				o.Limitations = []terms.LimitationOverride{{ID: b.pages.ID, ContractAllowed: &more}}
				return o
			}})
		})
		b.consume(t, 12*unit, "e")
		if n := b.events(t, outbox.MeterThreshold); n != 2 {
			t.Errorf("%d alerts after the contract was raised", n)
		}
		b.proved(t)
	})
}
