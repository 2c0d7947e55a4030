package owners

import (
	"context"
	"database/sql"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Customer implements owners.PeopleStore.
func (Store) Customer(t tx.Tx, vendor ident.VendorID, customer ident.UUID) (c owners.Customer, found bool, err error) {
	s := store.On(t)
	found, err = s.QueryRow(`SELECT id, uuid, company_name FROM customers WHERE vendor_id = $1 AND uuid = $2`+s.Dialect.ForUpdate(),
		[]any{vendor, customer}, &c.ID, &c.UUID, &c.Name)
	return c, found, err
}

const selectPerson = `SELECT u.id, u.uuid, u.email, u.name, m.role, m.created_at, u.signed_in_at
	FROM customer_users m JOIN users u ON u.vendor_id = m.vendor_id AND u.id = m.user_id WHERE m.vendor_id =`

func scanPerson(scan store.Scan) (p owners.Person, err error) {
	var since int64
	var signedIn sql.Null[int64]
	err = scan(&p.User, &p.UUID, &p.Email, &p.Name, &p.Role, &since, &signedIn)
	p.Since, p.SignedInAt = store.Instant(since), store.OptionalInstant(signedIn)
	if p.SignedInAt != nil && p.SignedInAt.Before(p.Since) {
		p.SignedInAt = nil // who they are elsewhere is not the customer's business
	}
	if p.SignedInAt == nil {
		p.Name = p.Email
	}
	return p, err
}

// Person implements owners.PeopleStore.
func (Store) Person(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, user ident.UUID) (owners.Person, bool, error) {
	all, err := store.All[owners.Person](store.On(t).Query(selectPerson+` $1 AND m.customer_id = $2 AND u.uuid = $3`, vendor, customer, user))(scanPerson)
	if err != nil || len(all) == 0 {
		return owners.Person{}, false, err
	}
	return all[0], true, nil
}

// PutRole implements owners.PeopleStore.
func (Store) PutRole(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, user ident.UserID, role owners.Role) error {
	_, err := store.On(t).Exec(`INSERT INTO customer_users (vendor_id, customer_id, user_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vendor_id, customer_id, user_id) DO UPDATE SET role = excluded.role`, vendor, customer, user, string(role), t.Now().UnixMilli())
	return err
}

// RemoveRole implements owners.PeopleStore.
func (Store) RemoveRole(t tx.Tx, vendor ident.VendorID, customer ident.CustomerID, user ident.UserID) error {
	_, err := store.On(t).Exec(`DELETE FROM customer_users WHERE vendor_id = $1 AND customer_id = $2 AND user_id = $3`, vendor, customer, user)
	return err
}

// People lists the people of a customer, by who came first. Missing is customer_not_found,
// and so is one whose people are not to be shown.
func (s Store) People(
	ctx context.Context, by owners.By, customer ident.UUID, r listing.Request,
) (c owners.Customer, page listing.Page[owners.Person], err error) {
	if c, err = s.customer(ctx, by, customer); err != nil {
		return owners.Customer{}, page, err
	}
	sqltext, args := store.Select(selectPerson, by.Vendor()).And("m.customer_id = ?", c.ID).Page(r, store.Column{Name: "m.user_id"}, "m.user_id")
	items, err := store.All[owners.Person](s.DB.Query(ctx, sqltext, args...))(scanPerson)
	return c, listing.Cut(r, items, func(p owners.Person) listing.Mark { return r.Mark(int64(p.User)) }), err
}

// PersonOf reads one of a customer's people. Missing is user_not_found.
func (s Store) PersonOf(ctx context.Context, by owners.By, customer, user ident.UUID) (c owners.Customer, p owners.Person, err error) {
	if c, err = s.customer(ctx, by, customer); err != nil {
		return owners.Customer{}, owners.Person{}, err
	}
	all, err := store.All[owners.Person](s.DB.Query(ctx, selectPerson+` $1 AND m.customer_id = $2 AND u.uuid = $3`, by.Vendor(), c.ID, user))(scanPerson)
	if err == nil && len(all) == 0 {
		err = fault.Missing("user")
	}
	if err != nil {
		return owners.Customer{}, owners.Person{}, err
	}
	return c, all[0], nil
}

func (s Store) customer(ctx context.Context, by owners.By, customer ident.UUID) (c owners.Customer, err error) {
	found, err := s.DB.QueryRow(ctx, `SELECT id, uuid, company_name FROM customers WHERE vendor_id = $1 AND uuid = $2`,
		[]any{by.Vendor(), customer}, &c.ID, &c.UUID, &c.Name)
	if err == nil && (!found || !by.MaySee(customer)) {
		err = fault.Missing("customer")
	}
	return c, err
}
