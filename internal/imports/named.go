package imports

import (
	"strconv"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// What is wrong with what a line names. It is looked at when the file is checked, and
// again when the line is carried out: things may have changed in between.
const (
	customerExists  = "is another customer's: this customer exists already"
	noSuperior      = "names no customer: it must exist, or stand in another line"
	belowItself     = "stands below this customer itself"
	noEdition       = "names no edition"
	severalEditions = "is an edition of several products: say which in the column product"
)

// OneEdition gives the edition that a line means, of all that have its name, in its
// product where it names one.
func OneEdition(named []ident.UUID, product string) (ident.UUID, error) {
	switch len(named) {
	case 0:
		message := noEdition
		if product != "" {
			message = "is no edition of the product " + product
		}
		return ident.UUID{}, fault.Wrong(fault.Field{Name: "edition", Message: message})
	case 1:
		return named[0], nil
	}
	return ident.UUID{}, fault.Wrong(fault.Field{Name: "edition", Message: severalEditions})
}

// NoCustomer is the refusal of a licence whose line names a customer that is not there.
func NoCustomer() error {
	return fault.Wrong(fault.Field{Name: customerNumber, Message: "names no customer: import the customers first"})
}

// NoSuperior is the refusal of a customer whose superior is not there.
func NoSuperior() error {
	return fault.Wrong(fault.Field{Name: "superior_number", Message: noSuperior})
}

// LegacyKeyRepeated is the refusal of a line whose key a line above has for the same product.
func LegacyKeyRepeated(above int) error {
	return fault.Wrong(fault.Field{Name: "legacy_license_key", Message: "is in line " + strconv.Itoa(above) + " already"})
}

// LegacyKeyTaken is the refusal of a line whose key from an older system is in use.
func LegacyKeyTaken() error {
	return fault.Wrong(fault.Field{Name: "legacy_license_key", Message: "is that of another licence of this product"})
}

// CustomerExists is the refusal of a line that makes a customer who is there already.
func CustomerExists() error {
	return fault.Wrong(fault.Field{Name: customerNumber, Message: customerExists})
}
