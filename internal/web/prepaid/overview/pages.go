package overview

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Rows reads figures of cards, and customers. What is missing is nil.
type Rows interface {
	Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error)
	Figures(ctx context.Context, v ident.VendorID, h prepaid.Holder, today int64) (prepaid.Statistics, []prepaid.Forecast, error)
	GoingDark(ctx context.Context, v ident.VendorID, holder ident.CustomerID, soon prepaid.Soon) (int64, error)
	CustomerOf(ctx context.Context, v ident.VendorID, id ident.UUID) (*prepaid.Customer, error)
	LowOf(ctx context.Context, v ident.VendorID, c prepaid.Customer, at time.Time) (prepaid.LowNow, error)
	Customers(ctx context.Context, v ident.VendorID, f prepaid.CustomerFilter, r listing.Request) (listing.Page[prepaid.CustomerView], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame *frame.Frame
	Rows  Rows
}

// Pages are the pages of the overview.
type Pages struct {
	Config

	face *web.Face
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil {
		return nil, errors.New("overview: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	return web.Compressed(
		web.Show(p.face, f.Path(frame.OverviewPath), f.See, "statistics.html", p.show),
		web.Lists(f.Face, f.Path(frame.PickPath), f.See, p.customers, p.customersChrome),
	)
}
