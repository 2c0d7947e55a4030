package licensing

import (
	"context"
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Month counts the devices that a licence was used on in one month, of a licence that
// counts so. The zero Month is none: no device was counted yet.
type Month struct {
	calendar.Span

	Used int64 // places given; the last one has this number
}

// longestMonth bounds how far off the end of a running month can be: a zone that was
// changed lets a month end half a month later (calendar.Cycle). What ends later was
// begun by a clock that had leapt ahead.
const longestMonth = 47 * 24 * time.Hour

// runs reports whether the month that ends at an instant is the running one. A server
// whose clock is behind that of the one that began it goes on in it.
func runs(ends, now time.Time) bool { return now.Before(ends) && ends.Sub(now) <= longestMonth }

// at gives the month that holds at now: this one, or the next one, with no device yet. A
// changed zone holds from the next month.
func (m Month) at(now time.Time, zone *time.Location) Month {
	months := calendar.Cycle{Months: 1, Zone: zone}
	switch {
	case runs(m.Ends, now):
		return m
	case m.Ends.IsZero(), now.Before(m.Ends):
		return Month{Span: months.First(now)}
	}
	return Month{Span: months.After(m.Ends, now)}
}

// Place is an activation's place in a month; the zero value is none.
type Place struct {
	Number int64     // counted from 1 in the order in which devices came; 0: it was refused one
	Until  time.Time // when the month ends
}

// CountsMonths reports whether the licence counts the devices of each month, not those
// that hold an activation.
func (l *License) CountsMonths() bool {
	return l.Edition.Policy.ActivationCounting == terms.CountMonthly
}

// MonthUse is a month of a licence as screens and answers show it.
type MonthUse struct {
	calendar.Span

	Used     int64 // devices counted
	Goodwill int64 // of those, above contract and buffer
	Contract int64
	Allowed  int64 // contract, buffer and goodwill
}

// MonthAt gives the month that holds at now, in the vendor's zone; nil where the licence
// counts the activations that are held.
func (l *License) MonthAt(now time.Time, zone *time.Location) *MonthUse {
	if !l.CountsMonths() {
		return nil
	}
	m, p := l.Month.at(now, zone), l.Terms().Policy
	return &MonthUse{Span: m.Span, Used: m.Used, Goodwill: aboveContract(p, m.Used), Contract: p.TokenLimit, Allowed: Allowed(p)}
}

// PastMonth is a month that is over, with what was counted and allowed in it.
type PastMonth struct {
	calendar.Span

	Used, Allowed int64
}

// UsedInMonth gives how many devices the running month has counted.
func (l *License) UsedInMonth(now time.Time) int64 {
	if !runs(l.Month.Ends, now) {
		return 0
	}
	return l.Month.Used
}

// OnGoodwill gives how many devices are above contract and buffer: activations, or the
// devices of this month.
func (l *License) OnGoodwill(now time.Time) int64 {
	if l.CountsMonths() {
		return aboveContract(l.Terms().Policy, l.UsedInMonth(now))
	}
	return l.GoodwillUsed
}

// UsedUpSince gives the first refusal of a client since there was room; zero where
// there is room. In a new month there is.
func (l *License) UsedUpSince(now time.Time) time.Time {
	// A heartbeat's read brings no month: its device has a place of the running one.
	if l.CountsMonths() && !l.Month.Ends.IsZero() && !runs(l.Month.Ends, now) {
		return time.Time{}
	}
	return l.UsedUpAt
}

// aboveContract gives how many of so many devices are above contract and buffer. The
// first ones of a month are those of the contract.
func aboveContract(p terms.Policy, used int64) int64 {
	return max(0, used-p.TokenLimit-p.ActivationBuffer)
}

// PlaceRefused reports whether the activation was refused a place of the month that runs at
// now.
func (a *Activation) PlaceRefused(now time.Time) bool {
	return a.Place.Number == 0 && runs(a.Place.Until, now)
}

// CountsAt reports whether the activation has a place of the month that runs at now.
func (a *Activation) CountsAt(now time.Time) bool {
	return a.Place.Number > 0 && runs(a.Place.Until, now)
}

// GoodwillAt reports whether an activation of the licence is above the contract at now.
func (a *Activation) GoodwillAt(l *License, now time.Time) bool {
	if l.CountsMonths() {
		return a.CountsAt(now) && aboveContract(l.Terms().Policy, a.Place.Number) > 0
	}
	return a.IsGoodwill()
}

// openMonth brings a locked licence to the month of this transaction. The one before
// is kept for the history.
func (s *Service) openMonth(t tx.Tx, l *License) error {
	if runs(l.Month.Ends, t.Now()) {
		return nil
	}
	zone, err := s.store.Zone(t, l.Vendor)
	if err != nil {
		return err
	}
	if l.Month.Used > 0 {
		if err := s.store.KeepMonth(t, l); err != nil {
			return err
		}
	}
	l.Month, l.UsedUpAt = l.Month.at(t.Now(), zone), time.Time{}
	// After a leap of the clock it may be one that was kept.
	if l.Month.Used, err = s.store.TakeMonth(t, l); err != nil {
		return err
	}
	l.GoodwillUsed = aboveContract(l.Terms().Policy, l.Month.Used)
	return s.store.SaveCounters(t, l)
}

// monthPlace gives the place that a device has of the licence's open month; the zero
// Place for none.
func (s *Service) monthPlace(t tx.Tx, l *License, d Device) (Place, error) {
	if d.ID == 0 {
		return Place{}, nil
	}
	n, err := s.store.MonthPlace(t, l, d.ID)
	if err != nil || n == 0 {
		return Place{}, err
	}
	return Place{Number: n, Until: l.Month.Ends}, nil
}

// takePlace gives a device that has none the next place of the licence's open month,
// which must have one. The caller saves the counters.
func (s *Service) takePlace(t tx.Tx, l *License, d Device) (Place, error) {
	l.Month.Used++
	l.GoodwillUsed = aboveContract(l.Terms().Policy, l.Month.Used)
	return Place{Number: l.Month.Used, Until: l.Month.Ends}, s.store.InsertMonthPlace(t, l, d.ID)
}

// placeActivation gives a present activation of a locked licence a place of its open
// month: the one that its device has, or the next one. A refusal where there is none is
// noted on the licence and on the activation.
func (s *Service) placeActivation(t tx.Tx, l *License, a *Activation) (*refusal.Refusal, error) {
	place, err := s.monthPlace(t, l, a.Device)
	if err != nil {
		return nil, err
	}
	taken := place.Number == 0
	if _, room := roomFor(l, l.Terms().Policy); taken && !room {
		return s.refusePlace(t, l, a)
	}
	if taken {
		if place, err = s.takePlace(t, l, a.Device); err != nil {
			return nil, err
		}
		if err := s.store.SaveCounters(t, l); err != nil {
			return nil, err
		}
		if err := s.noteNearly(t, l); err != nil {
			return nil, err
		}
	}
	if a.Place == place {
		return nil, nil
	}
	a.Place = place
	if err := s.store.SetPlace(t, l.Vendor, a); err != nil || !taken {
		return nil, err
	}
	return nil, s.announceMonthGoodwill(t, l, a)
}

// Use gives a client that uses its licence by another call than a heartbeat a place of the
// licence's month; refused where there is none (docs/rules/provisioning.md, rule 16).
func (s *Service) Use(t tx.Tx, v ident.VendorID, activation ident.UUID) (*refusal.Refusal, error) {
	a, l, err := s.locked(t, v, activation)
	if err != nil || a == nil || !l.CountsMonths() {
		return nil, err
	}
	return s.placeHeartbeat(t, l, a, "")
}

// refusePlace notes on the licence and on the activation that the month has no place for it.
func (s *Service) refusePlace(t tx.Tx, l *License, a *Activation) (*refusal.Refusal, error) {
	if err := s.noteRefused(t, l, refusal.NoTokenLeft, a.Device.Number, &a.Client); err != nil {
		return nil, err
	}
	if err := s.noteUsedUp(t, l, a.Device.Number); err != nil {
		return nil, err
	}
	a.Place = Place{Until: l.Month.Ends}
	return noPlaceLeft(l.Month, l.Terms().Policy), s.store.SetPlace(t, l.Vendor, a)
}

// announceMonthGoodwill tells of a device that has come above the contract, and mails of the
// first one of a month.
func (s *Service) announceMonthGoodwill(t tx.Tx, l *License, a *Activation) error {
	if !a.GoodwillAt(l, t.Now()) {
		return nil
	}
	e := eventOf(l, a, a.Device.Number, t.Now())
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventGoodwill, Stream: l.UUID, Payload: e})
	if s.notices == nil || l.GoodwillUsed != 1 {
		return nil
	}
	return s.notices.GoodwillEntered(t, l, a)
}

// noPlaceLeft refuses a device for which a month has no place.
func noPlaceLeft(m Month, p terms.Policy) *refusal.Refusal {
	r := refusal.Refuse(refusal.NoTokenLeft)
	r.Message = "All devices of this month are in use."
	r.Help = monthUsed(m, p)
	return r
}

// monthHelp is what can be done where a month is full.
const monthHelp = "; wait for the next one, or ask your vendor for more devices."

// monthUsed tells how many devices a month has counted, until when, and what can be done.
func monthUsed(m Month, p terms.Policy) string {
	return strconv.FormatInt(m.Used, 10) + " devices of " + strconv.FormatInt(Allowed(p), 10) +
		" were counted in this month, which ends " + calendar.Minute(m.Ends) + monthHelp
}

// monthsAtOnce is how many licences are looked up at once whose month has ended.
const monthsAtOnce = 100

// OpenMonths opens the next month of licences that were used up or above the contract in
// the last one, so that lists do not name them any more, and tells how many. Nobody's
// answer waits for it: whoever reads a month compares its end with the present.
func (s *Service) OpenMonths(ctx context.Context) (done int, err error) {
	for ctx.Err() == nil {
		found, err := s.reader.MonthsOver(ctx, s.ids.Clock.Now(), monthsAtOnce)
		if err != nil || len(found) == 0 {
			return done, err
		}
		before := done
		for _, f := range found {
			opened := false
			if err := s.runner.Run(ctx, func(t tx.Tx) error {
				l, err := s.Locked(t, f.Vendor, f.License)
				if opened = false; err != nil || l == nil || runs(l.Month.Ends, t.Now()) {
					return err
				}
				opened = true
				return s.openMonth(t, l)
			}); err != nil {
				return done, err
			}
			if opened {
				done++
			}
		}
		if done == before {
			return done, nil
		}
	}
	return done, context.Cause(ctx)
}
