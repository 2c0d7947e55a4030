package prepaid

import "chancery/internal/ident"

// CustomerSorts are what the list of customers offers.
func CustomerSorts() []string { return []string{"name"} }

// CustomerFilter narrows the customers among whom somebody chooses.
type CustomerFilter struct {
	Within ident.CustomerID // those below this customer, at any depth; 0 for all of the vendor
	Direct bool             // only those directly below; with 0, those at the top
	Text   string           // a part of the name or of the number, in any case
}

// CustomerView is a customer in that list.
type CustomerView struct {
	Customer

	Above       Owner // its superior; the zero value for none
	Below       int64 // how many are directly below it
	Cards, Days int64 // its own
}

// RunFigures are how the charging of a vendor's devices stands.
type RunFigures struct {
	Due     int64 // devices that are due and not yet charged
	Dark    int64 // blacklisted devices
	Charged int64 // days charged on the vendor's day
}

// MostCounted is the most that RunFigures and reminders count up to.
const MostCounted = 100_000
