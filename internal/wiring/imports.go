package wiring

import (
	"context"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/licensing"
	importstore "chancery/internal/store/imports"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// importTrade makes what lines of files ask for, in the rooms that own it.
type importTrade struct{ r *Rooms }

// CreateCustomer implements imports.Trade.
func (x importTrade) CreateCustomer(t tx.Tx, v ident.VendorID, c imports.CustomerLine) (imports.Result, error) {
	wanted := customers.Create{CompanyName: c.CompanyName, Number: c.Number, Email: c.Email}
	if c.SuperiorNumber != "" {
		superior, err := x.customer(t, v, "superior_number", c.SuperiorNumber)
		if err != nil {
			return imports.Result{}, err
		}
		wanted.Superior = &superior
	}
	made, err := x.r.Customers.Create(t, v, wanted)
	if fault.Is(err, "customer_number_taken") {
		err = fault.Wrong(fault.Field{Name: "customer_number", Message: "is another customer's: this customer exists already"})
	}
	return imports.Result{ID: made.UUID, Number: made.Number}, err
}

func (x importTrade) customer(t tx.Tx, v ident.VendorID, column, number string) (ident.UUID, error) {
	id, err := x.r.CustomerRows.NumberID(t, v, number)
	if err == nil && id.IsZero() {
		err = fault.Wrong(fault.Field{Name: column, Message: "names no customer"})
	}
	return id, err
}

// IssueLicense implements imports.Trade.
func (x importTrade) IssueLicense(t tx.Tx, v ident.VendorID, l imports.LicenseLine) (imports.Result, error) {
	customer, err := x.customer(t, v, "customer_number", l.CustomerNumber)
	if err != nil {
		return imports.Result{}, err
	}
	editions, err := x.r.CatalogRows.EditionsNamed(t, v, l.Product, l.Edition)
	switch {
	case err != nil:
		return imports.Result{}, err
	case len(editions) == 0:
		return imports.Result{}, fault.Wrong(fault.Field{Name: "edition", Message: "names no edition"})
	case len(editions) > 1:
		return imports.Result{}, fault.Wrong(fault.Field{Name: "edition", Message: "is an edition of several products: say which in the column product"})
	}
	c := licensing.IssueCommand{
		InBulk: true,
		Vendor: v, Edition: editions[0], Customer: customer, Name: l.Name, LicenseeEmail: l.LicenseeEmail, LegacyKey: l.LegacyKey,
		IsTemporary: l.IsTemporary, IsInactive: l.IsInactive, StartsAt: l.StartsAt,
	}
	if l.ExpiresMode != "" {
		c.Expiry = &licensing.Expiry{Mode: l.ExpiresMode, At: l.ExpiresAt, Days: l.ExpiresDays}
	}
	if l.Tokens != nil || l.Sessions != nil {
		c.Overrides = &terms.Overrides{TokenLimit: l.Tokens, FloatingTokenLimit: l.Sessions}
	}
	made, err := x.r.Licenses.Issue(t, c)
	if err != nil {
		return imports.Result{}, err
	}
	return imports.Result{ID: made.UUID, LicenseKey: made.LicenseKey.String(), PrintedKey: made.PrintedKey}, nil
}

// importKnown reads what lines are checked against.
type importKnown struct{ r *Rooms }

// Numbers implements imports.Known.
func (x importKnown) Numbers(ctx context.Context, v ident.VendorID, numbers []string) (map[string]bool, error) {
	return x.r.CustomerRows.Numbers(ctx, v, numbers)
}

// Editions implements imports.Known.
func (x importKnown) Editions(ctx context.Context, v ident.VendorID) (map[imports.EditionName]bool, error) {
	all, err := x.r.CatalogRows.EditionNames(ctx, v)
	names := make(map[imports.EditionName]bool, len(all))
	for _, n := range all {
		names[imports.EditionName(n)] = true
	}
	return names, err
}

// furnishImports makes the room that brings files in.
func (r *Rooms) furnishImports() (err error) {
	r.ImportRows = importstore.Store{DB: r.DB}
	r.Imports, err = imports.New(imports.Config{
		Store: r.ImportRows, Trade: importTrade{r}, Known: importKnown{r}, Runner: r.DB, IDs: r.IDs,
	})
	return err
}
