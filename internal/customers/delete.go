package customers

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Delete deletes a customer that holds nothing and has nobody below it.
func (s *Service) Delete(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	if err := s.Store.LockTree(t, vendor); err != nil {
		return err
	}
	c, found, err := s.Store.Get(t, vendor, uuid)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("customer")
	}
	licenses, below, transfers, err := s.Store.Uses(t, vendor, c.ID)
	if err != nil {
		return err
	}
	if err := fault.InUse("customer", "Hand its licences to another customer and move its sub-customers first; or erase its personal data.",
		fault.Use{N: licenses, One: "licence", Many: "licences"}, fault.Use{N: below, One: "sub-customer", Many: "sub-customers"},
		fault.Use{N: transfers, One: "transfer of prepaid cards or devices", Many: "transfers of prepaid cards or devices"}); err != nil {
		return err
	}
	if err := s.Store.Delete(t, vendor, c.ID); err != nil {
		return err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "customer.deleted", Subject: "customer", ID: c.UUID, Before: recordOf(c)})
	t.Enqueue(tx.Event{Vendor: vendor, Type: "customer.deleted", Stream: c.UUID, Payload: event(c)})
	return nil
}
