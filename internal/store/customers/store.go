package customers

import (
	"database/sql"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store keeps customers; it implements customers.Store, and the lists of the API.
type Store struct{ DB *store.DB }

var _ customers.Store = Store{}

const selectCustomer = `SELECT c.id, c.uuid, c.superior_id, s.uuid, COALESCE(s.company_name, ''),
		c.company_name, c.customer_number, c.email, c.created_at, c.updated_at
	FROM customers c LEFT JOIN customers s ON s.vendor_id = c.vendor_id AND s.id = c.superior_id
	WHERE c.vendor_id =`

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
	free, err = s.QueryRow(`INSERT INTO customers
		(vendor_id, uuid, superior_id, company_name, name_folded, customer_number, email, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (vendor_id, customer_number) DO NOTHING RETURNING id`,
		[]any{
			vendor, c.UUID, store.OrNull(c.SuperiorID), c.CompanyName, listing.Fold(c.CompanyName), c.Number, c.Email,
			c.CreatedAt.UnixMilli(), c.UpdatedAt.UnixMilli(),
		}, &id)
	if err != nil || !free {
		return 0, free, err
	}
	if _, err = s.Exec(`INSERT INTO customer_closure (vendor_id, superior_id, customer_id, depth) VALUES ($1, $2, $3, 0)`, vendor, id, id); err != nil {
		return 0, false, err
	}
	if c.SuperiorID != 0 {
		err = hang(s, vendor, id, c.SuperiorID)
	}
	return id, true, err
}

// Update implements customers.Store. The number of another customer is looked
// for first; one taken at the very same moment runs into the unique key, and the
// transaction fails as a whole.
func (Store) Update(t tx.Tx, vendor ident.VendorID, c customers.Customer) (free bool, err error) {
	n, err := store.On(t).Exec(`UPDATE customers SET company_name = $1, name_folded = $2, customer_number = $3, email = $4, updated_at = $5
		WHERE vendor_id = $6 AND id = $7
		AND NOT EXISTS (SELECT 1 FROM customers o WHERE o.vendor_id = $8 AND o.customer_number = $9 AND o.id <> $10)`,
		c.CompanyName, listing.Fold(c.CompanyName), c.Number, c.Email, c.UpdatedAt.UnixMilli(), vendor, c.ID, vendor, c.Number, c.ID)
	return n == 1, err
}

// Move implements customers.Store.
func (Store) Move(t tx.Tx, vendor ident.VendorID, c, superior ident.CustomerID) error {
	s := store.On(t)
	if _, err := s.Exec(`UPDATE customers SET superior_id = $1 WHERE vendor_id = $2 AND id = $3`, store.OrNull(superior), vendor, c); err != nil {
		return err
	}
	// Everything below c, c included, leaves everything above c.
	if _, err := s.Exec(`DELETE FROM customer_closure WHERE vendor_id = $1
		AND customer_id IN (SELECT customer_id FROM customer_closure WHERE vendor_id = $2 AND superior_id = $3)
		AND superior_id IN (SELECT superior_id FROM customer_closure WHERE vendor_id = $4 AND customer_id = $5 AND depth > 0)`,
		vendor, vendor, c, vendor, c); err != nil || superior == 0 {
		return err
	}
	return hang(s, vendor, c, superior)
}

// hang puts c and all below it under superior and all above that.
func hang(s *store.Tx, vendor ident.VendorID, c, superior ident.CustomerID) error {
	_, err := s.Exec(`INSERT INTO customer_closure (vendor_id, superior_id, customer_id, depth)
		SELECT up.vendor_id, up.superior_id, down.customer_id, up.depth + down.depth + 1
		FROM customer_closure up JOIN customer_closure down ON down.vendor_id = up.vendor_id
		WHERE up.vendor_id = $1 AND up.customer_id = $2 AND down.superior_id = $3`, vendor, superior, c)
	return err
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
	return store.On(t).QueryRow(within, []any{vendor, superior, c}, &depth)
}

const within = `SELECT depth FROM customer_closure WHERE vendor_id = $1 AND superior_id = $2 AND customer_id = $3`

// Levels implements customers.Store.
func (Store) Levels(t tx.Tx, vendor ident.VendorID, c ident.CustomerID) (above, below int, err error) {
	_, err = store.On(t).QueryRow(`SELECT
		(SELECT MAX(depth) FROM customer_closure WHERE vendor_id = $1 AND customer_id = $2),
		(SELECT MAX(depth) FROM customer_closure WHERE vendor_id = $3 AND superior_id = $4)`,
		[]any{vendor, c, vendor, c}, &above, &below)
	return above, below, err
}

func scan(row func(dest ...any) (bool, error)) (customers.Customer, bool, error) {
	var c customers.Customer
	var superior sql.Null[int64]
	var created, updated int64
	found, err := row(&c.ID, &c.UUID, &superior, &c.SuperiorUUID, &c.SuperiorName, &c.CompanyName, &c.Number, &c.Email, &created, &updated)
	if err != nil || !found {
		return customers.Customer{}, false, err
	}
	c.SuperiorID = ident.CustomerID(superior.V)
	c.CreatedAt, c.UpdatedAt = store.Instant(created), store.Instant(updated)
	return c, true, nil
}
