package metering_test

import (
	"testing"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Where a licence counts the devices of each month, consuming is use: a device takes its
// place by it, and one that finds none consumes nothing, as its heartbeat is refused. A
// repeat gets its first answer all the same, and what only measures is recorded.
func TestConsumingTakesAPlaceOfTheMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		for _, measured := range []bool{false, true} {
			b := newMonthlyMeters(t, e, limitOf(100, func(l *terms.Limitation) { l.MeasuredOnly = measured }))
			e.Clock.Advance(time.Hour)
			if _, r, err := b.call(t, "c1", metering.Asked{Value: unit, ExternalID: "old"}); r != nil || err != nil {
				t.Fatal(r, err)
			}
			b.places(t, 2)
			e.Clock.Advance(31 * 24 * time.Hour)

			// The first two that use it in the new month have its places.
			if a, r, err := b.call(t, "c2", metering.Asked{Value: unit}); r != nil || err != nil || a[0].Transaction.IsZero() {
				t.Fatal(a, r, err)
			}
			if out := b.beat(t, "c3"); out.Refusal != nil {
				t.Fatalf("%+v", out.Refusal)
			}
			if used := b.used(t); used != 2 {
				t.Errorf("%d devices of the month", used)
			}
			if out := b.beat(t, "c1"); out.Refusal == nil || out.Refusal.ID != refusal.NoTokenLeft {
				t.Errorf("the heartbeat of a third: %+v", out)
			}
			before := b.reading(t).Gross
			a, r, err := b.call(t, "c1", metering.Asked{Value: unit, ExternalID: "old"}, metering.Asked{Value: unit, ExternalID: "new"})
			if err != nil || (r == nil) != measured || r != nil && (r.ID != refusal.NoTokenLeft || r.Help == "") {
				t.Errorf("measured only %t: %+v, %+v, %v", measured, a, r, err)
			}
			if a, r, err := b.call(t, "c1", metering.Asked{Value: unit, ExternalID: "old"}); r != nil || err != nil || a[0].Transaction.IsZero() {
				t.Errorf("a repeat: %+v, %+v, %v", a, r, err)
			}
			want := before
			if measured {
				want += unit
			}
			if got := b.reading(t).Gross; got != want {
				t.Errorf("measured only %t: %d consumed, want %d", measured, got, want)
			}
			b.places(t, 3)
			if a, r, err := b.call(t, "c1", metering.Asked{Value: unit, ExternalID: "new"}); r != nil || err != nil || a[0].Transaction.IsZero() {
				t.Errorf("with a place: %+v, %+v, %v", a, r, err)
			}
			b.proved(t)
		}
	})
}

// newMonthlyMeters is newMeters with a licence of three devices a month, which c1, c2 and
// c3 hold.
func newMonthlyMeters(t *testing.T, e storetest.Env, l terms.Limitation) meterBench {
	t.Helper()
	b := newMeters(t, e, l)
	p := terms.Defaults()
	p.TokenLimit, p.ActivationCounting = 3, terms.CountMonthly
	l.Name = "Pages"
	b.edition = b.Edition(t, catalog.Edition{
		Name: "Monthly", Mode: terms.Named, ClientType: terms.Devices, LicenseType: terms.Perpetual, Policy: p,
		Grants: terms.Grants{Limitations: []terms.Limitation{l}},
	})
	b.pages, b.license = b.edition.Grants.Limitations[0], b.Issue(t, b.edition)
	for _, c := range []string{"c1", "c2", "c3"} {
		b.Granted(t, b.license.LicenseKey, c)
	}
	return b
}

// places gives the licence's months other places.
func (b meterBench) places(t *testing.T, n int64) {
	t.Helper()
	b.Update(t, b.license, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
		o.TokenLimit = &n
		return o
	}})
}

func (b meterBench) beat(t *testing.T, client string) licensing.Outcome {
	t.Helper()
	return b.Heartbeat(t, licensing.HeartbeatCommand{Vendor: b.Vendor, Product: b.Product.UUID, ClientID: client})
}

// used gives how many devices the running month has counted.
func (b meterBench) used(t *testing.T) int64 {
	t.Helper()
	l := storetest.Do(t, b.Env, func(x tx.Tx) (*licensing.License, error) { return b.Licenses.Locked(x, b.Vendor, b.license.ID) })
	return l.UsedInMonth(b.Clock.Now())
}
