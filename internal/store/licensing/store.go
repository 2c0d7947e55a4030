package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store reads and writes licences.
type Store struct {
	db       *store.DB
	editions *editions
	products productIDs
}

var (
	_ licensing.Store  = (*Store)(nil)
	_ licensing.Reader = (*Store)(nil)
)

// New makes the store.
func New(db *store.DB) *Store { return &Store{db: db, editions: newEditions()} }

// querier runs a SELECT inside or outside a transaction.
type querier func(sqltext string, args ...any) (store.Rows, error)

func (s *Store) reading(ctx context.Context) querier {
	return func(sqltext string, args ...any) (store.Rows, error) { return s.db.Query(ctx, sqltext, args...) }
}

func writing(t tx.Tx) querier { return store.On(t).Query }

// collect scans every row of a query.
func collect[T any](rows store.Rows, err error, scan func(store.Scan) (T, error)) ([]T, error) {
	return store.All[T](rows, err)(scan)
}

// first gives the one row of a query, or nil.
func first[T any](rows store.Rows, err error, scan func(store.Scan) (*T, error)) (*T, error) {
	all, err := collect(rows, err, scan)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// Product implements licensing.Store.
func (s *Store) Product(t tx.Tx, v ident.VendorID, id ident.UUID) (*licensing.Product, error) {
	rows, err := writing(t)(`SELECT `+productColumns+` FROM products p WHERE p.vendor_id = $1 AND p.uuid = $2`, v, id)
	return first(rows, err, func(scan store.Scan) (*licensing.Product, error) {
		var p productRow
		if err := scan(store.Dest(&p)...); err != nil {
			return nil, err
		}
		product := p.product()
		return &product, nil
	})
}

// ProductID implements licensing.Store.
func (s *Store) ProductID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.ProductID, error) {
	return s.products.find(writing(t), v, id)
}

// ProductExists implements licensing.Reader.
func (s *Store) ProductExists(ctx context.Context, v ident.VendorID, product ident.UUID) (bool, error) {
	var one int
	return s.db.QueryRow(ctx, `SELECT 1 FROM products WHERE vendor_id = $1 AND uuid = $2`, []any{v, product}, &one)
}

// Customer implements licensing.Store.
func (s *Store) Customer(t tx.Tx, v ident.VendorID, id ident.UUID) (*licensing.Customer, error) {
	var c licensing.Customer
	found, err := store.On(t).QueryRow(`SELECT id, uuid, company_name, customer_number, email FROM customers
		WHERE vendor_id = $1 AND uuid = $2`, []any{v, id}, &c.ID, &c.UUID, &c.CompanyName, &c.CustomerNumber, &c.Email)
	if err != nil || !found {
		return nil, err
	}
	return &c, nil
}
