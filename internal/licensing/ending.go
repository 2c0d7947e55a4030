package licensing

import (
	"context"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

const (
	// lateNotice is how long after its end a licence is still said to have expired:
	// a server that was off catches up, and a new one does not tell old stories.
	lateNotice = 7 * 24 * time.Hour

	// defaultEndingDays is how long before its end a licence is said to be expiring
	// where nobody says otherwise.
	defaultEndingDays = 30
)

// NoteEnds announces, once for each licence and end, what ends soon and what has
// ended, and tells how many announcements that were.
func (s *Service) NoteEnds(ctx context.Context) (int, error) {
	all, err := s.reader.Settled(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, v := range all {
		days, err := s.endingDays(ctx, v)
		if err != nil {
			return total, err
		}
		now := s.ids.Clock.Now()
		for _, w := range []window{
			{v, EventExpiring, now, now.Add(time.Duration(days) * 24 * time.Hour)},
			{v, EventExpired, now.Add(-lateNotice), now},
		} {
			n, err := s.noteEnds(ctx, w)
			if total += n; err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// NextEnd gives when NoteEnds has something to announce next, in milliseconds, as far as
// is known at now; zero for never.
func (s *Service) NextEnd(ctx context.Context, now time.Time) (int64, error) {
	all, err := s.reader.Settled(ctx)
	if err != nil {
		return 0, err
	}
	next := int64(0)
	for _, v := range all {
		days, err := s.endingDays(ctx, v)
		if err != nil {
			return 0, err
		}
		for _, before := range []time.Duration{0, time.Duration(days) * 24 * time.Hour} {
			end, err := s.reader.EndAfter(ctx, v, now.Add(before))
			if err != nil {
				return 0, err
			}
			if at := end - before.Milliseconds(); end > 0 && (next == 0 || at < next) {
				next = at
			}
		}
	}
	return next, nil
}

func (s *Service) endingDays(ctx context.Context, v ident.VendorID) (days int, err error) {
	if s.notices == nil {
		return defaultEndingDays, nil
	}
	err = s.runner.Run(ctx, func(t tx.Tx) error {
		days, err = s.notices.EndingDays(t, v)
		return err
	})
	return days, err
}

// window is where an end must lie to be announced: after from, until to.
type window struct {
	vendor   ident.VendorID
	event    string
	from, to time.Time
}

func (w window) holds(end time.Time) bool { return end.After(w.from) && !end.After(w.to) }

func (s *Service) noteEnds(ctx context.Context, w window) (int, error) {
	total := 0
	for id, err := range s.reader.Ending(ctx, w.vendor, w.event, w.from, w.to) {
		if err != nil {
			return total, err
		}
		noted := false
		if err := s.runner.Run(ctx, func(t tx.Tx) (err error) {
			noted, err = s.noteEnd(t, w, id)
			return err
		}); err != nil {
			return total, err
		}
		if noted {
			total++
		}
	}
	return total, nil
}

// noteEnd announces one end, if it still is one.
func (s *Service) noteEnd(t tx.Tx, w window, id ident.LicenseID) (bool, error) {
	locked, err := s.store.LockLicenses(t, w.vendor, id)
	if err != nil {
		return false, err
	}
	l := locked[id]
	if l == nil || !l.IsActive {
		return false, nil
	}
	ends := l.ExpiryOf(l.Terms().Policy)
	if !w.holds(ends) {
		return false, nil
	}
	return s.announceEnd(t, l, w, ends)
}

// announceEnd announces an end of a locked licence, once, and reports whether it did.
func (s *Service) announceEnd(t tx.Tx, l *License, w window, ends time.Time) (bool, error) {
	first, err := s.store.NoteEnd(t, w.vendor, l.ID, w.event, ends)
	if err != nil || !first {
		return false, err
	}
	return true, s.tellEnd(t, l, w, ends)
}

// tellEnd tells programs and people of an end of a locked licence.
func (s *Service) tellEnd(t tx.Tx, l *License, w window, ends time.Time) error {
	p := eventOf(l, nil, "", t.Now())
	p.EndsAt = &ends
	state := StateOf(l, nil, "", t.Now())
	if w.event == EventExpired {
		p.ValidityReason, p.Help = state.Reason, state.Help()
	}
	t.Enqueue(tx.Event{Vendor: w.vendor, Type: w.event, Stream: l.UUID, Payload: p})
	switch {
	case s.notices == nil:
		return nil
	case w.event == EventExpiring:
		return s.notices.Ending(t, l, ends)
	}
	return s.notices.Ended(t, state)
}

// MailAgain tells the licensee user of a licence once more, as when it was issued.
func (s *Service) MailAgain(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	key, err := s.store.LicenseID(t, v, id)
	if err != nil {
		return err
	}
	if key == 0 {
		return fault.Missing("license")
	}
	l, err := s.store.License(t, v, key)
	if err != nil || l == nil || s.notices == nil {
		return err
	}
	return s.notices.Issued(t, l, true)
}

// DaysLeft is how many days there are until an end: a day that has begun counts, and
// after the end there are none.
func DaysLeft(now, ends time.Time) int {
	const day = 24 * time.Hour
	return int(max(0, ends.Sub(now)+day-1) / day)
}
