package prepaid_test

import (
	"testing"
	"time"

	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// trustFor believes the clock so many times.
type trustFor struct{ times int }

func (f *trustFor) Trusts(time.Time) bool {
	f.times--
	return f.times >= 0
}

// always is often enough for a test.
const always = 1_000_000

// While the clock is not believed no card is bound, no device is lifted, and nobody is noted
// as heard; afterwards all of it works.
func TestNothingIsWrittenAtALeaptTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		trust := &trustFor{always}
		b := newBenchWith(t, e, trust)
		cards := b.issue(t, "TR-30", 2, 1, &b.shop)
		b.device(t, "1", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), cards[0], "1"))
		b.report(t, "1")
		e.Clock.Advance(day)
		b.round(t) // it is dark, and its card is used up

		topUp := func(x tx.Tx) (prepaid.Card, error) { return b.service.TopUp(x, b.staff, cards[0], 5) }
		was := b.deviceNow(t, "1")
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		heard := storetest.Count(t, e, `SELECT MAX(at) FROM prepaid_heard`)
		right := e.Clock.Now()
		e.Clock.Advance(9 * 365 * day)
		trust.times = 0
		storetest.Refuse(t, e, "clock_leapt", b.bind(b.admin(b.shop), cards[1], "1"))
		storetest.Refuse(t, e, "clock_leapt", topUp)
		b.report(t, "1")
		b.report(t, "no device")
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT MAX(at) FROM prepaid_heard`); n != heard {
			t.Errorf("heard at %d, want %d", n, heard)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_unknown`); n != 0 {
			t.Errorf("%d unknown numbers are noted", n)
		}
		if is := b.deviceNow(t, "1"); is != was {
			t.Errorf("the device: %+v, want %+v", is, was)
		}
		e.Clock.Advance(right.Sub(e.Clock.Now()))
		trust.times = always
		storetest.Do(t, e, topUp)
		storetest.Do(t, e, b.bind(b.admin(b.shop), cards[1], "1"))
		storetest.Sound(t, e)
	})
}

// A clock that leaps while reports are answered refuses no device that is not blacklisted.
func TestAClockThatLeapsWithinAnAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		trust := &trustFor{always}
		b := newBenchWith(t, e, trust)
		card := b.issue(t, "TR-30", 1, 0, &b.shop)[0]
		b.device(t, "1", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), card, "1"))
		trust.times = 1
		if a := b.report(t, "1"); !a.Allowed || a.Reason != "" {
			t.Errorf("%+v", a)
		}
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_heard`); n != 0 {
			t.Errorf("%d devices are noted as heard", n)
		}
		b.wants(t, card, prepaid.Inactive, 30)
		trust.times = always
		b.report(t, "1")
		b.wants(t, card, prepaid.InUse, 29)
		storetest.Sound(t, e)
	})
}
