package metering_test

import (
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// adjust corrects the meter by hand.
func (b meterBench) adjust(t *testing.T, value int64) (metering.Consumption, error) {
	t.Helper()
	return storetest.Try(t, b.Env, func(x tx.Tx) (metering.Consumption, error) {
		return b.meters.Adjust(x, metering.AdjustCommand{Vendor: b.Vendor, License: b.license.ID, Limitation: b.pages.ID, Value: value, Reason: "read by hand"})
	})
}

// reset begins the count anew.
func (b meterBench) reset(t *testing.T) metering.Consumption {
	t.Helper()
	return storetest.Do(t, b.Env, func(x tx.Tx) (metering.Consumption, error) {
		return b.meters.Reset(x, b.Vendor, b.license.ID, b.pages.ID, "a new start")
	})
}

// What was counted too much comes off, never more than there is; what took it off is
// one row that can be taken back.
func TestStaffTakeOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		five := b.consume(t, 5*unit, "a")
		off, err := b.adjust(t, -4*unit)
		if err != nil || off.Consumed != unit {
			t.Fatalf("%+v, %v", off, err)
		}
		b.want(t, unit, unit)
		if _, err := b.adjust(t, -unit-1); !fault.Is(err, "invalid_request") {
			t.Errorf("more than there is: %v", err)
		}
		// The client can't take back what staff have taken off, and staff first undo that.
		_, refused := b.rollback(t, five.Transaction)
		refusedWith(t, refused, refusal.NoRollback)
		storetest.Refuse(t, e, "below_zero", func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, five.Transaction, "a mistake")
		})
		storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, off.Transaction, "a mistake")
		})
		b.want(t, 5*unit, 5*unit)
		storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, five.Transaction, "a mistake")
		})
		b.want(t, 0, 0)

		// The same of a period that is over, whatever the present one holds.
		past := b.consume(t, 5*unit, "b")
		if _, err := b.adjust(t, -5*unit); err != nil {
			t.Fatal(err)
		}
		b.reset(t)
		b.consume(t, 9*unit, "c")
		storetest.Refuse(t, e, "below_zero", func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, past.Transaction, "a mistake")
		})
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'meter.adjusted' AND after_value LIKE '%"amount":-4,%'`); n != 1 {
			t.Errorf("%d records of what was taken off", n)
		}
		b.proved(t)
	})
}

// A reset begins the count anew within the period, whenever it comes: in the moment of
// an entry, twice at once. Nothing of the whole life changes, and what was consumed
// before it comes off that only.
func TestStaffReset(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		for _, mode := range []terms.Reset{terms.ResetMonth, terms.ResetNever} {
			b := newMeters(t, e, limitOf(10, func(l *terms.Limitation) { l.Name, l.Reset = "Pages", mode }))
			old := b.consume(t, 10*unit, "a")
			if full := b.consume(t, unit, "b"); full.Refused != metering.Exhausted {
				t.Fatalf("%+v", full)
			}
			if c := b.reset(t); c.Consumed != 0 || !c.Period.EndsAt.Equal(old.Period.EndsAt) || c.Transaction.IsZero() {
				t.Errorf("%s: after the reset: %+v; before it %+v", mode, c, old)
			}
			b.want(t, 0, 10*unit)
			b.reset(t)
			if again := b.consume(t, 3*unit, "b"); again.Consumed != 3*unit {
				t.Errorf("%s: %+v", mode, again)
			}
			b.want(t, 3*unit, 13*unit)
			storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
				return b.meters.Undo(x, b.Vendor, old.Transaction, "a mistake")
			})
			b.want(t, 3*unit, 3*unit)
			b.proved(t)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM consumptions WHERE kind = 'reset' AND amount = 0 AND note = 'a new start'`); n != 4 {
			t.Errorf("%d rows of resets in the ledger", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'meter.reset'`); n != 4 {
			t.Errorf("%d records of resets", n)
		}
	})
}

func TestAResetIsChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		reset := func(reason string) (metering.Consumption, error) {
			return storetest.Try(t, e, func(x tx.Tx) (metering.Consumption, error) {
				return b.meters.Reset(x, b.Vendor, b.license.ID, b.pages.ID, reason)
			})
		}
		if _, err := reset(" "); !fault.Is(err, "invalid_request") {
			t.Errorf("without a reason: %v", err)
		}
		done, err := reset("one that was never used")
		if err != nil {
			t.Fatal(err)
		}
		storetest.Refuse(t, e, "reset_final", func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, done.Transaction, "a mistake")
		})
		// In the last millisecond there is one reset, and no second one.
		e.Clock.Advance(b.reading(t).EndsAt.Sub(e.Clock.Now()) - time.Millisecond)
		if _, err := reset("in the last moment"); err != nil {
			t.Error(err)
		}
		if _, err := reset("once more"); !fault.Is(err, "period_just_begun") {
			t.Errorf("a reset of a period of no length: %v", err)
		}
		e.Clock.Advance(time.Millisecond)
		b.consume(t, unit, "a")
		b.want(t, unit, unit)
		b.proved(t)
	})
}

// A reset of the current count does not revive what the whole life has ended; a
// higher contract does, and so does what comes off.
func TestAResetRevivesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10, contract(15)))
		storetest.Subscribe(t, e, b.Vendor, outbox.LicenseExpired, outbox.LicenseChanged)
		b.consume(t, 10*unit, "a")
		b.reset(t)
		b.consume(t, 5*unit, "b")
		since := e.Clock.Now().Truncate(time.Millisecond)
		b.over(t, since)
		e.Clock.Advance(time.Hour)
		b.reset(t)
		b.over(t, since)
		if c := b.consume(t, unit, "c"); c.Refused != metering.Expired {
			t.Errorf("%+v", c)
		}
		more := int64(16 * unit)
		storetest.Do(t, e, func(x tx.Tx) (*licensing.License, error) {
			return b.Licenses.Update(x, b.Vendor, b.license.ID, licensing.Change{Overrides: func(o terms.Overrides) terms.Overrides {
				o.Limitations = []terms.LimitationOverride{{ID: b.pages.ID, ContractAllowed: &more}}
				return o
			}})
		})
		b.alive(t)
		b.consume(t, unit, "c")
		b.over(t, e.Clock.Now().Truncate(time.Millisecond))
		if _, err := b.adjust(t, -unit); err != nil {
			t.Fatal(err)
		}
		b.alive(t)
		b.proved(t)
		for event, want := range map[string]int{outbox.LicenseExpired: 2, outbox.LicenseChanged: 2} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = $1`, event); n != want {
				t.Errorf("%d of %s, want %d", n, event, want)
			}
		}
		for action, want := range map[string]int{"license.expired": 2, "license.revived": 1} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = $1`, action); n != want {
				t.Errorf("%d records of %s, want %d", n, action, want)
			}
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'license.changed'
			AND before_value LIKE '%"validity_reason":"measurements_exceeded"%' AND after_value LIKE '%"validity_reason":""%'`); n != 1 {
			t.Errorf("%d records say that a higher contract revived the licence", n)
		}
	})
}
