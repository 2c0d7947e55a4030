package catalog

import (
	"reflect"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MoveDays lets the last days of the next edition behind after keep their dates in
// another zone: those of its licences, and those of its features. It tells that
// edition; 0 when there is none.
func (s *Service) MoveDays(t tx.Tx, vendor ident.VendorID, m calendar.Move, after int64) (last int64, err error) {
	product, edition, found, err := s.Store.EditionAfter(t, vendor, ident.EditionID(after))
	if err != nil || !found {
		return 0, err
	}
	if _, err := s.product(t, vendor, product); err != nil { // its lock comes first everywhere
		return 0, err
	}
	before, err := s.edition(t, vendor, edition)
	if err != nil {
		return 0, err
	}
	moved := before
	moved.Grants = cloneGrants(before.Grants)
	moved.Policy.ExpiresAt = m.EndOrNil(before.Policy.ExpiresAt)
	for i := range moved.Grants.Features {
		moved.Grants.Features[i].ExpiresAt = m.EndOrNil(moved.Grants.Features[i].ExpiresAt)
	}
	same := reflect.DeepEqual(before.Policy, moved.Policy) && reflect.DeepEqual(before.Grants, moved.Grants)
	if same || before.CreatedAt.After(m.At) {
		return int64(before.ID), nil
	}
	return int64(before.ID), s.store(t, vendor, before, moved)
}
