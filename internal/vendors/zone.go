package vendors

import (
	"context"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Days are first and last days of one kind of things of a vendor.
type Days interface {
	// MoveDays lets the days of the next things behind after, by their ids, keep their
	// dates in another zone: a small step of them. last is the thing up to which it
	// went; 0 when there are no more.
	MoveDays(t tx.Tx, v ident.VendorID, m calendar.Move, after int64) (last int64, err error)
}

// ZoneMove is how far days have come that keep their dates in another zone.
type ZoneMove struct {
	From, To string
	At       time.Time
	Kind     int   // which of Config.Days is gone through
	After    int64 // up to which of them, by id, that was done
}

func (m ZoneMove) days() calendar.Move {
	return calendar.Move{From: Vendor{Zone: m.From}.Location(), To: Vendor{Zone: m.To}.Location(), At: m.At}
}

// moveZone lets days keep their dates in the vendor's new zone: a first portion of them
// at once, and what is left is noted.
func (s *Service) moveZone(t tx.Tx, before, after Vendor, keep bool) error {
	if before.Zone == after.Zone {
		return nil
	}
	_, noted, err := s.Store.NotedZoneMove(t, after.ID)
	if err != nil {
		return err
	}
	if noted {
		return &fault.Error{
			Kind: fault.Unavailable, Code: "zone_move_under_way", Message: "Last days are still being moved to the time zone that was set before.",
			Help: "Try again in a moment.", RetryAfter: time.Second,
		}
	}
	if !keep || len(s.Days) == 0 {
		return nil
	}
	m := ZoneMove{From: before.Zone, To: after.Zone, At: t.Now()}
	more, err := s.portion(t, after.ID, &m)
	if err != nil || !more {
		return err
	}
	return s.Store.NoteZoneMove(t, after.ID, m)
}

// portion goes on with a move while the transaction has time, and reports whether
// there is more to do. At least one step is done.
func (s *Service) portion(t tx.Tx, v ident.VendorID, m *ZoneMove) (more bool, err error) {
	move := m.days()
	for m.Kind < len(s.Days) {
		last, err := s.Days[m.Kind].MoveDays(t, v, move, m.After)
		if err != nil {
			return false, err
		}
		if m.After = last; last == 0 {
			m.Kind++
		}
		if t.Spent() {
			break
		}
	}
	return m.Kind < len(s.Days), nil
}

// FinishZoneMoves goes on with moves of days to another zone, a portion at a time, and
// tells how many portions that were.
func (s *Service) FinishZoneMoves(ctx context.Context) (done int, err error) {
	moving, err := s.Reader.MovingZone(ctx)
	if err != nil {
		return 0, err
	}
	for _, v := range moving {
		n, err := tx.Portions(ctx, s.Runner, func(t tx.Tx) (bool, error) {
			if _, found, err := s.Store.Get(t, v); err != nil || !found { // the lock of all changes of the zone
				return false, err
			}
			m, noted, err := s.Store.NotedZoneMove(t, v)
			if err != nil || !noted {
				return false, err
			}
			more, err := s.portion(t, v, &m)
			switch {
			case err != nil:
				return false, err
			case more:
				return true, s.Store.NoteZoneMove(t, v, m)
			}
			return false, s.Store.EndZoneMove(t, v)
		})
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
}
