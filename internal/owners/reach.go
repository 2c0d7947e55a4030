package owners

import (
	"slices"

	"chancery/internal/entry"
	"chancery/internal/ident"
)

// Membership is the role of a user at a customer.
type Membership struct {
	Customer ident.CustomerID
	UUID     ident.UUID
	Name     string // of the customer
	Role     Role
}

// Reach is a user of a vendor with what is in reach: the licences that name the user's
// address as their licensee, and those of customers at which the user has a role. A role
// at a customer says nothing of the customers below it. The zero Reach reaches nothing.
type Reach struct {
	Vendor    ident.VendorID
	User      ident.UserID
	Email     string
	Customers []Membership
}

// License is of a licence what decides who may do something with it.
type License struct {
	ID       ident.LicenseID
	UUID     ident.UUID
	Licensee string // e-mail address
	Customer ident.CustomerID
}

// May reports whether the user may do something with a licence. A licensee may do all
// that there is with its own.
func (r Reach) May(act Act, l License) bool {
	return r.Owns(l.Licensee) || r.roleAt(l.Customer).atLeast(act.needs())
}

// Owns reports whether an address is the user's own: by the address a licence names its
// licensee.
func (r Reach) Owns(licensee string) bool {
	if r.User == 0 || r.Email == "" {
		return false
	}
	return folded(licensee) == folded(r.Email)
}

// folded returns the form in which addresses are compared.
func folded(email string) string {
	if address, ok := entry.Address(email); ok {
		return address
	}
	return email
}

func (r Reach) roleAt(c ident.CustomerID) Role {
	for _, m := range r.Customers {
		if m.Customer == c && r.User != 0 {
			return m.Role
		}
	}
	return ""
}

// At returns the user's role at a customer; found is false for none.
func (r Reach) At(customer ident.UUID) (m Membership, found bool) {
	i := slices.IndexFunc(r.Customers, func(m Membership) bool { return m.UUID == customer })
	if i < 0 {
		return Membership{}, false
	}
	return r.Customers[i], true
}

// Manages reports whether the role includes to manage the customer's people.
func (m Membership) Manages() bool { return m.Role.atLeast(Administrator) }

// ManagesPeople reports whether the user manages the people of any customer.
func (r Reach) ManagesPeople() bool { return slices.ContainsFunc(r.Customers, Membership.Manages) }
