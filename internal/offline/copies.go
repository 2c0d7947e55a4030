package offline

import (
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Copy is a device that tells other records under the same numbers than one that was there
// before: two copies of one machine.
type Copy struct {
	ID         int64 // of its history
	Activation ident.UUID
	ClientID   string
	License    ident.UUID
	Name       string // of the licence
	Customer   string
	Both       []Teller // the copy first, then those that were there before, the newest first
}

// Teller is one of them.
type Teller struct {
	Hostname string // as its reports say; empty for none
	Report   int64  // number of its last report
	At       time.Time
}

// SettleCopies marks the copies of a device as seen by staff; what they have told is
// counted all the same.
func (s *Service) SettleCopies(t tx.Tx, v ident.VendorID, activation ident.UUID) error {
	p, found, err := s.c.Store.Copied(t, v, activation)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("copy")
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "offline.copy_seen", Subject: "license", ID: p.LicenseUUID, License: p.License,
		After: map[string]any{"activation_id": activation, saidClient: p.ClientID},
	})
	return s.c.Store.SettleCopies(t, v, activation, t.Now())
}
