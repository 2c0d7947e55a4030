package prepaid

import (
	"slices"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Past stores what devices lived through before now, many rows at a time: the demo's. The
// rules of charging decide about each day, in memory; nobody is told of it.
type Past interface {
	// PastDevices stores devices with the machines that they are, and sets their ids. None of
	// their numbers is known yet.
	PastDevices(t tx.Tx, v ident.VendorID, all []*Device) error

	// PastBindings stores which cards were on which devices, and when.
	PastBindings(t tx.Tx, v ident.VendorID, all []PastBinding) error
}

// PastBinding is a card that was, or is, on a device.
type PastBinding struct {
	Card     ident.CardID
	Device   ident.DeviceID
	Holder   ident.CustomerID
	From, To time.Time // To is zero where it still is
}

// PastLife is what a device lived through.
type PastLife struct {
	Device  *Device     // which had no card yet; as it stands then
	Cards   []CardOnIt  // by the time they came
	First   time.Time   // its first report; zero for none
	Reports []time.Time // later ones that count where a card is charged on report; all after First

	events []event
	at     map[ident.CardID]Bound
	rows   []Deduction
	left   map[ident.CardID]bool
}

// CardOnIt is a card that a device had.
type CardOnIt struct {
	Card     Card      // unused, of the device's owner; as it stands then
	From, To time.Time // To is zero where it is still on the device
}

// MakeDevices makes new devices of one owner at once, with one row of the sales record.
func (s *Service) MakeDevices(t tx.Tx, by By, past Past, owner ident.CustomerID, all []*Device) error {
	return s.work(t, by.Vendor, func(d *desk) error {
		if err := d.may(by, OnlyVendor, owner, aDevice); err != nil {
			return err
		}
		var wrong fault.Fields
		ids := make([]ident.DeviceID, len(all))
		for _, one := range all {
			one.Number, one.Key = entry.DeviceNumber(&wrong, "number", one.Number)
			one.UUID, one.Holder, one.HeldSince, one.CreatedAt = d.c.IDs.V7(), owner, d.now, d.now
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		if err := past.PastDevices(t, d.v, all); err != nil {
			return err
		}
		for i, one := range all {
			ids[i] = one.ID
		}
		return d.transfer(by, Issue, owner, owner, nil, ids)
	})
}

// Live lets devices live through their days up to now. One that somebody has touched
// meanwhile, or whose cards, is left as it is.
func (s *Service) Live(t tx.Tx, v ident.VendorID, past Past, lives []*PastLife, now time.Time) error {
	zone, err := s.c.Store.Zone(t, v)
	if err != nil {
		return err
	}
	return s.work(t, v, func(d *desk) error {
		lives, err := d.untouched(lives)
		if err != nil {
			return err
		}
		var bindings []PastBinding
		due := map[Group]State{}
		for _, l := range lives {
			if err := d.live(l, now); err != nil {
				return err
			}
			d.record(l, zone)
			made, err := d.keep(l)
			if err != nil {
				return err
			}
			bindings = append(bindings, made...)
			g, is := GroupOf(v, l.Device.ID), l.Device.State
			if first, known := due[g]; !is.DueAt.IsZero() && (!known || is.DueAt.Before(first.DueAt)) {
				due[g] = is
			}
		}
		for _, first := range due {
			if err := d.c.Store.LowerDue(t, v, first.ID, first.DueAt); err != nil {
				return err
			}
		}
		return past.PastBindings(t, v, bindings)
	})
}

// untouched locks the devices and cards of lives, and gives those lives that can be stored.
func (d *desk) untouched(lives []*PastLife) (free []*PastLife, err error) {
	ids := make([]ident.DeviceID, len(lives))
	var numbers []string
	for i, l := range lives {
		ids[i] = l.Device.ID
		for _, c := range l.Cards {
			numbers = append(numbers, c.Card.Number)
		}
	}
	states, err := d.c.Store.LockStates(d.t, d.v, ids)
	if err != nil {
		return nil, err
	}
	cards, err := d.c.Store.LockCards(d.t, d.v, numbers)
	if err != nil {
		return nil, err
	}
	for _, l := range lives {
		ok := slices.Contains(states, l.Device.State)
		for _, c := range l.Cards {
			ok = ok && slices.ContainsFunc(cards, func(is Card) bool {
				return is.ID == c.Card.ID && is.Holder == l.Device.Holder && is.Days == c.Card.Days && bindable(is, Code{Models: []string{"*"}}, "") == ""
			})
		}
		if ok {
			free = append(free, l)
		}
	}
	return free, nil
}

// record puts what was charged into the ledger.
func (d *desk) record(l *PastLife, zone *time.Location) {
	for _, r := range l.rows {
		r.Device, r.Holder, r.Day = l.Device.ID, l.Device.Holder, calendar.DayOf(r.At, zone).Number()
		d.countTaken(r)
		d.rows = append(d.rows, r)
	}
}

// keep writes a device and its cards as they stand after its life.
func (d *desk) keep(l *PastLife) (bindings []PastBinding, err error) {
	for i := range l.Cards {
		on := &l.Cards[i]
		b, came := l.at[on.Card.ID]
		if !came {
			continue
		}
		code, err := d.code(on.Card.Code)
		if err != nil {
			return nil, err
		}
		was, is := on.Card, on.Card
		is.Days, is.ActivatedAt, is.Device, is.BoundAt = b.Days, b.ActivatedAt, l.Device.ID, b.BoundAt
		to := time.Time{}
		if l.left[is.ID] {
			to, is.Device, is.BoundAt = on.To, 0, time.Time{}
		}
		on.Card = is
		d.tally.changed(was, is)
		if err := d.c.Store.SaveCard(d.t, d.v, was, is, code.Billing == OnReport); err != nil {
			return nil, err
		}
		bindings = append(bindings, PastBinding{is.ID, l.Device.ID, is.Holder, on.From, to})
	}
	return bindings, d.c.Store.SaveState(d.t, d.v, l.Device.State)
}

// event is something that happens to a device.
type event struct {
	at   time.Time
	kind eventKind
	card int
}

type eventKind int

const (
	cardComes eventKind = iota
	cardGoes
	itReports
	isDue
)

// live lets a device live through its days: cards come and go, it reports, and the run
// charges it when it is due.
func (d *desk) live(l *PastLife, now time.Time) error {
	l.at, l.left, l.rows = map[ident.CardID]Bound{}, map[ident.CardID]bool{}, nil
	l.events = l.events[:0]
	for i, c := range l.Cards {
		l.events = append(l.events, event{c.From, cardComes, i})
		if !c.To.IsZero() {
			l.events = append(l.events, event{c.To, cardGoes, i})
		}
	}
	if !l.First.IsZero() {
		l.events = append(l.events, event{l.First, itReports, 0})
		for _, at := range l.Reports {
			l.events = append(l.events, event{at, itReports, 0})
		}
	}
	slices.SortStableFunc(l.events, func(a, b event) int { return a.at.Compare(b.at) })
	for {
		e, more := l.next(now)
		if !more {
			return nil
		}
		if err := d.happens(l, e); err != nil {
			return err
		}
	}
}

// next takes what happens next to a device, up to now.
func (l *PastLife) next(now time.Time) (e event, more bool) {
	due := l.Device.DueAt
	if len(l.events) > 0 && (due.IsZero() || !l.events[0].at.After(due)) {
		e, l.events = l.events[0], l.events[1:]
	} else {
		e = event{at: due, kind: isDue}
	}
	return e, !e.at.IsZero() && !e.at.After(now)
}

func (d *desk) happens(l *PastLife, e event) error {
	state := &l.Device.State
	switch e.kind {
	case cardComes:
		c := l.Cards[e.card].Card
		code, err := d.code(c.Code)
		if err != nil {
			return err
		}
		b := Bound{
			Device: state.ID, Card: c.ID, Code: c.Code, OnReport: code.Billing == OnReport, Days: c.Days, ActivatedAt: c.ActivatedAt,
			BoundAt: e.at, Number: c.Number,
		}
		l.at[c.ID] = b
		l.comes(arrive(*state, b, time.Time{}, e.at), e.at)
	case cardGoes:
		l.left[l.Cards[e.card].Card.ID] = true
		if state.Dark == DarkNoDays && !l.hasCard() {
			state.Dark = DarkNoCard
		}
	case itReports, isDue:
		if state.Dark == NotDark {
			l.comes(decideCharge(*state, l.bound(), d.grace, e.at, e.kind == itReports), e.at)
			l.reported(e)
		}
	}
	return nil
}

// comes takes what was decided about a device.
func (l *PastLife) comes(o Outcome, at time.Time) {
	if o.Darkened && l.hasCard() {
		o.State.Dark = DarkNoDays
	}
	for _, r := range o.Rows {
		r.At = at
		if r.Kind == Failed {
			r.Reason = o.State.Dark
		}
		l.rows = append(l.rows, r)
	}
	for _, c := range o.Cards {
		l.at[c.Card] = c
	}
	l.Device.State = o.State
}

// reported notes that a report has triggered what was decided last.
func (l *PastLife) reported(e event) {
	for i := len(l.rows) - 1; i >= 0 && l.rows[i].At.Equal(e.at); i-- {
		l.rows[i].ByReport = e.kind == itReports
	}
}

// bound gives the cards on the device that have days left.
func (l *PastLife) bound() (on []Bound) {
	for _, c := range l.Cards {
		if b, came := l.at[c.Card.ID]; came && b.Days > 0 && !l.left[c.Card.ID] {
			on = append(on, b)
		}
	}
	return on
}

func (l *PastLife) hasCard() bool {
	for _, c := range l.Cards {
		if _, came := l.at[c.Card.ID]; came && !l.left[c.Card.ID] {
			return true
		}
	}
	return false
}
