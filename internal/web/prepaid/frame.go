package prepaid

import (
	"context"
	"errors"
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/owners"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// Customers reads customers. What is missing is nil.
type Customers interface {
	CustomerOf(ctx context.Context, v ident.VendorID, id ident.UUID) (*prepaid.Customer, error)

	// SubCustomers gives at most limit customers directly below one, or those without a
	// superior where that is 0, whose name or number begins with a text: by name.
	SubCustomers(ctx context.Context, v ident.VendorID, superior ident.CustomerID, text string, limit int) ([]prepaid.Customer, error)

	// IsBelow reports whether a customer is below another one, at any depth.
	IsBelow(ctx context.Context, v ident.VendorID, customer, superior ident.CustomerID) (bool, error)
}

// Reaches tells, within a transaction, for which customers a user acts at that moment.
type Reaches interface {
	Now(t tx.Tx, vendor ident.VendorID, user ident.UserID) (owners.Reach, error)
}

// Root is the section's first address below a face.
const Root = "/prepaid"

// Frame is the section on one face.
type Frame struct {
	Face *web.Face
	See  web.Access // to look at pages
	Act  web.Access // to change something; what somebody may do with a thing is decided by the room

	customers Customers
	reaches   Reaches // nil on the console
}

// OfStaff is the section on the console.
func OfStaff(f *web.Face, c Customers) (*Frame, error) {
	if f == nil || c == nil {
		return nil, errors.New("prepaid: the frame is incomplete")
	}
	return &Frame{Face: f, See: web.Needs(identity.ViewPrepaid), Act: web.Needs(identity.ManagePrepaid), customers: c}, nil
}

// OfOwners is the section on the portal.
func OfOwners(f *web.Face, c Customers, r Reaches) (*Frame, error) {
	if f == nil || c == nil || r == nil {
		return nil, errors.New("prepaid: the frame is incomplete")
	}
	own := web.Needs(identity.OwnLicenses)
	return &Frame{Face: f, See: own, Act: own, customers: c, reaches: r}, nil
}

// IsStaff reports whether the frame is the console's.
func (f *Frame) IsStaff() bool { return f.reaches == nil }

// acting names in addresses of the portal the customer that somebody acts for.
const acting = "acting"

// Path is the pattern of an address below the section: "/cards/{number}".
func (f *Frame) Path(below string) string {
	if f.IsStaff() {
		return Root + below
	}
	return Root + "/{" + acting + "}" + below
}

// Home is the section's address for who acts as the address of a request says.
func (f *Frame) Home(q *web.Request) string {
	if f.IsStaff() {
		return q.Href(Root)
	}
	return q.Href(Root + "/" + q.R.PathValue(acting))
}

// By tells who acts: the vendor's staff, or somebody for the customer that the address
// names. A customer at which they have no role is missing.
func (f *Frame) By(q *web.Request) (prepaid.By, error) {
	if f.IsStaff() {
		return prepaid.Staff(q.VendorID(), nameOf(q)), nil
	}
	return f.actsFor(q, q.Reach())
}

// In is By within a transaction: as it is at that moment.
func (f *Frame) In(t tx.Tx, q *web.Request) (prepaid.By, error) {
	if f.IsStaff() {
		return prepaid.Staff(q.VendorID(), nameOf(q)), nil
	}
	r, err := f.reaches.Now(t, q.VendorID(), q.Reach().User)
	if err != nil {
		return prepaid.By{}, err
	}
	return f.actsFor(q, r)
}

func (f *Frame) actsFor(q *web.Request, r owners.Reach) (prepaid.By, error) {
	id, err := q.ID(acting)
	if err != nil {
		return prepaid.By{}, err
	}
	m, found := r.At(id)
	if !found {
		return prepaid.By{}, fault.Missing("customer")
	}
	return prepaid.By{Vendor: q.VendorID(), Customer: m.Customer, Role: prepaid.Role(m.Role), Name: r.Email}, nil
}

func nameOf(q *web.Request) string {
	if q.Person == nil {
		return ""
	}
	return q.Person.Name
}

// Routes are the section's own: where it begins.
func (f *Frame) Routes() []edge.Route {
	first := web.Serve(f.Face, http.MethodGet, f.Path(""), f.See, func(w http.ResponseWriter, q *web.Request) error {
		http.Redirect(w, q.R, f.Home(q)+OverviewPath, http.StatusSeeOther)
		return nil
	})
	matches := web.Suggestions(f.Face, f.Path("/below/{id}/matches"), f.Act, f.suggestTargets)
	if f.IsStaff() {
		return []edge.Route{first, matches}
	}
	return []edge.Route{first, matches, web.Serve(f.Face, http.MethodGet, Root, f.See, func(w http.ResponseWriter, q *web.Request) error {
		all := q.Reach().Customers
		if len(all) == 0 {
			return fault.Missing("customer")
		}
		http.Redirect(w, q.R, q.Href(Root+"/"+all[0].UUID.String()), http.StatusSeeOther)
		return nil
	})}
}
