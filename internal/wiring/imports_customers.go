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
	wanted := customerOf(c)
	if c.SuperiorNumber != "" {
		superior, err := x.r.CustomerRows.NumberID(t, v, c.SuperiorNumber)
		if err == nil && superior.IsZero() {
			err = imports.NoSuperior()
		}
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

// customerOf is what a line asks the room for.
func customerOf(c imports.CustomerLine) customers.Create {
	return customers.Create{CompanyName: c.CompanyName, Number: c.Number, Email: c.Email, Language: c.Language}
}

// RefusedCustomers implements imports.Known.
func (importKnown) RefusedCustomers(lines []imports.CustomerLine) []error {
	all := make([]error, len(lines))
	for i, l := range lines {
		all[i] = customerOf(l).Check()
	}
	return all
}

// Numbers implements imports.Known.
func (x importKnown) Numbers(ctx context.Context, v ident.VendorID, numbers []string) (map[string]bool, error) {
	all, err := x.r.CustomerRows.Numbers(ctx, v, numbers)
	there := make(map[string]bool, len(all))
	for number := range all {
		there[number] = true
	}
	return there, err
}
