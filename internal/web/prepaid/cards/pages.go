package cards

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Rows reads cards, and what they are bound to. What is missing, or not in a holder's
// sight, is nil.
type Rows interface {
	Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error)
	Cards(ctx context.Context, v ident.VendorID, f prepaid.CardFilter, r listing.Request) (listing.Page[prepaid.CardView], error)
	CardByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.CardView, error)
	CardsNamed(ctx context.Context, v ident.VendorID, numbers []string, h prepaid.Holder) ([]prepaid.CardView, error)
	DeviceByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.DeviceView, error)
	Devices(ctx context.Context, v ident.VendorID, f prepaid.DeviceFilter, r listing.Request) (listing.Page[prepaid.DeviceView], error)
	Choice
	Records
}

// Choice reads the cards that a sale by number takes, in its order.
type Choice interface {
	ToSell(ctx context.Context, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, after *prepaid.Card, limit int) ([]prepaid.CardView, error)

	// CountToSell counts them: most at most.
	CountToSell(ctx context.Context, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, most int64) (int64, error)
}

// Records reads what has happened to cards, and the orders that move very many of them.
type Records interface {
	Transfers(ctx context.Context, v ident.VendorID, f prepaid.TransferFilter, r listing.Request) (listing.Page[prepaid.TransferView], error)
	Deductions(ctx context.Context, v ident.VendorID, f prepaid.DeductionFilter, r listing.Request) (listing.Page[prepaid.DeductionView], error)
}

// Cards changes cards: see prepaid.Service.
type Cards interface {
	Bind(t tx.Tx, by prepaid.By, c prepaid.BindCommand) (prepaid.Card, prepaid.Device, error)
	Unbind(t tx.Tx, by prepaid.By, number string) (prepaid.Card, error)
	SetLock(t tx.Tx, by prepaid.By, numbers []string, lock bool) ([]prepaid.Card, error)
	Sell(t tx.Tx, by prepaid.By, c prepaid.SellCommand) (prepaid.Sold, error)
	Return(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame *frame.Frame
	Rows  Rows
	Cards Cards
}

// Pages are the pages of cards.
type Pages struct {
	Config

	face *web.Face // of this area
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil || c.Cards == nil {
		return nil, errors.New("cards: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	routes := web.Compressed(
		web.Lists(p.face, f.Path(frame.ListPath), f.See, p.codes, p.codesChrome),
		web.Lists(p.face, f.Path(frame.CardsPath), f.See, p.cards, p.cardsChrome),
		web.Show(p.face, f.Path(frame.CardsPath+"/{number}"), f.See, "card.html", p.one),
		web.Suggestions(f.Face, f.Path(matchesPath), f.Act, p.suggestCards),
		web.Suggestions(f.Face, f.Path(deviceMatchesPath), f.Act, p.suggestDevices),
	)
	routes = append(routes, p.choosing()...)
	routes = append(routes, p.selling()...)
	routes = append(routes, p.binding()...)
	for _, a := range p.acts() {
		routes = append(routes, web.Ask(p.face, f.Path(a.path), f.Act, "form.html", p.askFor(a), p.doIt(a))...)
	}
	return routes
}

// The addresses of what is done with cards. They take the numbers of cards as "id".
const (
	sellPath   = frame.CardsPath + "/sell"
	returnPath = frame.CardsPath + "/return"
	lockPath   = frame.CardsPath + "/lock"
	unlockPath = frame.CardsPath + "/unlock"
	unbindPath = frame.CardsPath + "/unbind"
	bindPath   = frame.CardsPath + "/bind"
	batchPath  = frame.CardsPath + "/batch"
	selectPath = frame.CardsPath + "/select"

	matchesPath       = "/matches/cards"
	deviceMatchesPath = "/matches/devices"
)
