package prepaid

import (
	"context"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Reminder is what a customer is to be reminded of: how many cards fell under its thresholds
// and how many were used up on a day, and the cards of how many devices last for less than a
// week since. Each card is counted at its lowest.
type Reminder struct {
	Customer            ident.CustomerID
	Day                 int64
	Low, VeryLow, Spent int64
	DarkSoon            int64
}

// IsNone reports whether there is nothing to be reminded of.
func (r Reminder) IsNone() bool { return r.Low+r.VeryLow+r.Spent+r.DarkSoon == 0 }

// LowNow is what a customer is to be reminded of when it looks: its cards with days left up
// to its two thresholds (the lower ones are low, too), and its devices that go dark within a
// week. AtLeast says that there are more than were looked at.
type LowNow struct {
	Low                    Low
	LowCards, VeryLowCards int64
	DarkSoon               int64
	AtLeast                bool
}

// Notices tells people what happened to a customer's cards.
type Notices interface {
	// Low reminds the people of a customer, once a day at most. The day is the last one over.
	Low(t tx.Tx, v ident.VendorID, c Customer, r Reminder) error
}

// remindAt is when people are told what was yesterday, by the vendor's clock.
const remindAt = 7 * time.Hour

// remindersAtOnce is how many customers are looked up at a time.
const remindersAtOnce = 100

// dueAt is when the reminder of a day is due.
func dueAt(day int64, zone *time.Location) time.Time {
	return calendar.Numbered(day).Ends(zone).Add(remindAt)
}

// Waiting is a vendor some of whose customers are to be reminded; Day is the first day of all.
type Waiting struct {
	Vendor ident.VendorID
	Day    int64
}

// Remind reminds customers of what fell under their thresholds on the days that are over, and
// tells how many. The days in which no server ran are told of together.
func (s *Service) Remind(ctx context.Context) (told int, err error) {
	waiting, err := s.c.Reader.Reminders(ctx)
	for _, w := range waiting {
		n, e := s.remindOf(ctx, w)
		if told += n; e != nil {
			return told, e
		}
	}
	return told, err
}

func (s *Service) remindOf(ctx context.Context, w Waiting) (told int, err error) {
	zone, err := s.zoneOf(ctx, w.Vendor)
	if err != nil {
		return 0, err
	}
	now := s.c.IDs.Clock.Now()
	today := calendar.DayOf(now, zone).Number()
	if now.Before(dueAt(today-1, zone)) { // yesterday's are not due yet, those of before are
		today--
	}
	for ctx.Err() == nil {
		due, err := s.c.Reader.RemindersOf(ctx, w.Vendor, today, remindersAtOnce)
		if err != nil || len(due) == 0 {
			return told, err
		}
		for _, c := range due {
			if err := s.c.Runner.Run(ctx, func(t tx.Tx) error { return s.remind(t, w.Vendor, c, today) }); err != nil {
				return told, err
			}
		}
		told += len(due)
	}
	return told, nil
}

func (s *Service) zoneOf(ctx context.Context, v ident.VendorID) (zone *time.Location, err error) {
	err = s.c.Runner.Run(ctx, func(t tx.Tx) error {
		zone, err = s.c.Store.Zone(t, v)
		return err
	})
	return zone, err
}

// remind reminds one customer.
func (s *Service) remind(t tx.Tx, v ident.VendorID, c ident.CustomerID, before int64) error {
	r, err := s.c.Store.TakeReminder(t, v, c, before)
	if err != nil || r.IsNone() || s.c.Notices == nil {
		return err
	}
	line, err := s.c.Store.Line(t, v, c)
	if err != nil || len(line) == 0 {
		return err
	}
	return s.c.Notices.Low(t, v, line[0], r)
}

// NextReminder gives when Remind has something to tell next, in milliseconds; zero for never.
func (s *Service) NextReminder(ctx context.Context, _ time.Time) (next int64, err error) {
	waiting, err := s.c.Reader.Reminders(ctx)
	for _, w := range waiting {
		zone, err := s.zoneOf(ctx, w.Vendor)
		if err != nil {
			return 0, err
		}
		if at := dueAt(w.Day, zone).UnixMilli(); next == 0 || at < next {
			next = at
		}
	}
	return next, err
}
