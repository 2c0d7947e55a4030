package cards

import (
	"context"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Rows reads cards. What is missing, or not in a holder's sight, is nil.
type Rows interface {
	Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame *frame.Frame
	Rows  Rows
}

// Pages are the pages of cards.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil {
		return nil, errors.New("cards: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	return web.Compressed(
		web.Lists(f.Face, f.Path(frame.ListPath), f.See, p.codes, p.codesChrome),
	)
}
