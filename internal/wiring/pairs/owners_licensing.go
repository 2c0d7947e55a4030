package pairs

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/tx"
)

// RequestedLicenses finds the licences that owners ask something for.
type RequestedLicenses struct{ Licenses *licensing.Service }

var _ owners.RequestedLicenses = RequestedLicenses{}

// Requested implements owners.RequestedLicenses.
func (r RequestedLicenses) Requested(t tx.Tx, v ident.VendorID, license ident.LicenseID) (owners.Requested, error) {
	l, err := r.Licenses.Locked(t, v, license)
	if err == nil && l == nil {
		err = fault.Missing("license")
	}
	if err != nil {
		return owners.Requested{}, err
	}
	of := owners.Requested{
		Product: l.Product.UUID, Customer: l.Customer.UUID, CustomerID: l.Customer.ID, CustomerNumber: l.Customer.CustomerNumber,
		Meters: map[ident.UUID]string{},
	}
	for _, m := range l.Terms().Grants.Shown().Meters() {
		of.Meters[m.ID] = m.Name
	}
	return of, nil
}

// NotedRequests notes what licensees have told the vendor's staff.
type NotedRequests struct {
	*owners.Requests

	Rows  owners.Store
	Users *identity.Users
}

// Note asks for something in the name of a licensee, who is made a user where they are none.
func (n NotedRequests) Note(t tx.Tx, v ident.VendorID, license ident.UUID, asked owners.NewRequest) (q owners.Request, fresh bool, err error) {
	l, found, err := n.Rows.License(t, v, license)
	switch {
	case err != nil:
		return owners.Request{}, false, err
	case !found:
		return owners.Request{}, false, fault.Missing("license")
	case l.Licensee == "":
		return owners.Request{}, false, fault.Refused("no_licensee_email", "This licence has no licensee user.", "Set licensee_email first.")
	}
	user, err := n.Users.Ensure(t, v, l.Licensee, "") // people are locked before licences
	if err != nil {
		return owners.Request{}, false, err
	}
	return n.AskFor(t, v, license, user.ID, asked)
}
