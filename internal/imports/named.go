package imports

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
)

// What is wrong with what a line names. It is looked at when the file is checked, and
// again when the line is carried out: things may have changed in between.
const (
	customerExists  = "is another customer's: this customer exists already"
	noEdition       = "names no edition"
	severalEditions = "is an edition of several products: say which in the column product"
)

// OneEdition gives the edition that a line means, of all that have its name.
func OneEdition(named []ident.UUID) (ident.UUID, error) {
	switch len(named) {
	case 0:
		return ident.UUID{}, fault.Wrong(fault.Field{Name: "edition", Message: noEdition})
	case 1:
		return named[0], nil
	}
	return ident.UUID{}, fault.Wrong(fault.Field{Name: "edition", Message: severalEditions})
}

// NoCustomer is the refusal of a line whose column names a customer that is not there.
func NoCustomer(column string) error {
	return fault.Wrong(fault.Field{Name: column, Message: "names no customer"})
}

// CustomerExists is the refusal of a line that makes a customer who is there already.
func CustomerExists() error {
	return fault.Wrong(fault.Field{Name: "customer_number", Message: customerExists})
}
