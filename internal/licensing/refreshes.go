package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// RefreshTold says what was told of the refresh-by of an activation's newest file.
type RefreshTold int64

// What was told.
const (
	NothingTold   RefreshTold = iota
	RefreshIsDue              // that the file will want a refresh
	RefreshPassed             // that it did
)

// defaultRefreshDays is how long before a refresh-by it is told where nobody says otherwise.
const defaultRefreshDays = 14

// NoteRefreshes tells, once each for each file, that the file of a device without internet
// wants a refresh in some days, and that it did, and how many times that was. What is long
// past when a server comes back is not told.
func (s *Service) NoteRefreshes(ctx context.Context) (int, error) {
	all, err := s.reader.Settled(ctx)
	total := 0
	for _, v := range all {
		days, e := s.refreshDays(ctx, v)
		if e != nil {
			return total, e
		}
		now := s.ids.Clock.Now()
		for _, w := range []struct {
			told     RefreshTold
			from, to time.Time
		}{
			{RefreshIsDue, now, now.Add(time.Duration(days) * 24 * time.Hour)},
			{RefreshPassed, now.Add(-lateNotice), now},
		} {
			n, e := s.noteRefreshes(ctx, v, w.told, w.from, w.to)
			if total += n; e != nil {
				return total, e
			}
		}
	}
	return total, err
}

func (s *Service) noteRefreshes(ctx context.Context, v ident.VendorID, told RefreshTold, from, to time.Time) (total int, err error) {
	for ctx.Err() == nil {
		found, err := s.reader.RefreshesUntold(ctx, v, told, from, to, endBatch)
		if err != nil || len(found) == 0 {
			return total, err
		}
		for _, due := range found {
			if err := s.runner.Run(ctx, func(t tx.Tx) error { return s.noteRefresh(t, due, told, from, to) }); err != nil {
				return total, err
			}
		}
		total += len(found)
	}
	return total, nil
}

// noteRefresh tells of one, if it still is due. It is marked in any case, so that it is not
// looked at again: a newer file begins anew.
func (s *Service) noteRefresh(t tx.Tx, due Due, told RefreshTold, from, to time.Time) error {
	a, l, err := s.locked(t, due.Vendor, due.Activation)
	if err != nil || a == nil {
		return err
	}
	if !a.RefreshBy.After(from) || a.RefreshBy.After(to) {
		return nil // a newer file was made meanwhile
	}
	if err := s.store.SetRefreshTold(t, due.Vendor, a, told); err != nil {
		return err
	}
	d, err := s.store.DeletionOf(t, due.Vendor, a.ID)
	if err != nil {
		return err
	}
	ends := l.ExpiryOf(l.Terms().Policy)
	if d != nil || NoFile(l, t.Now()) != nil || s.notices == nil || !ends.IsZero() && !ends.After(a.RefreshBy) {
		return nil // no refresh helps, or none is wanted
	}
	return s.notices.RefreshDue(t, l, a, told == RefreshPassed)
}

// NextRefresh gives when NoteRefreshes has something to tell next, in milliseconds, as far
// as is known at now; zero for never.
func (s *Service) NextRefresh(ctx context.Context, now time.Time) (int64, error) {
	all, err := s.reader.Settled(ctx)
	if err != nil {
		return 0, err
	}
	next := int64(0)
	for _, v := range all {
		days, err := s.refreshDays(ctx, v)
		if err != nil {
			return 0, err
		}
		for _, before := range []time.Duration{0, time.Duration(days) * 24 * time.Hour} {
			by, err := s.reader.RefreshAfter(ctx, v, now.Add(before))
			if err != nil {
				return 0, err
			}
			if at := by - before.Milliseconds(); by > 0 && (next == 0 || at < next) {
				next = at
			}
		}
	}
	return next, nil
}

func (s *Service) refreshDays(ctx context.Context, v ident.VendorID) (days int, err error) {
	if s.notices == nil {
		return defaultRefreshDays, nil
	}
	err = s.runner.Run(ctx, func(t tx.Tx) error {
		days, err = s.notices.RefreshDays(t, v)
		return err
	})
	return days, err
}
