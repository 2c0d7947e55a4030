package customers

import (
	"context"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store keeps customers; it implements customers.Store, and the lists of the API.
type Store struct{ DB *store.DB }

var (
	_ customers.Store  = Store{}
	_ customers.Reader = Store{}
)

// What is made of the columns of a customer.
//
//nolint:gochecknoglobals // texts, made once
var (
	customerFrom = `SELECT ` + store.Selected("c", &customerRow{}) + `
		FROM customers c LEFT JOIN customers s ON s.vendor_id = c.vendor_id AND s.id = c.superior_id`
	selectCustomer = customerFrom + ` WHERE c.vendor_id =`

	// selectFound reads customers that were found by their ids: the plus keeps engines
	// from walking all those of the vendor in the order of the list.
	selectFound = customerFrom + ` WHERE +c.vendor_id =`

	insertCustomer = store.InsertInto("customers", &customerRow{})
	updateCustomer = store.Update("customers", &customerRow{},
		`vendor_id = ? AND id = ? AND NOT EXISTS (SELECT 1 FROM customers o WHERE o.vendor_id = ? AND o.customer_number = ? AND o.id <> ?)`)
)

// customerRow is one row as it comes.
type customerRow struct {
	c                customers.Customer
	folded           string // the name, to be written
	superior         store.OptionalInt
	superiorName     store.OptionalText
	superiorNumber   store.OptionalText
	created, updated int64
}

// Columns implements store.Record.
func (r *customerRow) Columns(c *store.Columns) {
	one := &r.c
	c.Read("id", &one.ID)
	c.Fixed("uuid", one.UUID, &one.UUID)
	c.Fixed("superior_id", store.OrNull(one.SuperiorID), &r.superior)
	c.Read("s.uuid", &one.SuperiorUUID)
	c.Read("s.company_name", &r.superiorName)
	c.Read("s.customer_number", &r.superiorNumber)
	c.Saved("company_name", one.CompanyName, &one.CompanyName)
	c.Saved("name_folded", r.folded, nil)
	c.Saved("customer_number", one.Number, &one.Number)
	c.Saved("email", one.Email, &one.Email)
	c.Saved("language", one.Language, &one.Language)
	c.Fixed("created_at", store.Millis(one.CreatedAt), &r.created)
	c.Saved("updated_at", store.Millis(one.UpdatedAt), &r.updated)
}

// rowOf makes the row of a customer.
func rowOf(c customers.Customer) *customerRow {
	return &customerRow{c: c, folded: listing.Fold(c.CompanyName)}
}

// LockTree implements customers.Store: the vendor's row stands for its tree.
func (Store) LockTree(t tx.Tx, vendor ident.VendorID) error {
	s := store.On(t)
	if s.Dialect.ForUpdate() == "" {
		return nil
	}
	var id int64
	_, err := s.QueryRow(`SELECT id FROM vendors WHERE id = $1`+s.Dialect.ForUpdate(), []any{vendor}, &id)
	return err
}

// Insert implements customers.Store.
func (Store) Insert(t tx.Tx, vendor ident.VendorID, c customers.Customer) (id ident.CustomerID, free bool, err error) {
	s := store.On(t)
	free, err = s.QueryRow(s.NewID("customers", insertCustomer.Text)+` ON CONFLICT (vendor_id, customer_number) DO NOTHING RETURNING id`,
		insertCustomer.Values(vendor, rowOf(c)), &id)
	if err != nil || !free {
		return 0, free, err
	}
	if err = store.CustomerWords.Add(s, vendor, int64(id), c.CompanyName); err != nil {
		return 0, false, err
	}
	if _, err = s.Exec(`INSERT INTO customer_closure (vendor_id, superior_id, customer_id, depth) VALUES ($1, $2, $3, 0)`, vendor, id, id); err != nil {
		return 0, false, err
	}
	if c.SuperiorID != 0 {
		err = hang(s, vendor, id, id-1, id, 0)
	}
	return id, true, err
}

// Update implements customers.Store. The number of another customer is looked
// for first; one taken at the very same moment runs into the unique key, and the
// transaction fails as a whole.
func (Store) Update(t tx.Tx, vendor ident.VendorID, c customers.Customer) (free bool, err error) {
	s := store.On(t)
	n, err := s.Exec(updateCustomer, store.SavedValues(rowOf(c), vendor, c.ID, vendor, c.Number, c.ID)...)
	if err != nil || n != 1 {
		return false, err
	}
	return true, store.CustomerWords.Replace(s, vendor, int64(c.ID), c.CompanyName)
}

// Move implements customers.Store.
func (Store) Move(t tx.Tx, vendor ident.VendorID, c, superior ident.CustomerID) error {
	return store.On(t).Later(`UPDATE customers SET superior_id = $1 WHERE vendor_id = $2 AND id = $3`, store.OrNull(superior), vendor, c)
}

// above walks up from customer $2, whose superiors have the last word: the closure
// follows them.
const above = `WITH RECURSIVE up (vendor_id, id, depth) AS (
		SELECT c.vendor_id, c.superior_id, 1 FROM customers c WHERE c.vendor_id = $1 AND c.id = $2 AND c.superior_id IS NOT NULL
		UNION ALL SELECT c.vendor_id, c.superior_id, up.depth + 1
			FROM up JOIN customers c ON c.vendor_id = up.vendor_id AND c.id = up.id WHERE c.superior_id IS NOT NULL
	) `

// hang gives customer c, and those below it with an id above after and up to last,
// lines to all that are above c now. Those that are new are so since an instant, in
// milliseconds; 0 for always.
func hang(s *store.Tx, vendor ident.VendorID, c, after, last ident.CustomerID, since int64) error {
	return s.Later(`INSERT INTO customer_closure (vendor_id, superior_id, customer_id, depth, since) `+above+`
		SELECT up.vendor_id, up.id, down.customer_id, up.depth + down.depth, CAST($5 AS BIGINT) FROM up
		JOIN customer_closure down ON down.vendor_id = up.vendor_id
		WHERE down.superior_id = $2 AND down.customer_id > $3 AND down.customer_id <= $4
		ON CONFLICT (vendor_id, superior_id, customer_id) DO UPDATE SET depth = excluded.depth`, vendor, c, after, last, since)
}

// Rehang implements customers.Store.
func (Store) Rehang(t tx.Tx, vendor ident.VendorID, c, after ident.CustomerID, limit int) (last ident.CustomerID, err error) {
	s := store.On(t)
	ids, err := store.All[ident.CustomerID](s.Query(`SELECT customer_id FROM customer_closure
		WHERE vendor_id = $1 AND superior_id = $2 AND customer_id > $3 ORDER BY customer_id LIMIT $4`, vendor, c, after, limit))(
		func(scan store.Scan) (id ident.CustomerID, err error) { return id, scan(&id) })
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	last = ids[len(ids)-1]
	if err := rehang(s, vendor, c, after, last, t.Now().UnixMilli()); err != nil || len(ids) < limit {
		return 0, err
	}
	return last, nil
}

// RehangOne implements customers.Store.
func (Store) RehangOne(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) error {
	return rehang(store.On(t), vendor, c, c-1, c, t.Now().UnixMilli())
}

func rehang(s *store.Tx, vendor ident.VendorID, c, after, last ident.CustomerID, since int64) error {
	// What is further away than c is above it: it was, before the move. Who still is stays.
	if err := s.Later(above+`DELETE FROM customer_closure WHERE vendor_id = $1 AND superior_id NOT IN (SELECT id FROM up) AND customer_id IN
			(SELECT d.customer_id FROM customer_closure d WHERE d.vendor_id = $1 AND d.superior_id = $2 AND d.customer_id > $3 AND d.customer_id <= $4)
		AND depth > (SELECT d.depth FROM customer_closure d
			WHERE d.vendor_id = $1 AND d.superior_id = $2 AND d.customer_id = customer_closure.customer_id)`, vendor, c, after, last); err != nil {
		return err
	}
	return hang(s, vendor, c, after, last, since)
}

// NoteMove implements customers.Store.
func (Store) NoteMove(t tx.Tx, vendor ident.VendorID, c, after ident.CustomerID) error {
	return store.On(t).Later(`INSERT INTO customer_moves (vendor_id, customer_id, done_until) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id, customer_id) DO UPDATE SET done_until = excluded.done_until`, vendor, c, after)
}

// NotedMove implements customers.Store.
func (Store) NotedMove(t tx.Tx, vendor ident.VendorID) (c, after ident.CustomerID, noted bool, err error) {
	noted, err = store.On(t).QueryRow(`SELECT customer_id, done_until FROM customer_moves WHERE vendor_id = $1`, []any{vendor}, &c, &after)
	return c, after, noted, err
}

// EndMove implements customers.Store.
func (Store) EndMove(t tx.Tx, vendor ident.VendorID) error {
	return store.On(t).Later(`DELETE FROM customer_moves WHERE vendor_id = $1`, vendor)
}

// Moving implements customers.Reader.
func (s Store) Moving(ctx context.Context) ([]ident.VendorID, error) {
	return store.All[ident.VendorID](s.DB.Query(ctx, `SELECT vendor_id FROM customer_moves ORDER BY vendor_id`))(
		func(scan store.Scan) (ident.VendorID, error) {
			var id int64
			err := scan(&id)
			return ident.VendorOf(id), err
		})
}

// Uses implements customers.Store.
func (Store) Uses(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) (licenses, below, transfers int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT `+store.Uses(`licenses WHERE vendor_id = $1 AND customer_id = $2`)+`, `+
		store.Uses(`customers WHERE vendor_id = $1 AND superior_id = $2`)+`, `+
		store.Uses(`prepaid_transfers WHERE vendor_id = $1 AND from_id = $2`)+` + `+
		store.Uses(`prepaid_transfers WHERE vendor_id = $1 AND to_id = $2`)+` + `+
		store.Uses(`prepaid_orders WHERE ended_at IS NULL AND +vendor_id = $1 AND to_holder = $2`), []any{vendor, c}, &licenses, &below, &transfers)
	return licenses, below, transfers, err
}

// Delete implements customers.Store.
func (Store) Delete(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) error {
	s := store.On(t)
	// Nobody is below it; lines of those who were may wait for a move to be finished.
	for _, column := range []string{"customer_id", "superior_id"} {
		if err := s.Later(`DELETE FROM customer_closure WHERE vendor_id = $1 AND `+column+` = $2`, vendor, c); err != nil {
			return err
		}
	}
	if err := s.Later(`DELETE FROM customers WHERE vendor_id = $1 AND id = $2`, vendor, c); err != nil {
		return err
	}
	return s.Deleted("customers", int64(c))
}

// Get implements customers.Store.
func (Store) Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (customers.Customer, bool, error) {
	s := store.On(t)
	return scan(func(dest ...any) (bool, error) {
		return s.QueryRow(selectCustomer+` $1 AND c.uuid = $2`+s.Dialect.ForUpdateOf("c"), []any{vendor, uuid}, dest...)
	})
}

// NumberID finds the customer of this number, unlocked; zero when there is none.
func (Store) NumberID(t tx.Tx, vendor ident.VendorID, number string) (id ident.UUID, err error) {
	_, err = store.On(t).QueryRow(`SELECT uuid FROM customers WHERE vendor_id = $1 AND customer_number = $2`, []any{vendor, number}, &id)
	return id, err
}

// Within implements customers.Store.
func (Store) Within(t tx.Tx, vendor ident.VendorID, superior, c ident.CustomerID) (bool, error) {
	var depth int
	found, err := store.On(t).QueryRow(within, []any{vendor, c, superior}, &depth)
	return found || superior == c, err
}

// within finds customer $3 above customer $2.
const within = above + `SELECT up.depth FROM up WHERE up.id = $3`

// Levels implements customers.Store.
func (Store) Levels(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) (up, down int, err error) {
	q := store.On(t)
	if _, err = q.QueryRow(above+`SELECT COUNT(*) FROM up`, []any{vendor, c}, &up); err != nil {
		return 0, 0, err
	}
	_, err = q.QueryRow(`SELECT depth FROM customer_closure WHERE vendor_id = $1 AND superior_id = $2 ORDER BY depth DESC LIMIT 1`, []any{vendor, c}, &down)
	return up, down, err
}

func scan(row func(dest ...any) (bool, error)) (customers.Customer, bool, error) {
	var r customerRow
	if found, err := row(store.Dest(&r)...); err != nil || !found {
		return customers.Customer{}, false, err
	}
	r.c.SuperiorID, r.c.SuperiorName, r.c.SuperiorNumber = ident.CustomerID(r.superior.V), r.superiorName.V, r.superiorNumber.V
	r.c.CreatedAt, r.c.UpdatedAt = store.Instant(r.created), store.Instant(r.updated)
	return r.c, true, nil
}
