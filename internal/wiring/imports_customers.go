package wiring

import (
	"context"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/tx"
)

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
		err = imports.CustomerExists()
	}
	return imports.Result{ID: made.UUID, Number: made.Number}, err
}

func (x importTrade) customer(t tx.Tx, v ident.VendorID, column, number string) (ident.UUID, error) {
	id, err := x.r.CustomerRows.NumberID(t, v, number)
	if err == nil && id.IsZero() {
		err = imports.NoCustomer(column)
	}
	return id, err
}

// Numbers implements imports.Known.
func (x importKnown) Numbers(ctx context.Context, v ident.VendorID, numbers []string) (map[string]bool, error) {
	return x.r.CustomerRows.Numbers(ctx, v, numbers)
}
