package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// NoteFitting implements licensing.Store.
func (s *Store) NoteFitting(t tx.Tx, v ident.VendorID, l ident.LicenseID) error {
	return store.On(t).Later(`INSERT INTO license_fittings (vendor_id, license_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, v, l)
}

// EndFitting implements licensing.Store.
func (s *Store) EndFitting(t tx.Tx, v ident.VendorID, l ident.LicenseID) error {
	return store.On(t).Later(`DELETE FROM license_fittings WHERE vendor_id = $1 AND license_id = $2`, v, l)
}

// NoteEditionFitting implements licensing.Store.
func (s *Store) NoteEditionFitting(t tx.Tx, v ident.VendorID, edition ident.EditionID, after ident.LicenseID) error {
	return store.On(t).Later(`INSERT INTO edition_fittings (vendor_id, edition_id, license_id) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id, edition_id) DO UPDATE SET license_id = excluded.license_id`, v, edition, after)
}

// LockEditionFitting implements licensing.Store.
func (s *Store) LockEditionFitting(t tx.Tx, v ident.VendorID, edition ident.EditionID) (after ident.LicenseID, noted bool, err error) {
	noted, err = store.On(t).QueryRow(`SELECT license_id FROM edition_fittings WHERE vendor_id = $1 AND edition_id = $2`+
		store.On(t).Dialect.ForUpdate(), []any{v, edition}, &after)
	return after, noted, err
}

// EndEditionFitting implements licensing.Store.
func (s *Store) EndEditionFitting(t tx.Tx, v ident.VendorID, edition ident.EditionID) error {
	return store.On(t).Later(`DELETE FROM edition_fittings WHERE vendor_id = $1 AND edition_id = $2`, v, edition)
}

// Fittings implements licensing.Reader.
func (s *Store) Fittings(ctx context.Context, limit int) ([]licensing.Fitting, error) {
	rows, err := s.db.Query(ctx, `SELECT vendor_id, license_id FROM license_fittings ORDER BY vendor_id, license_id LIMIT $1`, limit)
	return collect(rows, err, func(scan store.Scan) (f licensing.Fitting, err error) {
		var vendor int64
		err = scan(&vendor, &f.License)
		f.Vendor = ident.VendorOf(vendor)
		return f, err
	})
}

// EditionFittings implements licensing.Reader.
func (s *Store) EditionFittings(ctx context.Context) ([]licensing.EditionFitting, error) {
	rows, err := s.db.Query(ctx, `SELECT vendor_id, edition_id FROM edition_fittings ORDER BY vendor_id, edition_id`)
	return collect(rows, err, func(scan store.Scan) (f licensing.EditionFitting, err error) {
		var vendor int64
		err = scan(&vendor, &f.Edition)
		f.Vendor = ident.VendorOf(vendor)
		return f, err
	})
}
