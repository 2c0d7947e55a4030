package prepaid

import (
	"cmp"
	"slices"
	"time"
)

// Outcome is what a decision about one device comes to.
type Outcome struct {
	State State       // of the device after it
	Cards []Bound     // those that changed, with the days that they have now
	Rows  []Deduction // for the ledger, in order; the caller fills in when and whose

	Charged  bool // it has a paid day, or one of grace
	Darkened bool // it was blacklisted by this
	Lifted   bool // it was blacklisted before, and no longer is
}

// chargedFirst orders the cards of a device: the first one with days is charged (docs/rules/prepaid.md, rule 8).
// The earliest activation comes first, cards that were never charged after those that were,
// by the time they were bound, then by number.
func chargedFirst(a, b Bound) int {
	if a.ActivatedAt.IsZero() != b.ActivatedAt.IsZero() {
		if a.ActivatedAt.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(a.ActivatedAt.Compare(b.ActivatedAt), a.BoundAt.Compare(b.BoundAt), cmp.Compare(a.Number, b.Number))
}

// toCharge chooses the card that is charged next; nil when none has a day.
func toCharge(cards []Bound) *Bound {
	var chosen *Bound
	for i := range cards {
		if cards[i].Days > 0 && (chosen == nil || chargedFirst(cards[i], *chosen) < 0) {
			chosen = &cards[i]
		}
	}
	return chosen
}

// decideCharge decides about a device whose usable time is over at now: because the run
// found it due, or because it reports. grace is the vendor's. A device that is usable is
// left as it is (docs/rules/prepaid.md, rule 6).
func decideCharge(s State, cards []Bound, grace int64, now time.Time, byReport bool) Outcome {
	o := Outcome{State: s}
	if s.Usable(now) {
		o.State.DueAt = s.UsableUntil
		return o
	}
	card := toCharge(cards)
	switch {
	case card == nil:
		withoutCard(&o, grace, now, byReport)
	case card.OnReport && !byReport:
		o.State.DueAt = time.Time{} // its next report charges it (docs/rules/prepaid.md, rule 9)
	default:
		o.Lifted = s.Dark != NotDark
		o.take(*card, Charge, now)
		o.State.GraceLeft, o.State.OnReport = FullGrace, card.OnReport
		o.pay(now)
	}
	return o
}

// withoutCard gives a day of grace, or blacklists the device (docs/rules/prepaid.md, rules 11 and 12).
func withoutCard(o *Outcome, grace int64, now time.Time, byReport bool) {
	left := o.State.GraceLeft
	if left == FullGrace {
		left = grace
	}
	switch {
	case left > 0 && o.State.OnReport && !byReport:
		o.State.DueAt = time.Time{}
	case left > 0:
		o.Rows = append(o.Rows, Deduction{Kind: Grace})
		o.State.GraceLeft = left - 1
		o.State.GraceOwed++
		o.pay(now)
	default:
		o.State.GraceLeft, o.State.DueAt = 0, time.Time{}
		if o.State.Dark == NotDark {
			o.Darkened, o.State.Dark = true, DarkNoCard // the caller knows whether a used-up card is bound
			o.Rows = append(o.Rows, Deduction{Kind: Failed})
		}
	}
}

// take takes one day from a card.
func (o *Outcome) take(card Bound, kind DeductionKind, now time.Time) {
	card.Days--
	if card.ActivatedAt.IsZero() {
		card.ActivatedAt = now
	}
	o.Cards = append(o.Cards, card)
	o.Rows = append(o.Rows, Deduction{Kind: kind, Card: card.Card, Code: card.Code})
}

// pay makes the device usable for 24 hours from now on.
func (o *Outcome) pay(now time.Time) {
	o.Charged = true
	o.State.UsableUntil = now.Add(PaidTime)
	o.State.DueAt, o.State.Dark = o.State.UsableUntil, NotDark
}

// arrive decides what a card does for a device that it has just been bound to, or on which
// it has got days again: it pays the days of grace that the device owes, and lifts it if a
// day is left after that (docs/rules/prepaid.md, rules 10 and 13). first is when the device is first due, where it
// never reported; zero for its first report.
func arrive(s State, card Bound, first, now time.Time) Outcome {
	o := Outcome{State: s}
	if owed := min(s.GraceOwed, card.Days); owed > 0 {
		card.Days -= owed
		if card.ActivatedAt.IsZero() {
			card.ActivatedAt = now
		}
		o.Cards = []Bound{card}
		o.Rows = slices.Repeat([]Deduction{{Kind: Settlement, Card: card.Card, Code: card.Code}}, int(owed))
		o.State.GraceOwed -= owed
	}
	if card.Days == 0 {
		return o
	}
	switch {
	case s.Dark != NotDark:
		o.Lifted, o.State.Dark = true, NotDark
		o.State.DueAt = now
	case !s.UsableUntil.IsZero():
		o.State.DueAt = s.UsableUntil
	case !first.IsZero() && (s.DueAt.IsZero() || first.Before(s.DueAt)):
		o.State.DueAt = first
	}
	return o
}
