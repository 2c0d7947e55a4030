package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// MoveAddress implements licensing.Store.
func (s *Store) MoveAddress(t tx.Tx, m licensing.AddressMove, address string, limit int) (int, error) {
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
