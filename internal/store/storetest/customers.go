package storetest

import (
	"strings"
	"testing"

	"chancery/internal/customers"
	"chancery/internal/ident"
	customerstore "chancery/internal/store/customers"
	"chancery/internal/tx"
)

// CustomerBench is a vendor without customers.
type CustomerBench struct {
	Env

	Customers *customers.Service
	Rows      customerstore.Store
	Vendor    ident.VendorID
}

// NewCustomers makes a vendor without customers.
func NewCustomers(t testing.TB, e Env) CustomerBench {
	t.Helper()
	rows := customerstore.Store{DB: e.DB}
	service, err := customers.New(customers.Config{Store: rows, Reader: rows, Runner: e.DB, IDs: e.IDs})
	if err != nil {
		t.Fatal(err)
	}
	return CustomerBench{Env: e, Customers: service, Rows: rows, Vendor: Vendor(t, e, "Acme").ID}
}

// Create makes a customer, below a superior unless that is nil.
func (b CustomerBench) Create(t testing.TB, name string, superior *customers.Customer) customers.Customer {
	t.Helper()
	r := customers.Create{CompanyName: name, Email: strings.ToLower(name) + "@example.com"}
	if superior != nil {
		r.Superior = &superior.UUID
	}
	return Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) { return b.Customers.Create(x, b.Vendor, r) })
}
