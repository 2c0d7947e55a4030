package licensing

import (
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// deletedTokens is how many tokens one transaction deletes with their licence.
const deletedTokens = 1000

// Delete deletes a licence that was made by mistake: that was never used.
func (s *Service) Delete(t tx.Tx, v ident.VendorID, id ident.LicenseID) error {
	l, err := s.Locked(t, v, id)
	if err != nil {
		return err
	}
	if l == nil {
		return fault.Missing("license")
	}
	activations, sessions, consumptions, err := s.store.Uses(t, v, id)
	if err != nil {
		return err
	}
	if err := fault.InUse("license", "Switch it off or end it instead: what it was used for stays provable.",
		fault.Use{N: activations, One: activationNoun, Many: "activations"}, fault.Use{N: sessions, One: "session", Many: "sessions"},
		fault.Use{N: consumptions, One: "consumption", Many: "consumptions"}); err != nil {
		return err
	}
	if l.ContractTokens > deletedTokens {
		return fault.Refused("license_too_large", "A licence for more than "+strconv.Itoa(deletedTokens)+" activations can't be deleted at once.",
			"Lower its activations to 1 first, and delete it a moment later.")
	}
	if err := s.store.DeleteLicense(t, v, id); err != nil {
		return err
	}
	view := viewOf(l, t.Now())
	t.Journal(tx.Entry{Vendor: v, Action: EventDeletedLicense, Subject: licenseSubject, ID: l.UUID, License: l.ID, Before: view})
	t.Enqueue(tx.Event{Vendor: v, Type: EventDeletedLicense, Stream: l.UUID, Payload: view})
	return nil
}

// sold refuses to issue anything of an edition that is archived.
func (s *Service) sold(t tx.Tx, v ident.VendorID, e *Edition) error {
	archived, err := s.store.IsArchived(t, v, e.ID)
	if err == nil && archived {
		err = fault.Refused("edition_archived", "The edition "+e.Name+", or its product, is archived: it gets no new licences.",
			"Choose another edition, or take it back from the archive.")
	}
	return err
}
