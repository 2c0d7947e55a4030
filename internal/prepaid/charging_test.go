package prepaid_test

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A bound card stays Inactive until its device reports. From then on the run charges once in
// 24 hours, and so does a report, but never twice.
func TestADayIsChargedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		card := b.issue(t, "TR-30", 1, 0, &b.shop)[0]
		b.device(t, "356938035643809", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), card, "356938035643809"))
		e.Clock.Advance(3 * day)
		if n := b.round(t); n != 0 {
			t.Errorf("the run looked at %d devices that never reported", n)
		}
		b.wants(t, card, prepaid.Inactive, 30)

		first := e.Clock.Now()
		a := b.report(t, "356938035643809")
		if !a.Allowed || !a.UsableUntil.Equal(first.Add(day).Truncate(time.Millisecond)) {
			t.Errorf("the first report: %+v", a)
		}
		b.wants(t, card, prepaid.InUse, 29)
		e.Clock.Advance(23 * time.Hour)
		b.report(t, "356938035643809")
		b.round(t)
		b.wants(t, card, prepaid.InUse, 29)
		e.Clock.Advance(time.Hour)
		b.round(t)
		b.round(t)
		b.report(t, "356938035643809")
		b.wants(t, card, prepaid.InUse, 28)

		// Time in which the server was down is not charged afterwards.
		e.Clock.Advance(5 * day)
		b.round(t)
		b.wants(t, card, prepaid.InUse, 27)
		e.Clock.Advance(25 * time.Hour)
		b.report(t, "356938035643809") // the run has not done it
		b.round(t)
		b.wants(t, card, prepaid.InUse, 26)
		if n := b.rowsOf(t, prepaid.Charge); n != 4 {
			t.Errorf("%d charges in the ledger", n)
		}
		storetest.Sound(t, e)
	})
}

// Of two cards the earlier activated one is charged; when the days run out the device is
// blacklisted, and a top-up lifts it.
func TestDaysRunOutAndComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards := b.issue(t, "TR-30", 2, 2, &b.shop)
		b.device(t, "1001", b.shop)
		b.device(t, "1002", b.shop)
		shop := b.admin(b.shop)
		storetest.Do(t, e, b.bind(shop, cards[1], "1002"))
		b.report(t, "1002") // activates the second card
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, shop, cards[1]) })
		b.wants(t, cards[1], prepaid.Deactivated, 1)
		storetest.Do(t, e, b.bind(shop, cards[0], "1001"))
		storetest.Do(t, e, b.bind(shop, cards[1], "1001"))
		b.report(t, "1001")
		b.wants(t, cards[0], prepaid.Inactive, 2)
		b.wants(t, cards[1], prepaid.Expired, 0)
		for range 2 {
			e.Clock.Advance(day)
			b.round(t)
		}
		b.wants(t, cards[0], prepaid.Expired, 0)
		if d := b.deviceNow(t, "1001"); d.Dark != prepaid.NotDark {
			t.Errorf("dark within the paid day: %+v", d)
		}
		e.Clock.Advance(day)
		b.round(t)
		if a := b.report(t, "1001"); a.Allowed || a.Reason != prepaid.ReasonNoDays {
			t.Errorf("without days: %+v", a)
		}
		b.round(t)
		if n := b.rowsOf(t, prepaid.Failed); n != 2 { // the device that lost its card too
			t.Errorf("%d failed deductions in the ledger", n)
		}
		if a := b.report(t, "no such device"); a.Allowed || a.Reason != prepaid.ReasonUnknown {
			t.Errorf("an unknown device: %+v", a)
		}
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.TopUp(x, b.staff, cards[0], 5) })
		if a := b.report(t, "1001"); !a.Allowed {
			t.Errorf("after the top-up: %+v", a)
		}
		b.wants(t, cards[0], prepaid.InUse, 4)
		storetest.Sound(t, e)
	})
}

func TestACardThatIsChargedOnReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.code(t, "RP-10", 10, prepaid.OnReport, "gt06n")
		card := b.issue(t, "rp-10", 1, 0, &b.top)[0]
		b.device(t, "1", b.top)
		storetest.Do(t, e, b.bind(b.admin(b.top), card, "1"))
		b.report(t, "1")
		for range 5 {
			e.Clock.Advance(day)
			b.round(t)
		}
		b.wants(t, card, prepaid.InUse, 9)
		if d := b.deviceNow(t, "1"); d.Dark != prepaid.NotDark {
			t.Errorf("a silent device is dark: %+v", d)
		}
		if a := b.report(t, "1"); !a.Allowed {
			t.Errorf("its next report: %+v", a)
		}
		b.wants(t, card, prepaid.InUse, 8)
		storetest.Sound(t, e)
	})
}

// Grace is given once after a paid day, and paid by the next cards; dark time never is.
func TestGrace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.must(t, func(x tx.Tx) error { return b.service.SetGrace(x, b.staff, 3) })
		cards := b.issue(t, "TR-30", 2, 1, &b.shop)
		later := b.issue(t, "TR-30", 1, 2, &b.shop)[0]
		last := b.issue(t, "TR-30", 1, 10, &b.shop)[0]
		shop := b.admin(b.shop)
		for i, number := range []string{"1", "2"} {
			b.device(t, number, b.shop)
			storetest.Do(t, e, b.bind(shop, cards[i], number))
			b.report(t, number) // the card's last day
		}
		allowed := map[string]int{}
		for hour := range 20 * 24 {
			e.Clock.Advance(time.Hour)
			if hour%7 == 0 {
				b.round(t)
			}
			for _, number := range []string{"1", "2"} {
				if b.report(t, number).Allowed {
					allowed[number]++
				}
			}
		}
		if allowed["1"] != 4*24-1 || allowed["2"] != 4*24-1 {
			t.Errorf("allowed for %v hours, want four days", allowed)
		}
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.TopUp(x, b.staff, cards[0], 30) })
		at := e.Clock.Now()
		a := b.report(t, "1")
		if b.wants(t, cards[0], prepaid.InUse, 26); !a.Allowed || !a.UsableUntil.Equal(at.Add(day).Truncate(time.Millisecond)) {
			t.Errorf("after the top-up: %+v", a)
		}
		storetest.Do(t, e, b.bind(shop, later, "2"))
		b.wants(t, later, prepaid.Expired, 0)
		if a := b.report(t, "2"); a.Allowed {
			t.Errorf("lifted with nothing left: %+v", a)
		}
		for range 4 {
			e.Clock.Advance(day)
			b.round(t)
			if a := b.report(t, "2"); a.Allowed {
				t.Errorf("a new grace: %+v", a)
			}
		}
		storetest.Do(t, e, b.bind(shop, last, "2"))
		if a := b.report(t, "2"); !a.Allowed {
			t.Errorf("with days: %+v", a)
		}
		b.wants(t, last, prepaid.InUse, 8)
		if n := b.rowsOf(t, prepaid.Settlement); n != 6 {
			t.Errorf("%d settlements", n)
		}
		triggers := map[prepaid.DeductionKind]map[string]int{prepaid.Settlement: {}, prepaid.Charge: {}}
		for _, w := range b.deductions(t, prepaid.DeductionFilter{Holders: own(b.shop)}) {
			if by := triggers[w.Kind]; by != nil {
				by[w.Trigger()]++
			}
		}
		if s, c := triggers[prepaid.Settlement], triggers[prepaid.Charge]; len(s) != 1 || s[prepaid.TriggerCard] != 6 || c[prepaid.TriggerCard] != 0 {
			t.Errorf("settlements are triggered by %v, charges by %v", s, c)
		}
		storetest.Sound(t, e)
	})
}

// What owners must know in time is told once: a card with few days left, a device whose
// cards last for less than a week, one that goes dark, and one that works again.
func TestWhatIsToldOfDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		storetest.Subscribe(t, e, b.Vendor, prepaid.EventCardLow, prepaid.EventDarkSoon, prepaid.EventBlacklisted, prepaid.EventLifted)
		b.code(t, "TR-8", 8, prepaid.Daily, "GT06*")
		card := b.issue(t, "TR-8", 1, 0, &b.shop)[0]
		b.device(t, "1", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), card, "1"))
		for range 10 {
			b.report(t, "1")
			e.Clock.Advance(day)
		}
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.TopUp(x, b.staff, card, 1) })
		told, err := store.All[string](e.DB.Query(t.Context(), `SELECT event FROM outbox WHERE vendor_id = $1 ORDER BY id`, b.Vendor))(func(scan store.Scan) (event string, err error) { return event, scan(&event) })
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"card.low", "device.dark_soon", "card.low", "device.blacklisted", "device.lifted"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
