package analytics

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Figures reads the daily figures.
type Figures interface {
	AsOf(ctx context.Context, v ident.VendorID) (time.Time, error)
	Latest(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID) ([]figures.Row, error)
	ByProduct(ctx context.Context, v ident.VendorID, f figures.Figure) ([]figures.Row, error)
	Days(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID, first, last int64) ([]figures.Row, error)
}

// Clients lists activated clients.
type Clients interface {
	Seats(ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request) (listing.Page[licensing.Seat], error)
}

// Catalogue names products and editions.
type Catalogue interface {
	Products(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[catalog.Product], error)

	// EditionByUUID fails with a NotFound fault when there is none.
	EditionByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (catalog.Edition, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face      *web.Face
	Figures   Figures
	Clients   Clients
	Catalogue Catalogue
	Usage     Usage
}

// Pages are the pages.
type Pages struct {
	Config
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Figures == nil || c.Clients == nil || c.Catalogue == nil || c.Usage == nil {
		return nil, errors.New("analytics: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return web.Compressed(
		web.Show(p.Face, "/analytics", web.Needs(identity.ViewLicenses), "analytics.html", p.overview),
		web.Lists(p.Face, "/analytics/clients", web.Needs(identity.ViewDevices), p.clients, p.clientsPage),
		web.Show(p.Face, "/analytics/usage", web.Needs(identity.ViewUsage), "analytics.html", p.usage),
	)
}

// products are the first products of the vendor.
func (p *Pages) products(q *web.Request) ([]catalog.Product, error) {
	found, err := p.Catalogue.Products(q.Context(), q.VendorID(), listing.Request{Limit: 100, Sort: "name"})
	return found.Items, err
}
