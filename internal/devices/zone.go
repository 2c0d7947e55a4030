package devices

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MoveDays lets the suspensions of the next devices behind after keep their last days
// in another zone, and tells up to which device it went; 0 when there are no more.
func (s *Service) MoveDays(t tx.Tx, v ident.VendorID, m calendar.Move, after int64) (last int64, err error) {
	suspended, looked, err := s.store.Suspended(t, v, ident.DeviceID(after))
	if err != nil {
		return 0, err
	}
	for _, d := range suspended {
		until := m.End(d.SuspendedUntil)
		if until.Equal(d.SuspendedUntil) || !until.After(t.Now()) {
			continue
		}
		if err := s.Suspend(t, v, d.ID, until); err != nil {
			return 0, err
		}
		t.Journal(tx.Entry{
			Vendor: v, Action: "device.suspended", Subject: "device", ID: d.UUID,
			Before: map[string]time.Time{"suspended_until": d.SuspendedUntil}, After: map[string]time.Time{"suspended_until": until},
		})
	}
	return int64(looked), nil
}
