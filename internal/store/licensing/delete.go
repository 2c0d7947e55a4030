package licensing

import (
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// IsArchived implements licensing.Store.
func (s *Store) IsArchived(t tx.Tx, v ident.VendorID, edition ident.EditionID) (bool, error) {
	var one int
	return store.On(t).QueryRow(`SELECT 1 FROM editions e JOIN products p ON p.vendor_id = e.vendor_id AND p.id = e.product_id
		WHERE e.vendor_id = $1 AND e.id = $2 AND (e.archived_at IS NOT NULL OR p.archived_at IS NOT NULL)`, []any{v, edition}, &one)
}

// Uses implements licensing.Store.
func (s *Store) Uses(t tx.Tx, v ident.VendorID, l ident.LicenseID) (activations, sessions, consumptions int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT `+store.Uses(`activations WHERE vendor_id = $1 AND license_id = $2`)+`, `+
		store.Uses(`sessions WHERE vendor_id = $1 AND license_id = $2`)+`, `+
		store.Uses(`meters m JOIN consumptions c ON c.vendor_id = m.vendor_id AND c.meter_id = m.id WHERE m.vendor_id = $1 AND m.license_id = $2`),
		[]any{v, l}, &activations, &sessions, &consumptions)
	return activations, sessions, consumptions, err
}

// ofLicense are the tables whose rows go with a licence that was never used.
var ofLicense = []string{ //nolint:gochecknoglobals // a list that never changes
	"replaced_keys", "license_users", "license_notices", "denials", "session_counters", "meters", "license_fittings", "tokens", "month_places", "license_months",
}

// DeleteLicense implements licensing.Store.
func (s *Store) DeleteLicense(t tx.Tx, v ident.VendorID, l ident.LicenseID) error {
	q := store.On(t)
	for _, table := range ofLicense {
		if err := q.Later(`DELETE FROM `+table+` WHERE vendor_id = $1 AND license_id = $2`, v, l); err != nil {
			return err
		}
	}
	if err := q.Later(`DELETE FROM licenses WHERE vendor_id = $1 AND id = $2`, v, l); err != nil {
		return err
	}
	return q.Deleted("licenses", int64(l))
}
