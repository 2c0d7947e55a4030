package licensing

import (
	"slices"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// MoveDays lets the first and last days of the next licences behind after keep their
// dates in another zone, and what was announced of their ends with them. It tells up to
// which licence it went; 0 when there are no more.
//
// Until its turn comes, a licence has an end that is no last day of the new zone. One
// that staff set meanwhile is: it is a last day of the former zone too only where both
// have the same midnight, or are a whole day apart.
func (s *Service) MoveDays(t tx.Tx, v ident.VendorID, m calendar.Move, after int64) (last int64, err error) {
	ids, until, err := s.store.HoldingDays(t, v, ident.LicenseID(after), m.At)
	if err != nil || until == 0 {
		return 0, err
	}
	if err := s.store.MoveNotices(t, v, ident.LicenseID(after), until, m.End); err != nil {
		return 0, err
	}
	locked, err := s.store.LockLicenses(t, v, ids...)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := s.moveDays(t, locked[id], m); err != nil {
			return 0, err
		}
	}
	return int64(until), nil
}

func (s *Service) moveDays(t tx.Tx, l *License, m calendar.Move) error {
	before, moved := viewOf(l, t.Now()), false
	if at := m.Beginning(l.StartsAt); !at.Equal(l.StartsAt) {
		l.StartsAt, moved = at, true
	}
	if end := m.End(l.ExpiresAt); l.ExpiresMode == terms.ExpiresAt && !end.Equal(l.ExpiresAt) {
		l.ExpiresAt, moved = end, true
	}
	if l.Overrides != nil {
		own := *l.Overrides
		own.Features = slices.Clone(own.Features)
		for i := range own.Features {
			end := m.EndOrNil(own.Features[i].ExpiresAt)
			moved = moved || end != own.Features[i].ExpiresAt
			own.Features[i].ExpiresAt = end
		}
		l.Overrides = &own
	}
	if !moved {
		return nil
	}
	l.Revision++
	return s.saveChanged(t, l, before)
}
