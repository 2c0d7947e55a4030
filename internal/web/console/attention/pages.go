package attention

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Figures reads the daily figures.
type Figures interface {
	AsOf(ctx context.Context, v ident.VendorID) (time.Time, error)
	Latest(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID) ([]figures.Row, error)
	Days(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID, first, last int64) ([]figures.Row, error)
}

// Rows lists what asks for somebody to act.
type Rows interface {
	GoodwillZone(ctx context.Context, v ident.VendorID, customer ident.UUID, now time.Time, r listing.Request) (listing.Page[licensing.Stay], error)
	// InGoodwillZone counts the activations in the zone at this moment, and stops at most.
	InGoodwillZone(ctx context.Context, v ident.VendorID, now time.Time, most int) (int, error)
	Denied(ctx context.Context, v ident.VendorID, reason int, from time.Time, r listing.Request) (listing.Page[licensing.Denied], error)
	UsedUp(ctx context.Context, v ident.VendorID, product ident.UUID, r listing.Request) (listing.Page[licensing.UsedUp], error)
	EndingSoon(ctx context.Context, v ident.VendorID, product ident.UUID, now, until time.Time, r listing.Request) (listing.Page[licensing.Ending], error)

	// ByUUID reads a licence; missing is license_not_found.
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)

	// LicenseID gives the key of a licence; 0 for none.
	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)
}

// Licenses changes licences.
type Licenses interface {
	// Locked gives a licence, locked; nil for none.
	Locked(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*licensing.License, error)
	Update(t tx.Tx, v ident.VendorID, id ident.LicenseID, c licensing.Change) (*licensing.License, error)
	Release(t tx.Tx, v ident.VendorID, id ident.UUID, reason licensing.Reason) (bool, error)
}

// Products lists products.
type Products interface {
	Products(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[catalog.Product], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	Figures  Figures
	Rows     Rows
	Licenses Licenses
	Products Products
	Mail     Mail
}

// Pages are the pages.
type Pages struct {
	Config
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Figures == nil || c.Rows == nil || c.Licenses == nil || c.Products == nil || c.Mail == nil {
		return nil, errors.New("attention: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	var all []edge.Route
	for _, part := range [][]edge.Route{p.goodwill(), p.denials(), p.usedUp(), p.expiring()} {
		all = append(all, part...)
	}
	return all
}

// chartAndList is a page of figures over a list to act on.
type chartAndList struct {
	web.Page

	Stats  []web.Stat
	Charts []web.Chart
	List   web.List
}

// productFilter offers the first products.
func (p *Pages) productFilter(q *web.Request) (web.Filter, error) {
	f := web.Filter{Name: "product", Label: "Product", Kind: web.ChoiceFilter}
	found, err := p.Products.Products(q.Context(), q.VendorID(), listing.Request{Limit: 100, Sort: "name"})
	for _, product := range found.Items {
		f.Options = append(f.Options, web.Option{Value: product.UUID.String(), Label: product.Name})
	}
	return f, err
}

// product is the one that a list was narrowed to; zero for all. What is no id is
// like a product that nothing is of.
func product(q *web.Request) ident.UUID {
	text := q.Text("product")
	if text == "" {
		return ident.UUID{}
	}
	id, err := ident.ParseUUID(text)
	if err != nil {
		id[0] = 1
	}
	return id
}

// locked gives the licence in the address, locked.
func (p *Pages) locked(t tx.Tx, q *web.Request) (*licensing.License, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	key, err := p.Rows.LicenseID(t, q.VendorID(), id)
	if err != nil {
		return nil, err
	}
	l, err := p.Licenses.Locked(t, q.VendorID(), key)
	if err == nil && l == nil {
		err = fault.Missing("license")
	}
	return l, err
}
