package imports

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

//go:embed all:templates
var templates embed.FS

// Imports brings files in.
type Imports interface {
	Read(ctx context.Context, v ident.VendorID, k imports.Kind, zone *time.Location, content []byte) (imports.File, error)
	Receive(ctx context.Context, v ident.VendorID, k imports.Kind, zone *time.Location, name string, f imports.File) (imports.Import, error)
	Keep(t tx.Tx, v ident.VendorID, id ident.UUID) (imports.Import, error)
	Start(t tx.Tx, v ident.VendorID, id ident.UUID, how imports.How) (imports.Import, error)
	Stop(t tx.Tx, v ident.VendorID, id ident.UUID) (imports.Import, error)
	TryAgain(t tx.Tx, v ident.VendorID, id ident.UUID) (imports.Import, error)
	Discard(t tx.Tx, v ident.VendorID, id ident.UUID) error
}

// Rows reads imports.
type Rows interface {
	// ByUUID fails with a NotFound fault when there is none.
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (imports.Import, error)
	List(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[imports.Import], error)
	Lines(ctx context.Context, v ident.VendorID, id int64, failed bool, r listing.Request) (listing.Page[imports.Line], error)

	// BroughtBefore gives the last import that brought something in of the same file.
	BroughtBefore(ctx context.Context, v ident.VendorID, i imports.Import) (before imports.Import, found bool, err error)

	// Broken gives the line at which the server had a fault of its own.
	Broken(ctx context.Context, v ident.VendorID, id int64) (l imports.Line, found bool, err error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face    *web.Face
	Imports Imports
	Rows    Rows
}

// Pages are the pages of imports.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Imports == nil || c.Rows == nil {
		return nil, errors.New("imports: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	var all []edge.Route
	for _, routes := range [][]edge.Route{p.list(), p.upload(), p.imported(), p.acts(), p.files()} {
		all = append(all, routes...)
	}
	return all
}
