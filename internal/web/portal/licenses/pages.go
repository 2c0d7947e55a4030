package licenses

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/portal"
)

//go:embed templates
var templates embed.FS

// Rows reads licences, and what their meters counted. What is missing or out of reach is
// a NotFound fault.
type Rows interface {
	ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error)

	// OwnRequests lists what was asked for.
	OwnRequests(ctx context.Context, r owners.Reach, f owners.RequestFilter, list listing.Request) (listing.Page[owners.Request], error)

	// Hours gives what a meter counted, by the hour, the oldest first; more tells that it
	// does not reach back to since.
	Hours(ctx context.Context, r owners.Reach, license, limitation ident.UUID, since time.Time) (hours []metering.Hour, more bool, err error)
}

// Meters reads the meters of a licence, as they stand now.
type Meters interface {
	Read(ctx context.Context, r owners.Reach, l *licensing.License) ([]metering.Reading, error)
}

// Config is what the pages need; all of it but Mails is required.
type Config struct {
	Face   *web.Face
	Rows   Rows
	Meters Meters

	HandOvers HandOvers
	Mails     bool // the server mails links
}

// Pages are the pages of licences.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Meters == nil || c.HandOvers == nil {
		return nil, errors.New("licenses: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return append(p.handOver(), web.Show(p.Face, "/licenses/{id}", portal.Own(), "licence.html", p.show))
}
