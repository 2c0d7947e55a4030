package customers

import (
	"context"
	"strconv"

	"chancery/internal/customers"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// ByUUID reads one customer. Missing is customer_not_found.
func (s Store) ByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (customers.Customer, error) {
	c, found, err := scan(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, selectCustomer+` $1 AND c.uuid = $2`, []any{vendor, uuid}, dest...)
	})
	if err == nil && !found {
		err = fault.Missing("customer")
	}
	return c, err
}

// List lists customers.
func (s Store) List(
	ctx context.Context, vendor ident.VendorID, f customers.Filter, r listing.Request,
) (listing.Page[customers.Customer], error) {
	if err := f.Check(r.Sort); err != nil {
		return listing.Page[customers.Customer]{}, err
	}
	from := selectCustomer
	if f.Search != "" {
		from = selectFound
	}
	q := store.Select(from, vendor).
		Prefix("c.name_folded", listing.Fold(f.NamePrefix)).
		Prefix("c.customer_number", f.NumberPrefix).
		Prefix("c.email", entry.AddressPrefix(f.EmailPrefix))
	if word := listing.WordPrefix(f.Search); word != "" {
		searched(q, vendor, listing.Fold(f.Search), word)
	} else if f.Search != "" {
		q.And("1 = 0")
	}
	if f.ID != nil {
		q.And("c.uuid = ?", *f.ID)
	}
	if f.Superior != nil {
		q.And("c.superior_id = (SELECT id FROM customers WHERE vendor_id = ? AND uuid = ?)", vendor, *f.Superior)
	}
	column := map[string]string{
		"company_name": "c.name_folded", "customer_number": "c.customer_number", "email": "c.email", "created_at": "c.id",
	}[r.Sort]
	sqltext, args := q.Page(r, store.Column{Name: column}, "c.id")
	items, err := store.All[customers.Customer](s.DB.Query(ctx, sqltext, args...))(one)
	return listing.Cut(r, items, func(c customers.Customer) listing.Mark {
		m := r.Mark(int64(c.ID))
		switch r.Sort {
		case "company_name":
			m.Text = listing.Fold(c.CompanyName)
		case "customer_number":
			m.Text = c.Number
		case "email":
			m.Text = c.Email
		}
		return m
	}), err
}

// searched narrows a selection to the customers of which the name, or a word of it,
// begins as asked for, in a bounded number of each.
func searched(q *store.Selection, vendor ident.VendorID, name, word string) {
	limit := ` LIMIT ` + strconv.Itoa(customers.SearchedAtOnce)
	begins, args := "name_folded >= ?", []any{vendor, name}
	if end, ok := listing.PrefixEnd(name); ok {
		begins, args = begins+" AND name_folded < ?", append(args, end)
	}
	words, more := store.CustomerWords.Begin(word)
	q.And(`c.id IN (SELECT id FROM (SELECT id FROM customers WHERE vendor_id = ? AND `+begins+` ORDER BY name_folded, id`+limit+`) AS whole
		UNION SELECT id FROM (`+words+limit+`) AS words)`, append(append(args, vendor), more...)...)
}

// Ancestors gives the customers above c, the nearest first.
func (s Store) Ancestors(ctx context.Context, vendor ident.VendorID, c ident.CustomerID) ([]customers.Customer, error) {
	return store.All[customers.Customer](s.DB.Query(ctx, above+selectCustomer+` $1 AND c.id IN (SELECT up.id FROM up)
		ORDER BY (SELECT up.depth FROM up WHERE up.id = c.id)`, vendor, c))(one)
}

// Descendants lists all customers below c, at any depth, in order of creation. While
// a large branch is moved, it finds those of it that have followed.
func (s Store) Descendants(
	ctx context.Context, vendor ident.VendorID, c ident.CustomerID, r listing.Request,
) (listing.Page[customers.Customer], error) {
	sqltext, args := store.Select(selectCustomer, vendor).
		And("c.id IN (SELECT customer_id FROM customer_closure WHERE vendor_id = ? AND superior_id = ? AND depth > 0)", vendor, c).
		Page(r, store.Column{Name: "c.id"}, "c.id")
	items, err := store.All[customers.Customer](s.DB.Query(ctx, sqltext, args...))(one)
	return listing.Cut(r, items, func(c customers.Customer) listing.Mark { return r.Mark(int64(c.ID)) }), err
}

// CountBelow counts the customers directly below c, and stops at most.
func (s Store) CountBelow(ctx context.Context, vendor ident.VendorID, c ident.CustomerID, most int) (n int, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM
		(SELECT id FROM customers WHERE vendor_id = $1 AND superior_id = $2 ORDER BY id LIMIT $3) AS counted`, []any{vendor, c, most}, &n)
	return n, err
}

// Numbered is a customer as who knows its number needs it.
type Numbered struct {
	UUID          ident.UUID
	Number, Email string
	IsBelow       bool // another customer is above it
}

// Numbers finds the customers of these numbers.
func (s Store) Numbers(ctx context.Context, vendor ident.VendorID, numbers []string) (map[string]Numbered, error) {
	found := map[string]Numbered{}
	err := store.Among(numbers, func(list string, some []any) error {
		sqltext, args := store.Select(`SELECT uuid, customer_number, email, CASE WHEN superior_id IS NULL THEN 0 ELSE 1 END
			FROM customers WHERE vendor_id =`, vendor).
			And("customer_number IN ("+list+")", some...).End("")
		all, err := store.All[Numbered](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (n Numbered, err error) {
			var below int64
			err = scan(&n.UUID, &n.Number, &n.Email, &below)
			n.IsBelow = below != 0
			return n, err
		})
		for _, n := range all {
			found[n.Number] = n
		}
		return err
	})
	return found, err
}

// IsWithin tells whether c is superior or below it.
func (s Store) IsWithin(ctx context.Context, vendor ident.VendorID, superior, c ident.CustomerID) (bool, error) {
	var depth int
	found, err := s.DB.QueryRow(ctx, within, []any{vendor, c, superior}, &depth)
	return found || superior == c, err
}

func one(scanRow store.Scan) (customers.Customer, error) {
	c, _, err := scan(func(dest ...any) (bool, error) { return true, scanRow(dest...) })
	return c, err
}
