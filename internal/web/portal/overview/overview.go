package overview

import (
	"context"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

// Rows reads licences.
type Rows interface {
	List(ctx context.Context, r owners.Reach, f licensing.Filter, list listing.Request) (listing.Page[*licensing.License], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face *web.Face
	Rows Rows
}

// Pages are the pages of the overview.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil {
		return nil, errors.New("overview: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{web.Lists(p.Face, "/{$}", portal.Own(), p.table, func(q *web.Request) (web.Page, error) {
		return q.Page("Overview"), nil
	})}
}

func (p *Pages) table(q *web.Request) (web.Table[*licensing.License], error) {
	t := show.Licenses(q, "licences", func(q *web.Request, r listing.Request) (listing.Page[*licensing.License], error) {
		return p.Rows.List(q.Context(), q.Reach(), licensing.Filter{}, r)
	})
	t.Empty = web.Empty{
		Icon: "license", Title: "No licences yet",
		Text: "Licences appear here that name " + q.Person.Email + " as their licensee, or belong to a customer whose people you are one of.",
	}
	return t, nil
}
