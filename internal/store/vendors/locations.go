package vendors

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// NoteLocationRemoval implements vendors.Store.
func (Store) NoteLocationRemoval(t tx.Tx, id ident.VendorID, r vendors.LocationRemoval) error {
	return store.On(t).Later(`INSERT INTO location_removals (vendor_id, at, pass, done_until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id) DO UPDATE SET at = excluded.at, pass = excluded.pass, done_until = excluded.done_until`,
		id, r.At.UnixMilli(), r.Pass, r.After)
}

// NotedLocationRemoval implements vendors.Store.
func (Store) NotedLocationRemoval(t tx.Tx, id ident.VendorID) (r vendors.LocationRemoval, noted bool, err error) {
	var at int64
	noted, err = store.On(t).QueryRow(`SELECT at, pass, done_until FROM location_removals WHERE vendor_id = $1`, []any{id}, &at, &r.Pass, &r.After)
	r.At = store.Instant(at)
	return r, noted, err
}

// EndLocationRemoval implements vendors.Store.
func (Store) EndLocationRemoval(t tx.Tx, id ident.VendorID) error {
	return store.On(t).Later(`DELETE FROM location_removals WHERE vendor_id = $1`, id)
}

// RemovingLocations implements vendors.Reader.
func (s Store) RemovingLocations(ctx context.Context) ([]ident.VendorID, error) {
	return store.All[ident.VendorID](s.DB.Query(ctx, `SELECT vendor_id FROM location_removals ORDER BY vendor_id`))(scanVendorID)
}

func scanVendorID(scan store.Scan) (ident.VendorID, error) {
	var n int64
	err := scan(&n)
	return ident.VendorOf(n), err
}
