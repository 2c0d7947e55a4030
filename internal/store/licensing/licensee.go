package licensing

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// MoveAddress implements licensing.Store.
func (s *Store) MoveAddress(t tx.Tx, m licensing.AddressMove, address string, limit int) (int, error) {
	const moved = `SELECT id FROM licenses WHERE vendor_id = $1 AND licensee_email = $2 AND customer_id = $3 ORDER BY id LIMIT $4`
	if err := endHandOvers(t, moved, m.Vendor, m.Former, m.Customer, limit); err != nil {
		return 0, err
	}
	n, err := store.On(t).Exec(`UPDATE licenses SET licensee_email = $1, updated_at = $2 WHERE vendor_id = $3 AND id IN (
		SELECT id FROM licenses WHERE vendor_id = $3 AND licensee_email = $4 AND customer_id = $5 ORDER BY id LIMIT $6)`,
		address, t.Now().UnixMilli(), m.Vendor, m.Former, m.Customer, limit)
	return int(n), err
}

// AddressOf implements licensing.Store.
func (s *Store) AddressOf(t tx.Tx, v ident.VendorID, customer ident.CustomerID) (address string, err error) {
	o := store.On(t)
	_, err = o.QueryRow(`SELECT email FROM customers WHERE vendor_id = $1 AND id = $2`+o.Dialect.ForUpdate(), []any{v, customer}, &address)
	return address, err
}

// NoteAddressMove implements licensing.Store.
func (s *Store) NoteAddressMove(t tx.Tx, m licensing.AddressMove) error {
	return store.On(t).Later(`INSERT INTO licensee_moves (vendor_id, customer_id, former) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		m.Vendor, m.Customer, m.Former)
}

// EndAddressMove implements licensing.Store.
func (s *Store) EndAddressMove(t tx.Tx, m licensing.AddressMove) error {
	return store.On(t).Later(`DELETE FROM licensee_moves WHERE vendor_id = $1 AND customer_id = $2 AND former = $3`, m.Vendor, m.Customer, m.Former)
}

// AddressMoves implements licensing.Reader.
func (s *Store) AddressMoves(ctx context.Context) ([]licensing.AddressMove, error) {
	return store.All[licensing.AddressMove](s.db.Query(ctx, `SELECT vendor_id, customer_id, former FROM licensee_moves
		ORDER BY vendor_id, customer_id, former`))(func(scan store.Scan) (m licensing.AddressMove, err error) {
		var vendor int64
		err = scan(&vendor, &m.Customer, &m.Former)
		m.Vendor = ident.VendorOf(vendor)
		return m, err
	})
}

// MoveLicensee implements licensing.Store.
func (s *Store) MoveLicensee(t tx.Tx, m licensing.LicenseeMove, limit int) (int, error) {
	kept, wire := entry.Forms(m.Former)
	const moved = `SELECT id FROM licenses WHERE vendor_id = $1 AND licensee_email IN ($2, $3) ORDER BY id LIMIT $4`
	if err := endHandOvers(t, moved, m.Vendor, kept, wire, limit); err != nil {
		return 0, err
	}
	n, err := store.On(t).Exec(`UPDATE licenses SET licensee_email = $1, updated_at = $2 WHERE vendor_id = $3 AND id IN (
		SELECT id FROM licenses WHERE vendor_id = $3 AND licensee_email IN ($4, $5) ORDER BY id LIMIT $6)`,
		m.Address, t.Now().UnixMilli(), m.Vendor, kept, wire, limit)
	return int(n), err
}

// NoteLicenseeMove implements licensing.Store.
func (s *Store) NoteLicenseeMove(t tx.Tx, m licensing.LicenseeMove, more bool) error {
	if err := endHandOversTo(t, m.Vendor, m.Former); err != nil {
		return err
	}
	o := store.On(t)
	var next string
	leaving, err := o.QueryRow(`SELECT address FROM address_moves WHERE vendor_id = $1 AND former = $2`, []any{m.Vendor, m.Address}, &next)
	if err != nil {
		return err
	}
	if leaving && next != m.Former {
		return fault.Refused("address_busy", "Licences are still leaving this address for another one.", "Try again in some minutes.")
	}
	if _, err := o.Exec(`DELETE FROM address_moves WHERE vendor_id = $1 AND former = $2`, m.Vendor, m.Address); err != nil {
		return err
	}
	if _, err := o.Exec(`UPDATE address_moves SET address = $1 WHERE vendor_id = $2 AND address = $3`, m.Address, m.Vendor, m.Former); err != nil || !more {
		return err
	}
	_, err = o.Exec(`INSERT INTO address_moves (vendor_id, former, address) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id, former) DO UPDATE SET address = excluded.address`, m.Vendor, m.Former, m.Address)
	return err
}

// EndLicenseeMove implements licensing.Store.
func (s *Store) EndLicenseeMove(t tx.Tx, m licensing.LicenseeMove) error {
	return store.On(t).Later(`DELETE FROM address_moves WHERE vendor_id = $1 AND former = $2 AND address = $3`, m.Vendor, m.Former, m.Address)
}

// LicenseeMoves implements licensing.Reader.
func (s *Store) LicenseeMoves(ctx context.Context) ([]licensing.LicenseeMove, error) {
	return store.All[licensing.LicenseeMove](s.db.Query(ctx, `SELECT vendor_id, former, address FROM address_moves
		ORDER BY vendor_id, former`))(func(scan store.Scan) (m licensing.LicenseeMove, err error) {
		var vendor int64
		err = scan(&vendor, &m.Former, &m.Address)
		m.Vendor = ident.VendorOf(vendor)
		return m, err
	})
}
