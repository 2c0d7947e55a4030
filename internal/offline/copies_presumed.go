package offline

import (
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// presume counts what a device may have used without telling it, since another one has
// come under its name: all that was left. What its reports tell later is covered by that.
func (s *Service) presume(t tx.Tx, v ident.VendorID, p Place) error {
	gone, err := s.c.Store.Silent(t, v, p)
	if err != nil || gone.IsZero() {
		return err
	}
	first, err := s.c.Licenses.Place(t, v, gone)
	if err != nil || first == nil {
		return err
	}
	left, err := s.c.Meters.Left(t, v, *first)
	if err != nil {
		return err
	}
	if _, err := s.c.Meters.Count(t, v, *first, left, "presumed "+gone.String()); err != nil {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "offline.presumed_used", Subject: "license", ID: first.LicenseUUID, License: first.License,
		After: map[string]any{"activation_id": gone, saidClient: first.ClientID, "counted": len(left), "at": t.Now()},
	})
	return s.c.Store.SavePresumed(t, v, *first, left)
}

// covered gives what is to be counted of what a device tells, without what it was presumed
// to have used, and what is left of that.
func covered(more, presumed map[ident.UUID]int64) (count, left map[ident.UUID]int64) {
	count, left = map[ident.UUID]int64{}, map[ident.UUID]int64{}
	for id, n := range more {
		taken := min(n, presumed[id])
		if n -= taken; n != 0 {
			count[id] = n
		}
		if taken > 0 {
			left[id] = presumed[id] - taken
		}
	}
	return count, left
}

// uncovered takes what was presumed off what a device tells.
func (s *Service) uncovered(t tx.Tx, v ident.VendorID, p Place, more map[ident.UUID]int64) (map[ident.UUID]int64, error) {
	presumed, err := s.c.Store.Presumed(t, v, p.Activation)
	if err != nil || len(presumed) == 0 {
		return more, err
	}
	count, left := covered(more, presumed)
	return count, s.c.Store.SavePresumed(t, v, p, left)
}
