package catalog

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

//go:embed all:templates
var templates embed.FS

// Rows reads the catalogue.
type Rows interface {
	// ProductByUUID and EditionByUUID fail with a NotFound fault when there is none.
	ProductByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (catalog.Product, error)
	EditionByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (catalog.Edition, error)

	// ProductsIn and EditionsIn list those that are archived, or that are not; nil for all.
	ProductsIn(ctx context.Context, v ident.VendorID, archived *bool, r listing.Request) (listing.Page[catalog.Product], error)
	EditionsIn(
		ctx context.Context, v ident.VendorID, product *ident.UUID, archived *bool, r listing.Request,
	) (listing.Page[catalog.Edition], error)

	Releases(ctx context.Context, v ident.VendorID, product ident.ProductID, r listing.Request) (listing.Page[catalog.Release], error)
	Definitions(
		ctx context.Context, v ident.VendorID, product ident.ProductID, kind catalog.Kind, r listing.Request,
	) (listing.Page[catalog.Definition], error)
}

// Catalog changes the catalogue.
type Catalog interface { //nolint:interfacebloat // all that its pages change
	CreateProduct(t tx.Tx, v ident.VendorID, p catalog.Product) (catalog.Product, error)
	UpdateProduct(t tx.Tx, v ident.VendorID, id ident.UUID, c catalog.ProductChange) (catalog.Product, error)

	// The deletions refuse what something refers to.
	DeleteProduct(t tx.Tx, v ident.VendorID, id ident.UUID) error
	DeleteEdition(t tx.Tx, v ident.VendorID, id ident.UUID) error
	Undefine(t tx.Tx, v ident.VendorID, kind catalog.Kind, id ident.UUID) error
	DeleteRelease(t tx.Tx, v ident.VendorID, id ident.UUID) error

	PutRelease(t tx.Tx, v ident.VendorID, product ident.UUID, release, description string) (catalog.Release, error)
	Define(t tx.Tx, v ident.VendorID, product ident.UUID, d catalog.Definition) (catalog.Definition, error)
	Redefine(t tx.Tx, v ident.VendorID, kind catalog.Kind, id ident.UUID, name, description *string) (catalog.Definition, error)
	CreateEdition(t tx.Tx, v ident.VendorID, e catalog.Edition) (catalog.Edition, error)
	UpdateEdition(t tx.Tx, v ident.VendorID, id ident.UUID, c catalog.EditionChange) (catalog.Edition, error)
}

// UsageRows reads what clients report values of.
type UsageRows interface {
	Definitions(
		ctx context.Context, v ident.VendorID, product ident.ProductID, kind metering.DefinitionKind, r listing.Request,
	) (listing.Page[metering.Definition], error)
}

// Usage changes what clients report values of.
type Usage interface {
	Define(t tx.Tx, v ident.VendorID, product ident.UUID, d metering.Definition) (metering.Definition, error)
	End(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, id ident.UUID) error
}

// Licenses reads licences.
type Licenses interface {
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)

	// CountSome counts the licences of an edition or a customer, and stops at most.
	CountSome(ctx context.Context, v ident.VendorID, f licensing.Filter, most int) (int, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face      *web.Face
	Rows      Rows
	Catalog   Catalog
	UsageRows UsageRows
	Usage     Usage
	Licenses  Licenses
	History   show.History
}

// Pages are the pages of the catalogue.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Catalog == nil || c.UsageRows == nil || c.Usage == nil || c.Licenses == nil || c.History == nil {
		return nil, errors.New("catalog: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	var all []edge.Route
	for _, routes := range [][]edge.Route{
		p.products(), p.product(), p.definitions(), p.usage(), p.releases(), p.edition(), p.editionForms(), p.archive(), p.remove(),
	} {
		all = append(all, routes...)
	}
	return web.Compressed(all...)
}
