package licensing

import (
	"context"
	"database/sql"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store reads and writes licences.
type Store struct {
	db       *store.DB
	editions *editions
}

var (
	_ licensing.Store  = (*Store)(nil)
	_ licensing.Reader = (*Store)(nil)
)

// New makes the store.
func New(db *store.DB) *Store { return &Store{db: db, editions: newEditions()} }

// querier runs a SELECT inside or outside a transaction.
type querier func(sqltext string, args ...any) (*sql.Rows, error)

func (s *Store) reading(ctx context.Context) querier {
	return func(sqltext string, args ...any) (*sql.Rows, error) { return s.db.Query(ctx, sqltext, args...) }
}

func writing(t tx.Tx) querier { return store.On(t).Query }

// collect scans every row of a query.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) (all []T, e error) {
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := rows.Close(); e == nil {
			e = closing
		}
	}()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err() //nolint:wrapcheck // store's own
}

// first gives the one row of a query, or nil.
func first[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (*T, error)) (*T, error) {
	all, err := collect(rows, err, scan)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// Product implements licensing.Store.
func (s *Store) Product(t tx.Tx, v ident.VendorID, id ident.UUID) (*licensing.Product, error) {
	rows, err := writing(t)(`SELECT `+productColumns+` FROM products p WHERE p.vendor_id = $1 AND p.uuid = $2`, v, id)
	return first(rows, err, func(rows *sql.Rows) (*licensing.Product, error) {
		var p productRow
		if err := rows.Scan(p.dest()...); err != nil {
			return nil, err //nolint:wrapcheck // store's own
		}
		product := p.product()
		return &product, nil
	})
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
