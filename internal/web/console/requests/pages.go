package requests

import (
	"context"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// top is the address of the queue.
const top = "/requests"

// Rows reads requests. What is missing is a NotFound fault.
type Rows interface {
	Requests(ctx context.Context, v ident.VendorID, f owners.RequestFilter, r listing.Request) (listing.Page[owners.Request], error)
	RequestByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (owners.Request, error)
}

// Licenses reads licences; those that are missing are left out.
type Licenses interface {
	ByIDs(ctx context.Context, v ident.VendorID, ids ...ident.LicenseID) (map[ident.LicenseID]*licensing.License, error)
}

// Requests answers requests.
type Requests interface {
	Answer(t tx.Tx, v ident.VendorID, id ident.UUID, state owners.RequestState, answer string) (q owners.Request, told bool, err error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	Rows     Rows
	Licenses Licenses
	Requests Requests
}

// Pages are the pages of requests.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Licenses == nil || c.Requests == nil {
		return nil, errors.New("requests: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return append(web.Ask(p.Face, top+"/{id}", web.Needs(identity.ManageLicenses), "form.html", p.ask, p.answer),
		web.Lists(p.Face, top, web.Needs(identity.ViewLicenses), p.table, p.chrome))
}
