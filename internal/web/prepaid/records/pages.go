package records

import (
	"context"
	"errors"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

// Rows reads what has happened. What is missing, or not in a holder's sight, is nil.
type Rows interface {
	CodesOf(ctx context.Context, v ident.VendorID) ([]prepaid.Code, error)
	Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error)
	Transfers(ctx context.Context, v ident.VendorID, f prepaid.TransferFilter, r listing.Request) (listing.Page[prepaid.TransferView], error)
	TransferOf(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.TransferView, error)
	TransferredCards(ctx context.Context, v ident.VendorID, id ident.TransferID, after ident.CardID, limit int) ([]string, ident.CardID, error)
	Deductions(ctx context.Context, v ident.VendorID, f prepaid.DeductionFilter, r listing.Request) (listing.Page[prepaid.DeductionView], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame *frame.Frame
	Rows  Rows
}

// Pages are the pages of the records.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil {
		return nil, errors.New("records: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	return web.Compressed(
		web.Lists(f.Face, f.Path(frame.SalesPath), f.See, p.sales, p.chrome("Sales record", frame.SalesPath)),
		web.Lists(f.Face, f.Path(frame.SalesPath+"/{id}"), f.See, p.moved, p.movedChrome),
		web.Lists(f.Face, f.Path(frame.DeductionsPath), f.See, p.deductions, p.chrome("Deduction record", frame.DeductionsPath)),
	)
}

// chrome is the frame of a record; title is a text of the section's tabs.
func (p *Pages) chrome(title, part string) func(q *web.Request) (web.Page, error) {
	return func(q *web.Request) (web.Page, error) {
		l, err := p.Frame.Look(q)
		if err != nil {
			return web.Page{}, err
		}
		return p.Frame.Page(q, l, q.Language().Word(title), part), nil
	}
}

// Names of the filters of both records.
const (
	fromName = "from_day"
	toName   = "to_day"
	codeName = "license_code"
	cardName = "card"
)

// dayFilters narrow a record to some days of the vendor's calendar.
func dayFilters(q *web.Request) []web.Filter {
	return []web.Filter{
		{Name: fromName, Label: q.T("From"), Kind: web.DateFilter},
		{Name: toName, Label: q.T("To"), Kind: web.DateFilter},
	}
}

// days reads the days that an address asks for; 0 for none.
func days(q *web.Request) (from, to int64, err error) {
	var wrong fault.Fields
	read := func(name string) int64 {
		text := q.Text(name)
		if text == "" {
			return 0
		}
		day, message := calendar.ParseDay(text)
		wrong.Check(message == "", name, message)
		if message != "" {
			return 0
		}
		return day.Number()
	}
	from, to = read(fromName), read(toName)
	return from, to, wrong.Err()
}

// codeFilter offers the license codes of which somebody has or had cards: those in their
// sight, and of staff all.
func (p *Pages) codeFilter(q *web.Request, l frame.Look) (web.Filter, error) {
	f := web.Filter{Name: codeName, Label: q.T("License code"), Kind: web.ChoiceFilter}
	var codes []prepaid.Code
	var err error
	if l.By.IsStaff() {
		codes, err = p.Rows.CodesOf(q.Context(), q.VendorID())
	} else {
		var stats prepaid.Statistics
		stats, err = p.Rows.Statistics(q.Context(), q.VendorID(), l.Sees())
		for _, c := range stats.Codes {
			codes = append(codes, c.Code)
		}
	}
	for _, c := range codes {
		f.Options = append(f.Options, web.Option{Value: c.Code, Label: c.Code})
	}
	if given := q.Text(codeName); given != "" && err == nil {
		f.Options = withGiven(f.Options, given)
	}
	return f, err
}

// withGiven adds a value that the options lack: somebody has no more cards of it.
func withGiven(options []web.Option, given string) []web.Option {
	for _, o := range options {
		if prepaid.CodeKey(o.Value) == prepaid.CodeKey(given) {
			return options
		}
	}
	return append(options, web.Option{Value: given, Label: given})
}
