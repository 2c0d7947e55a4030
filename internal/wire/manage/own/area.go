package own

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/owners"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Owners says within a transaction what a user may do at this moment.
type Owners interface {
	Activation(t tx.Tx, r owners.Reach, id ident.UUID, act owners.Act) (owners.License, error)
}

// OwnerRows reads what is in reach. What is not is a NotFound fault, like what is missing.
type OwnerRows interface {
	ByUser(ctx context.Context, v ident.VendorID, user ident.UserID) (owners.Reach, error)
	List(ctx context.Context, r owners.Reach, f licensing.Filter, list listing.Request) (listing.Page[*licensing.License], error)
	ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error)
	Activations(ctx context.Context, r owners.Reach, license ident.UUID, past bool, list listing.Request) (listing.Page[*licensing.Activation], error)
	Activation(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.Activation, *licensing.License, error)

	// Deletion gives what an owner wants of an activation whose file is in force; nil for nothing.
	Deletion(ctx context.Context, r owners.Reach, activation ident.UUID) (*licensing.Deletion, error)
	OwnRequests(ctx context.Context, r owners.Reach, f owners.RequestFilter, list listing.Request) (listing.Page[owners.Request], error)
	OwnRequest(ctx context.Context, r owners.Reach, id ident.UUID) (owners.Request, error)
}

// Requests carries to the vendor what owners ask for.
type Requests interface {
	Ask(t tx.Tx, r owners.Reach, license ident.UUID, n owners.NewRequest) (q owners.Request, fresh bool, err error)
}

// Licenses releases and names devices.
type Licenses interface {
	SetDisplayName(t tx.Tx, v ident.VendorID, activation ident.UUID, name string) error
	Deactivate(t tx.Tx, c licensing.DeactivateCommand) (licensing.Deactivation, error)
}

// Meters reads meters.
type Meters interface {
	Read(ctx context.Context, v ident.VendorID, license ident.LicenseID, limitations []terms.Limitation) ([]metering.Reading, error)
}

// MeterRows reads the ledger.
type MeterRows interface {
	Entries(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, f metering.EntryFilter, r listing.Request,
	) (listing.Page[metering.Entry], error)
}

// Config is what the area needs; all of it is required.
type Config struct {
	Clock     ident.Clock
	Owners    Owners
	OwnerRows OwnerRows
	Licenses  Licenses
	Meters    Meters
	MeterRows MeterRows
	Requests  Requests
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Clock == nil || c.Owners == nil || c.OwnerRows == nil || c.Licenses == nil || c.Meters == nil || c.MeterRows == nil || c.Requests == nil {
		return nil, errors.New("own: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return slices.Concat(a.licenses(m), a.activations(m), a.meters(m), a.requests(m))
}

// reach is what the user of the token reaches at this moment.
func (a *Area) reach(q *operation.Request) (owners.Reach, error) {
	return a.OwnerRows.ByUser(q.Context, q.Vendor, q.Who().User)
}

func (a *Area) license(q *operation.Request) (*licensing.License, error) {
	r, err := a.reach(q)
	if err != nil {
		return nil, err
	}
	return a.OwnerRows.ByUUID(q.Context, r, q.ID)
}

func (a *Area) licenses(m *operation.Maker) []operation.Operation {
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/licenses", About: "the licences that are the user's own, and those of customers at which the user has a role.",
			Queries: []operation.Query{
				{Name: "product_id", Kind: operation.UUID}, {Name: "customer_id", Kind: operation.UUID}, {Name: "is_active", Kind: operation.Flag},
			},
		}, []string{"created_at"}, func(q *operation.Request, r listing.Request) (listing.Page[placed], error) {
			reach, err := a.reach(q)
			if err != nil {
				return listing.Page[placed]{}, err
			}
			v, err := m.Vendors.ByID(q.Context, q.Vendor)
			if err != nil {
				return listing.Page[placed]{}, err
			}
			found, err := a.OwnerRows.List(q.Context, reach, licensing.Filter{
				Product: q.UUID("product_id"), Customer: q.UUID("customer_id"), IsActive: q.Flag("is_active"),
			}, r)
			rows := make([]placed, len(found.Items))
			for i, l := range found.Items {
				rows[i] = placed{l, v.Location()}
			}
			return listing.Page[placed]{Items: rows, Next: found.Next}, err
		}, func(p placed) ownLicense { return showLicense(p, a.Clock.Now()) }),
		operation.Get(m, operation.Operation{Path: "/licenses/{id}", About: "a licence in the user's reach."},
			func(q *operation.Request) (ownLicense, error) {
				l, err := a.license(q)
				if err != nil {
					return ownLicense{}, err
				}
				v, err := m.Vendors.ByID(q.Context, q.Vendor)
				if err != nil {
					return ownLicense{}, err
				}
				return showLicense(placed{l, v.Location()}, a.Clock.Now()), nil
			}),
	}
}

func (a *Area) activations(m *operation.Maker) []operation.Operation {
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/activations", About: "those of a licence in the user's reach.",
			Queries: []operation.Query{{Name: "past", Kind: operation.Flag}},
		}, licensing.Sorts(), func(q *operation.Request, r listing.Request) (listing.Page[*licensing.Activation], error) {
			reach, err := a.reach(q)
			if err != nil {
				return listing.Page[*licensing.Activation]{}, err
			}
			past := q.Flag("past")
			return a.OwnerRows.Activations(q.Context, reach, q.ID, past != nil && *past, r)
		}, showActivation),
		operation.Get(m, operation.Operation{Path: "/activations/{id}", About: "one of a licence in the user's reach."},
			func(q *operation.Request) (ownActivation, error) {
				reach, err := a.reach(q)
				if err != nil {
					return ownActivation{}, err
				}
				v, _, err := a.OwnerRows.Activation(q.Context, reach, q.ID)
				if err != nil {
					return ownActivation{}, err
				}
				shown := showActivation(v)
				d, err := a.OwnerRows.Deletion(q.Context, reach, q.ID)
				if d != nil {
					shown.DeletionAskedAt, shown.DeletionDueAt = &d.AskedAt, value.TimeOrNil(d.DueAt)
				}
				return shown, err
			}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/activations/{id}",
			About: "names the device. It takes the licensee, or the role operator at the customer.", Status: http.StatusNoContent,
		}, func(t tx.Tx, q *operation.Request, in value.DisplayName) (operation.Nothing, error) {
			if _, err := a.Owners.Activation(t, owners.Reach{Vendor: q.Vendor, User: q.Who().User}, q.ID, owners.NameDevices); err != nil {
				return operation.Nothing{}, err
			}
			return operation.Nothing{}, a.Licenses.SetDisplayName(t, q.Vendor, q.ID, in.DisplayName)
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/activations/{id}",
			About: "it counts as a deactivation, and is 403 api_deactivation_not_agreed unless the licence's api_deactivation_allowed is true. " +
				"It takes the licensee, or the role operator at the customer. The place of a device with a file in force is not free at once: " +
				"its `deletion_due_at` says when, and null with a `deletion_asked_at` that the vendor decides.",
		}, a.release),
	}
}

// release is the API deactivation: as far as the licence's agreement goes.
func (a *Area) release(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
	l, err := a.Owners.Activation(t, owners.Reach{Vendor: q.Vendor, User: q.Who().User}, q.ID, owners.DeleteDevices)
	if err != nil {
		return operation.Nothing{}, err
	}
	d, err := a.Licenses.Deactivate(t, licensing.DeactivateCommand{
		Vendor: q.Vendor, License: l.ID, By: licensing.ByAPI, Activations: []ident.UUID{q.ID},
	})
	if err == nil {
		err = d.Err()
	}
	if err == nil && d.Released == 0 && !d.More && d.Waiting == 0 {
		err = fault.Missing("activation") // it has ended already
	}
	return operation.Nothing{}, err
}

func (a *Area) meters(m *operation.Maker) []operation.Operation {
	return []operation.Operation{
		operation.Get(m, operation.Operation{Path: "/licenses/{id}/meters", About: "those of a licence in the user's reach."},
			func(q *operation.Request) (ownMeterList, error) {
				l, err := a.license(q)
				if err != nil {
					return ownMeterList{}, err
				}
				readings, err := a.Meters.Read(q.Context, q.Vendor, l.ID, l.Terms().Grants.Shown().Limitations)
				if err != nil {
					return ownMeterList{}, err
				}
				return showMeters(readings), nil
			}),
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/consumptions", About: "the ledger of a meter of a licence in the user's reach.",
			Queries: []operation.Query{{Name: "limitation_id", Kind: operation.UUID}},
		}, metering.EntrySorts(), func(q *operation.Request, r listing.Request) (listing.Page[metering.Entry], error) {
			l, err := a.license(q)
			if err != nil {
				return listing.Page[metering.Entry]{}, err
			}
			limitation := q.UUID("limitation_id")
			if limitation.IsZero() {
				return listing.Page[metering.Entry]{}, fault.Wrong(fault.Field{Name: "limitation_id", Message: "is required"})
			}
			if !slices.ContainsFunc(l.Terms().Grants.Shown().Limitations, func(one terms.Limitation) bool { return one.ID == limitation }) {
				return listing.Page[metering.Entry]{}, nil // hidden, or none of this licence
			}
			return a.MeterRows.Entries(q.Context, q.Vendor, l.ID, limitation, metering.EntryFilter{}, r)
		}, showEntry),
	}
}
