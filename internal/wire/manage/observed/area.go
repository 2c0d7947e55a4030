package observed

import (
	"context"
	"errors"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/observe"
	"chancery/internal/vendors"
	"chancery/internal/wire/manage/operation"
)

// Lists reads licences and accounts, and as of when they are exact.
type Lists interface {
	List(ctx context.Context, v ident.VendorID, f observe.Filter, r listing.Request) (page listing.Page[observe.Row], asOf time.Time, err error)
	Tiles(ctx context.Context, v ident.VendorID, kind observe.Kind) (observe.Tiles, error)
}

// Rows reads what else is shown.
type Rows interface {
	Invalid(ctx context.Context, v ident.VendorID, f observe.InvalidFilter, r listing.Request) (listing.Page[observe.InvalidRow], error)
	Identities(ctx context.Context, v ident.VendorID, search string, r listing.Request) (listing.Page[observe.Identity], error)
	Events(ctx context.Context, v ident.VendorID, f observe.EventFilter, limit int, cursor string) (observe.EventPage, error)
	Governance(ctx context.Context, v ident.VendorID, now time.Time) (observe.Governance, error)
}

// Vendors tells the plan of a vendor.
type Vendors interface {
	ByID(ctx context.Context, id ident.VendorID) (vendors.Vendor, error)
}

// Config is what the area needs; all of it is required.
type Config struct {
	Lists   Lists
	Rows    Rows
	Vendors Vendors
	Clock   ident.Clock
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Lists == nil || c.Rows == nil || c.Vendors == nil || c.Clock == nil {
		return nil, errors.New("observed: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return []operation.Operation{a.Licenses(m), a.accounts(m), a.events(m), a.invalid(m), a.identities(m), a.governance(m)}
}

// gate refuses what the vendor's plan does not show.
func (a *Area) gate(q *operation.Request) error {
	v, err := a.Vendors.ByID(q.Context, q.Vendor)
	if err != nil {
		return err
	}
	if !(observe.Plan{Name: string(v.Plan), TrialEnds: v.TrialEnds()}).Sees(a.Clock.Now()) {
		return observe.ErrPlanRequired()
	}
	return nil
}
