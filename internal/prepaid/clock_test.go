package prepaid_test

import (
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// steadyTrust is a process's own measure of time, which no clock changes.
type steadyTrust struct {
	*ident.Steady

	passed time.Duration
}

func (s *steadyTrust) Trusts(now time.Time) bool { return s.Leapt(now) == 0 }

// A clock that leaps charges nobody, makes nobody usable for years, and refuses nobody; when
// it is right again, or confirmed, everything goes on.
func TestAClockThatLeaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		trust := &steadyTrust{}
		trust.Steady = ident.NewSteady(e.Clock, func() time.Duration { return trust.passed })
		b := newBenchWith(t, e, trust)
		pass := func(d time.Duration) {
			trust.passed += d
			e.Clock.Advance(d)
		}
		card := b.issue(t, "TR-30", 2, 0, &b.shop)
		for i, number := range []string{"1", "2", "3"} {
			b.device(t, number, b.shop)
			if i < 2 {
				storetest.Do(t, e, b.bind(b.admin(b.shop), card[i], number))
			}
			b.report(t, number)
		}
		for _, leap := range []time.Duration{9 * 365 * day, 26 * time.Hour, -30 * day} {
			pass(23 * time.Hour)
			before := b.deviceNow(t, "1").UsableUntil
			e.Clock.Advance(leap)
			for range 4 {
				if n := b.round(t); n != 0 {
					t.Errorf("leap of %s: the run looked at %d devices", leap, n)
				}
				if a := b.report(t, "1"); !a.Allowed || !a.UsableUntil.Equal(before) {
					t.Errorf("leap of %s: %+v", leap, a)
				}
				if a := b.report(t, "3"); a.Allowed || a.Reason != prepaid.ReasonNoCard {
					t.Errorf("leap of %s, a blacklisted device: %+v", leap, a)
				}
				pass(time.Minute)
			}
			if !b.run.Progress().Paused {
				t.Errorf("leap of %s: the run does not say that it is paused", leap)
			}
			if d := b.deviceNow(t, "1"); !d.UsableUntil.Equal(before) {
				t.Errorf("leap of %s: usable until %s", leap, d.UsableUntil)
			}
			e.Clock.Advance(-leap)
			pass(time.Hour)
			b.round(t)
			if d := b.deviceNow(t, "1"); !d.UsableUntil.After(before) || d.UsableUntil.After(e.Clock.Now().Add(day)) {
				t.Errorf("leap of %s: afterwards usable until %s", leap, d.UsableUntil)
			}
		}
		e.Clock.Advance(30 * time.Hour)
		b.round(t)
		was := b.card(t, card[0]).Days
		trust.Confirm()
		b.round(t)
		b.wants(t, card[0], prepaid.InUse, was-1)
		storetest.Sound(t, e)
	})
}

// A start that was given when the card was bound makes a silent device due.
func TestAStart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		card := b.issue(t, "TR-30", 1, 0, &b.shop)[0]
		b.device(t, "1", b.shop)
		b.must(t, func(x tx.Tx) error {
			_, _, err := b.service.Bind(x, b.admin(b.shop), prepaid.BindCommand{Card: card, Device: "1", From: e.Clock.Now().Add(2 * day)})
			return err
		})
		e.Clock.Advance(day)
		b.round(t)
		b.wants(t, card, prepaid.Inactive, 30)
		e.Clock.Advance(day)
		b.round(t)
		b.wants(t, card, prepaid.InUse, 29)
		storetest.Sound(t, e)
	})
}

// The owner's oldest fitting card is bound by itself when the last one is used up.
func TestTheNextCardByItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.code(t, "OTHER", 5, prepaid.Daily, "VT*")
		first := b.issue(t, "TR-30", 1, 1, &b.shop)[0]
		other := b.issue(t, "OTHER", 1, 0, &b.shop)[0]
		next := b.issue(t, "TR-30", 1, 2, &b.shop)[0]
		b.device(t, "1", b.shop)
		storetest.Do(t, e, b.bind(b.admin(b.shop), first, "1"))
		yes := true
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Customer, error) {
			return b.service.SetSwitches(x, b.admin(b.shop), b.shop.UUID, prepaid.SwitchChange{NextCard: &yes})
		})
		b.report(t, "1")
		b.wants(t, first, prepaid.Expired, 0)
		b.wants(t, next, prepaid.Inactive, 2)
		b.wants(t, other, prepaid.Unused, 5)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_bindings WHERE by_itself = 1 AND card_id = $1`, b.card(t, next).ID); n != 1 {
			t.Errorf("%d bindings of it are noted as made by themselves", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM audit_log WHERE action = 'card.bound' AND after_value LIKE '%by_itself%'`); n != 1 {
			t.Errorf("%d bindings by itself are in the audit log", n)
		}
		for range 3 {
			e.Clock.Advance(day)
			b.round(t)
		}
		b.wants(t, next, prepaid.Expired, 0)
		if a := b.report(t, "1"); a.Allowed {
			t.Errorf("with no card left: %+v", a)
		}
		// What comes into stock later is for the person to bind: the device is dark already.
		late := b.issue(t, "TR-30", 1, 2, &b.shop)[0]
		b.wants(t, late, prepaid.Unused, 2)
		storetest.Sound(t, e)
	})
}
