package metering

import (
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// lockLicense locks the licence of a meter that can end it, before any meter is
// locked, and takes the licence as it stands then. Others need no lock.
func (s *Service) lockLicense(t tx.Tx, v ident.VendorID, h *held) error {
	if h.limitation.Contract() == nil {
		return nil
	}
	l, err := s.c.Licenses.License(t, v, h.license.ID)
	if err != nil || l == nil {
		return err
	}
	h.license = *l
	if k, ok := l.limitation(h.limitation.ID); ok {
		h.limitation = k
	}
	return nil
}

// save stores a meter that was written to, and tells its licence where that may
// end by it. The licence is locked.
func (s *Service) save(t tx.Tx, v ident.VendorID, h *held) error {
	if err := s.c.Store.Save(t, v, h.meter); err != nil || h.limitation.Contract() == nil {
		return err
	}
	return s.c.Licenses.Measured(t, v, h.license.ID, h.limitation.ID, h.meter.Gross)
}
