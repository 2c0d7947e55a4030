package overview

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/edge"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/offline"
	"chancery/internal/owners"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Figures reads the daily figures.
type Figures interface {
	Begun(ctx context.Context, v ident.VendorID) (figures.Begun, error)
	AsOf(ctx context.Context, v ident.VendorID) (time.Time, error)
	Latest(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID) ([]figures.Row, error)
	Days(ctx context.Context, v ident.VendorID, f figures.Figure, product ident.ProductID, first, last int64) ([]figures.Row, error)
}

// Attention lists what asks for somebody to act.
type Attention interface {
	GoodwillZone(ctx context.Context, v ident.VendorID, customer ident.UUID, now time.Time, r listing.Request) (listing.Page[licensing.Stay], error)
	UsedUp(ctx context.Context, v ident.VendorID, product ident.UUID, r listing.Request) (listing.Page[licensing.UsedUp], error)
	EndingSoon(ctx context.Context, v ident.VendorID, product ident.UUID, now, until time.Time, r listing.Request) (listing.Page[licensing.Ending], error)
	Deletions(ctx context.Context, v ident.VendorID, due bool, r listing.Request) (listing.Page[licensing.Seat], error)
	RefreshesDue(ctx context.Context, v ident.VendorID, until time.Time, r listing.Request) (listing.Page[licensing.Seat], error)
}

// Files lists what files have brought.
type Files interface {
	Copies(ctx context.Context, v ident.VendorID, license ident.LicenseID, r listing.Request) (listing.Page[offline.Copy], error)
	Exceeding(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[offline.File], error)
}

// Requests reads what owners ask for.
type Requests interface {
	Requests(ctx context.Context, v ident.VendorID, f owners.RequestFilter, r listing.Request) (listing.Page[owners.Request], error)

	// CountOpenRequests counts what waits, up to most.
	CountOpenRequests(ctx context.Context, v ident.VendorID, most int) (int64, error)
}

// SigningKey gives the public key that programs pin, in base64url.
type SigningKey interface {
	PublicKey(ctx context.Context, v ident.VendorID) (string, error)
}

// Hosts reads the host names of a vendor's own.
type Hosts interface {
	Hosts(ctx context.Context, v ident.VendorID) ([]vendors.Host, error)
}

// Config is what the page needs; all of it is required.
type Config struct {
	Face      *web.Face
	Hosts     Hosts
	Figures   Figures
	Attention Attention
	Requests  Requests
	Files     Files
	Key       SigningKey
}

// Pages are the overview.
type Pages struct {
	Config
}

// New makes the page.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Figures == nil || c.Attention == nil || c.Requests == nil || c.Files == nil || c.Key == nil || c.Hosts == nil {
		return nil, errors.New("overview: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the page.
func (p *Pages) Routes() []edge.Route {
	return []edge.Route{web.Show(p.Face, "/{$}", web.Needs(identity.ViewLicenses), "overview.html", p.overview)}
}
