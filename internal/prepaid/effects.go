package prepaid

import (
	"chancery/internal/ident"
)

// settle writes what a decision about a device comes to: the ledger, its cards and itself.
// It fills in what the decision left out, and gives the device as it is now.
func (d *desk) settle(was State, cards []Bound, o Outcome, byReport bool) (State, error) {
	var used ident.CodeID // of the used-up card on a device that goes dark
	if o.Darkened {
		var err error
		if used, err = d.c.Store.CodeOn(d.t, d.v, was.ID); err != nil {
			return was, err
		}
		if used != 0 {
			o.State.Dark = DarkNoDays
		}
	}
	for i := range o.Rows {
		r := &o.Rows[i]
		r.Device, r.At, r.Day, r.ByReport, r.Holder = was.ID, d.now, d.day, byReport, was.Holder
		if r.Kind == Failed {
			r.Reason, r.Code = o.State.Dark, used
		}
		d.countTaken(*r)
	}
	d.rows = append(d.rows, o.Rows...)
	for _, is := range o.Cards {
		if err := d.saveBound(was.Holder, before(cards, is), is); err != nil {
			return was, err
		}
	}
	return o.State, d.saveState(was, o)
}

// countTaken counts the day that a row of the ledger takes from a card.
func (d *desk) countTaken(r Deduction) {
	if r.Card == 0 {
		return
	}
	day := d.tally.day(r.Holder, r.Day, r.Code)
	day.Charged++
	if r.Kind == Settlement {
		day.Settled++
	}
}

// before finds a card as it was.
func before(cards []Bound, is Bound) Bound {
	for _, c := range cards {
		if c.Card == is.Card {
			return c
		}
	}
	return is
}

func (d *desk) saveBound(holder ident.CustomerID, was, is Bound) error {
	if before, after := standingOf(was), standingOf(is); before == after {
		d.tally.have(holder, is.Code, after, 0, is.Days-was.Days)
	} else {
		d.tally.have(holder, was.Code, before, -1, -was.Days)
		d.tally.have(holder, is.Code, after, 1, is.Days)
	}
	low, err := d.lowOf(holder)
	if err != nil {
		return err
	}
	if level := low.fell(was.Days, is.Days); level != Enough {
		if err := d.tellLow(holder, is, low, level); err != nil {
			return err
		}
	}
	return d.c.Store.SaveBound(d.t, d.v, was, is)
}

func standingOf(b Bound) Standing { return StandingOf(true, !b.ActivatedAt.IsZero(), false, b.Days) }

// saveState writes a device that has changed, and has the run come by when it is due.
func (d *desk) saveState(was State, o Outcome) error {
	is := o.State
	if is == was {
		return nil
	}
	if err := d.c.Store.SaveState(d.t, d.v, is); err != nil {
		return err
	}
	if !is.DueAt.IsZero() && (was.DueAt.IsZero() || is.DueAt.Before(was.DueAt)) {
		if err := d.c.Store.LowerDue(d.t, d.v, is.ID, is.DueAt); err != nil {
			return err
		}
	}
	if o.Darkened || o.Lifted {
		return d.tellOf(is, o.Darkened)
	}
	return nil
}

// charge decides about a device that is locked, as the run or a report asks for it, and
// writes it down. cards are those with days that are on it.
func (d *desk) charge(was State, cards []Bound, byReport bool) (State, error) {
	// The owner's next card comes before grace and darkness (docs/rules/prepaid.md, rule 14).
	for range mostNextCards {
		if toCharge(cards) != nil || was.Usable(d.now) {
			break
		}
		is, bound, err := d.nextCard(was)
		if err != nil {
			return was, err
		}
		if !bound {
			break
		}
		if cards, err = d.c.Store.BoundTo(d.t, d.v, []ident.DeviceID{was.ID}); err != nil {
			return was, err
		}
		was = is
	}
	o := decideCharge(was, cards, d.grace, d.now, byReport)
	is, err := d.settle(was, cards, o, byReport)
	if err != nil {
		return is, err
	}
	left, taken := daysLeft(cards, o)
	switch {
	case taken > 0 && left == 0:
		is, _, err = d.nextCard(is)
	case left < WeekDays && left+taken >= WeekDays:
		d.tally.remind(is.Holder).DarkSoon++
		err = d.tellDarkSoon(is, left)
	}
	return is, err
}

// mostNextCards is how many cards a device may take by itself at once, where days of grace
// that it owes use them up.
const mostNextCards = 20

// daysLeft tells how many days a decision has left on the cards of a device, and how many it
// has taken.
func daysLeft(cards []Bound, o Outcome) (left, taken int64) {
	for _, r := range o.Rows {
		if r.Card != 0 {
			taken++
		}
	}
	for _, c := range cards {
		left += c.Days
	}
	return left - taken, taken
}
