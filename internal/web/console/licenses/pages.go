package licenses

import (
	"context"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
)

// Rows reads licences.
type Rows interface {
	List(ctx context.Context, v ident.VendorID, f licensing.Filter, r listing.Request) (listing.Page[*licensing.License], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face *web.Face
	Rows Rows
}

// Pages are the pages of licences.
type Pages struct {
	Config
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil {
		return nil, errors.New("licenses: the configuration is incomplete")
	}
	return &Pages{Config: c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return p.list()
}
