package metering_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/outbox"
	"chancery/internal/refusal"
	"chancery/internal/store/storetest"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

func TestConsumeUpToLimitAndGoodwill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10, func(l *terms.Limitation) { l.GoodwillPercent = 20 }))
		if m := b.reading(t); m.ID != 0 || m.EndsAt.IsZero() {
			t.Errorf("before its first use: %+v", m)
		}
		first := b.consume(t, 9_500_000, "a")
		if first.Transaction.IsZero() || *first.Remaining() != 500_000 || *first.Balance() != 500_000 || first.GoodwillPercent != 20 {
			t.Errorf("%+v", first)
		}
		second := b.consume(t, 2_500_000, "b")
		if second.Transaction.IsZero() || *second.Remaining() != 0 || *second.Balance() != -2_000_000 {
			t.Errorf("%+v", second)
		}
		third := b.consume(t, 1, "c")
		if !third.Transaction.IsZero() || third.Refused != metering.Exhausted || third.Consumed != 12_000_000 {
			t.Errorf("%+v", third)
		}
		b.want(t, 12*unit, 12*unit)
		if first.Period.StartedAt != time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC) || first.Period.EndsAt != time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC) {
			t.Errorf("%+v", first.Period)
		}
		// A refused one is not remembered: with room again the same id counts.
		e.Clock.Advance(20 * 24 * time.Hour)
		if again := b.consume(t, 1, "c"); again.Transaction.IsZero() || again.Consumed != 1 {
			t.Errorf("after the reset: %+v", again)
		}
		b.want(t, 1, 12*unit+1)
	})
}

func TestRepeatedEntriesCountOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10), "c2")
		first := b.consume(t, unit, "a")
		b.consume(t, unit, "b")
		e.Clock.Advance(40 * 24 * time.Hour)
		if again := b.consume(t, unit, "a"); again.Transaction != first.Transaction || again.Consumed != first.Consumed || again.Period != first.Period {
			t.Errorf("a repeat was answered %+v, first %+v", again, first)
		}
		at := e.Clock.Now()
		for what, other := range map[string]metering.Asked{
			"value": {Value: 2 * unit, ExternalID: "a"}, "user": {Value: unit, ExternalID: "a", UserID: "u"}, "time": {Value: unit, ExternalID: "a", SaidAt: at},
		} {
			if _, _, err := b.call(t, "c1", other); !fault.Is(err, "external_id_reused") {
				t.Errorf("another %s under the same id: %v", what, err)
			}
		}
		if _, _, err := b.call(t, "c2", metering.Asked{Value: unit, ExternalID: "a"}); !fault.Is(err, "external_id_reused") {
			t.Errorf("another client under the same id: %v", err)
		}
		b.want(t, 0, 2*unit)

		stamped := metering.Asked{Value: unit, SaidAt: at}
		one, _, _ := b.call(t, "c1", stamped, stamped)
		two, _, _ := b.call(t, "c1", stamped)
		if one[0].Transaction != one[1].Transaction || one[0].Transaction != two[0].Transaction {
			t.Errorf("equal entries with a timestamp: %+v %+v", one, two)
		}
		other, _, _ := b.call(t, "c2", stamped)
		later, _, _ := b.call(t, "c1", metering.Asked{Value: unit, SaidAt: at.Add(time.Second)}, metering.Asked{Value: 2 * unit, SaidAt: at})
		plain, _, _ := b.call(t, "c1", metering.Asked{Value: unit}, metering.Asked{Value: unit})
		seen := map[ident.UUID]bool{one[0].Transaction: true}
		for _, c := range append(append(other, later...), plain...) {
			if c.Transaction.IsZero() || seen[c.Transaction] {
				t.Errorf("an entry of its own was not counted: %+v", c)
			}
			seen[c.Transaction] = true
		}
		b.want(t, 7*unit, 9*unit)
	})
}

func TestWhoMayConsume(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10), "c2")
		ask := metering.Asked{Value: unit, Limitation: b.pages.ID}
		try := func(client string, token ident.UUID, a metering.Asked) *refusal.Refusal {
			var refused *refusal.Refusal
			storetest.Do(t, e, func(x tx.Tx) (all []metering.Consumption, err error) {
				all, refused, err = b.meters.Consume(x, metering.ConsumeCommand{Vendor: b.Vendor, ClientID: client, TokenKey: token, Entries: []metering.Asked{a}})
				return all, err
			})
			return refused
		}
		one, two := b.Granted(t, b.license.LicenseKey, "c1"), b.Granted(t, b.license.LicenseKey, "c2")
		refusedWith(t, try("nobody", ident.UUID{}, ask), refusal.UnknownClient)
		refusedWith(t, try(" \t", ident.UUID{}, ask), refusal.MissingClientID)
		refusedWith(t, try("", ident.UUID{}, ask), refusal.MissingClientID)
		refusedWith(t, try("c1", two.TokenKey, ask), refusal.OtherToken)
		refusedWith(t, try("c1", b.TokenKeys(t, b.license)[0], ask), refusal.TokenNotAssigned)
		refusedWith(t, try("c1", e.IDs.V4(), ask), refusal.UnknownToken)
		refusedWith(t, try("c1", ident.UUID{}, metering.Asked{Value: unit, Limitation: e.IDs.V4()}), refusal.UnknownLimitation)
		for _, l := range b.edition.Grants.Limitations {
			if l.Reset == terms.ResetNone {
				refusedWith(t, try("c1", ident.UUID{}, metering.Asked{Value: unit, Limitation: l.ID}), refusal.UnknownLimitation)
			}
		}
		if r := try("c1", one.TokenKey, ask); r != nil {
			t.Errorf("with its own token: %+v", r)
		}
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			return nil, b.Licenses.Suspend(x, b.Vendor, one.UUID, e.Clock.Now().Add(time.Hour))
		})
		refusedWith(t, try("c1", ident.UUID{}, ask), refusal.Suspended)
		off := false
		b.Update(t, b.license, licensing.Change{IsActive: &off})
		answers, _, err := b.call(t, "c2", ask)
		if err != nil || answers[0].Refused != metering.Inactive || !answers[0].Transaction.IsZero() {
			t.Errorf("on a licence that is off: %+v, %v", answers, err)
		}
		b.want(t, unit, unit)
	})
}

func TestAClientWithAKeyPairProves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		key := []byte(strings.Repeat("k", 32))
		mine := func(k []byte) (int64, bool) { return 0, string(k) == string(key) }
		out := b.Try(t, licensing.ActivateCommand{
			Key: licensing.Key{UUID: b.license.LicenseKey}, ClientID: "keyed", Client: licensing.Client{PublicKey: key}, Proof: mine,
		})
		if out.Refusal != nil {
			t.Fatal(out.Refusal)
		}
		_, refused, _ := b.call(t, "keyed", metering.Asked{Value: unit})
		refusedWith(t, refused, refusal.ClientAssigned)
		var transaction ident.UUID
		storetest.Do(t, e, func(x tx.Tx) (any, error) {
			all, refused, err := b.meters.Consume(x, metering.ConsumeCommand{
				Vendor: b.Vendor, ClientID: "keyed", Prove: mine, Entries: []metering.Asked{{Limitation: b.pages.ID, Value: unit}},
			})
			if refused != nil {
				t.Errorf("with proof: %+v", refused)
				return nil, err
			}
			transaction = all[0].Transaction
			return nil, err
		})
		_, refused = b.rollback(t, transaction)
		refusedWith(t, refused, refusal.ClientAssigned)
		b.want(t, unit, unit)
	})
}

func TestRollback(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10), "c2")
		old, newest := b.consume(t, unit, "a"), b.consume(t, 2*unit, "b")
		others, _, _ := b.call(t, "c2", metering.Asked{Value: unit})
		_, refused := b.rollback(t, old.Transaction)
		refusedWith(t, refused, refusal.NoRollback)
		_, refused = b.rollback(t, e.IDs.V4())
		refusedWith(t, refused, refusal.NoRollback)
		first, refused := b.rollback(t, newest.Transaction)
		if refused != nil || first.Transaction.IsZero() || first.Consumed != 2*unit {
			t.Errorf("%+v, %+v", first, refused)
		}
		b.want(t, 2*unit, 2*unit)
		if again, refused := b.rollback(t, newest.Transaction); refused != nil || again.Transaction != first.Transaction || again.Consumed != first.Consumed {
			t.Errorf("repeated: %+v, %+v", again, refused)
		}
		_, refused = b.rollback(t, first.Transaction)
		refusedWith(t, refused, refusal.NoRollback)
		_, refused = b.rollback(t, old.Transaction) // it is not the newest, though the newest is taken back
		refusedWith(t, refused, refusal.NoRollback)
		if again := b.consume(t, 2*unit, "b"); again.Transaction != newest.Transaction {
			t.Error("what was rolled back counts again when it is repeated")
		}
		e.Clock.Advance(24*time.Hour + time.Millisecond)
		_, refused = b.rollback(t, others[0].Transaction)
		refusedWith(t, refused, refusal.NoRollback)
		b.want(t, 2*unit, 2*unit)
	})
}

// What was consumed before the reset comes off the whole life, not off the period.
func TestRollbackOverAReset(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		e.Clock.Advance(time.Date(2026, 3, 31, 21, 0, 0, 0, time.UTC).Sub(e.Clock.Now()))
		late := b.consume(t, 4*unit, "a")
		e.Clock.Advance(2 * time.Hour)
		storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Adjust(x, metering.AdjustCommand{Vendor: b.Vendor, License: b.license.ID, Limitation: b.pages.ID, Value: 3 * unit, Reason: "read by hand"})
		})
		b.want(t, 3*unit, 7*unit)
		if back, refused := b.rollback(t, late.Transaction); refused != nil || back.Period != late.Period {
			t.Errorf("%+v, %+v", back, refused)
		}
		b.want(t, 3*unit, 3*unit)
	})
}

func TestStaffAdjustAndUndo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		old := b.consume(t, unit, "a")
		b.consume(t, unit, "b")
		adjust := func(value int64, reason string) (metering.Consumption, error) {
			return storetest.Try(t, e, func(x tx.Tx) (metering.Consumption, error) {
				return b.meters.Adjust(x, metering.AdjustCommand{Vendor: b.Vendor, License: b.license.ID, Limitation: b.pages.ID, Value: value, Reason: reason})
			})
		}
		if over, err := adjust(100*unit, "imported"); err != nil || over.Consumed != 102*unit || *over.Remaining() != 0 {
			t.Errorf("%+v, %v", over, err)
		}
		for _, wrong := range []int64{0, -103 * unit, -terms.MaxQuantity*unit - 1, terms.MaxQuantity*unit + 1} {
			if _, err := adjust(wrong, "x"); !fault.Is(err, "invalid_request") {
				t.Errorf("%d: %v", wrong, err)
			}
		}
		if _, err := adjust(1, " "); !fault.Is(err, "invalid_request") {
			t.Errorf("without a reason: %v", err)
		}
		for range 2 {
			storetest.Do(t, e, func(x tx.Tx) (metering.Consumption, error) {
				return b.meters.Undo(x, b.Vendor, old.Transaction, "a test run")
			})
		}
		storetest.Refuse(t, e, "consumption_not_found", func(x tx.Tx) (metering.Consumption, error) {
			return b.meters.Undo(x, b.Vendor, e.IDs.V4(), "x")
		})
		b.want(t, 101*unit, 101*unit)
		for action, want := range map[string]int{"meter.adjusted": 1, "meter.rolled_back": 1} {
			if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = $1`, action); n != want {
				t.Errorf("%d records of %s, want %d", n, action, want)
			}
		}
	})
}

func TestMeterEventsOncePerPeriod(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10, func(l *terms.Limitation) { l.Alerts = []int{50, 90} }))
		storetest.Subscribe(t, e, b.Vendor, outbox.MeterThreshold, outbox.MeterExhausted)
		count := func(event string) int {
			return storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = $1`, event)
		}
		seen := func(threshold, exhausted int) {
			t.Helper()
			if a, b := count(outbox.MeterThreshold), count(outbox.MeterExhausted); a != threshold || b != exhausted {
				t.Errorf("%d thresholds and %d exhausted, want %d and %d", a, b, threshold, exhausted)
			}
		}
		five := b.consume(t, 5*unit, "a")
		seen(1, 0)
		b.rollback(t, five.Transaction)
		b.consume(t, 5*unit, "b")
		seen(1, 0)
		b.consume(t, 6*unit, "c")
		b.consume(t, 6*unit, "d")
		seen(1, 1)
		b.consume(t, 5*unit, "e")
		seen(2, 1)
		e.Clock.Advance(30 * 24 * time.Hour)
		b.consume(t, 10*unit, "f")
		seen(4, 2)
		b.proved(t)
	})
}

// A limit of 1,000 with 10 per cent of goodwill, 500 callers who send every call
// twice: exactly 1,100 are counted, and the ledger says the same.
func TestFiveHundredConcurrentConsumers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000, func(l *terms.Limitation) { l.GoodwillPercent = 10 }), "c2", "c3", "c4", "c5")
		var mu sync.Mutex
		counted, refused := map[ident.UUID]int{}, 0
		var all sync.WaitGroup
		for i := range 500 {
			client := fmt.Sprintf("c%d", i%5+1)
			all.Go(func() {
				for n := range 3 {
					entry := metering.Asked{Value: unit, ExternalID: fmt.Sprintf("%d-%d", i, n)}
					for range 2 {
						answers, r, err := b.call(t, client, entry)
						if err != nil || r != nil {
							t.Error(r, err)
							return
						}
						mu.Lock()
						if id := answers[0].Transaction; id.IsZero() {
							refused++
						} else {
							counted[id]++
						}
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		if len(counted) != 1100 || refused != 800 {
			t.Errorf("%d counted and %d refusals, want 1100 and 800", len(counted), refused)
		}
		b.want(t, 1100*unit, 1100*unit)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM consumptions`); n != 1100 {
			t.Errorf("%d ledger rows", n)
		}
	})
}

// Calls over two meters in both orders, first uses of them among it, end.
func TestBatchesOverTwoMetersDoNotLockUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000))
		grants := slices.Clone(b.edition.Grants.Limitations)
		grants = append(grants, terms.Limitation{Name: "Scans", Reset: terms.ResetYear})
		b.edition = b.changeLimitations(t, grants)
		scans := b.edition.Grants.Limitations[len(grants)-1].ID
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				entries := []metering.Asked{{Value: unit}, {Value: unit, Limitation: scans}}
				if i%2 == 0 {
					entries[0], entries[1] = entries[1], entries[0]
				}
				if _, r, err := b.call(t, "c1", entries...); err != nil || r != nil {
					t.Error(r, err)
				}
			})
		}
		all.Wait()
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM meters WHERE consumed = $1`, 40*unit); n != 2 {
			t.Errorf("%d meters stand at 40", n)
		}
		b.proved(t)
	})
}

func TestFoldChangesNoFigure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000, func(l *terms.Limitation) { l.Reset = terms.ResetNever }))
		for i := range 30 {
			b.consume(t, unit, fmt.Sprint(i))
			e.Clock.Advance(24 * time.Hour)
		}
		if _, err := b.meters.Fold(t.Context(), e.Clock.Now().Add(-time.Hour)); err == nil {
			t.Error("rows of today were folded")
		}
		n, err := b.meters.Fold(t.Context(), e.Clock.Now().Add(-10*24*time.Hour))
		if err != nil || n != 20 {
			t.Errorf("%d rows folded, %v", n, err)
		}
		b.want(t, 30*unit, 30*unit)
		if rows := storetest.Count(t, e, `SELECT COUNT(*) FROM consumptions`); rows != 10 {
			t.Errorf("%d rows left", rows)
		}
		if n, err := b.meters.Fold(t.Context(), e.Clock.Now().Add(-10*24*time.Hour)); err != nil || n != 0 {
			t.Errorf("folded again: %d, %v", n, err)
		}
		b.consume(t, unit, "after")
		b.want(t, 31*unit, 31*unit)
	})
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		b.consume(t, unit, "a")
		corrupt(t, e, `UPDATE meters SET consumed = consumed + 1`)
		wrong, err := b.meters.Verify(t.Context())
		if err != nil || len(wrong) != 1 || wrong[0].License != b.license.UUID || wrong[0].Consumed != unit+1 || wrong[0].LedgerConsumed != unit {
			t.Errorf("%+v, %v", wrong, err)
		}
		corrupt(t, e, `UPDATE meters SET consumed = consumed - 1`)
		// Whatever a row is, verify adds it up: one that is lost or changed is found.
		if _, err := b.adjust(t, 4*unit); err != nil {
			t.Fatal(err)
		}
		if _, err := b.adjust(t, -unit); err != nil {
			t.Fatal(err)
		}
		back := b.consume(t, 2*unit, "b")
		b.rollback(t, back.Transaction)
		b.reset(t)
		b.consume(t, unit, "c")
		e.Clock.Advance(storetest.Days(5))
		if n, err := b.meters.Fold(t.Context(), e.Clock.Now().Add(-storetest.Days(3))); err != nil || n != 7 {
			t.Fatalf("%d rows folded, %v", n, err)
		}
		b.consume(t, unit, "d")
		b.proved(t)
		for _, broken := range []string{
			`UPDATE meters SET gross = gross + 1`, `UPDATE meters SET gross = gross - 2`, `UPDATE meters SET folded_gross = folded_gross + 1`,
			`UPDATE meters SET folded_consumed = folded_consumed - 1`, `UPDATE consumptions SET amount = amount + 3`,
		} {
			corrupt(t, e, broken)
			if wrong, err := b.meters.Verify(t.Context()); err != nil || len(wrong) != 1 {
				t.Errorf("after %s: %+v, %v", broken, wrong, err)
			}
		}
	})
}

func TestANewZoneHoldsFromTheNextPeriod(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(10))
		before := b.consume(t, unit, "a").Period
		zone := "Asia/Tokyo"
		storetest.Do(t, e, func(x tx.Tx) (vendors.Vendor, error) {
			return storetest.Vendors(t, e).Update(x, b.Vendor, vendors.Change{Zone: &zone})
		})
		if now := b.consume(t, unit, "b").Period; now != before {
			t.Errorf("the running period moved: %+v, %+v", before, now)
		}
		e.Clock.Advance(before.EndsAt.Sub(e.Clock.Now()))
		if m := b.reading(t); m.Consumed != 0 || m.StartedAt != before.EndsAt {
			t.Errorf("a read after the boundary sees %+v", m)
		}
		if next := b.consume(t, unit, "c").Period; next.EndsAt != time.Date(2026, 4, 30, 15, 0, 0, 0, time.UTC) {
			t.Errorf("the next period ends at %s", next.EndsAt)
		}
		b.want(t, unit, 3*unit)
	})
}
