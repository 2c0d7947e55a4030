package prepaid

import (
	"context"
	"embed"
	"errors"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Service does what only the vendor does.
type Service interface {
	CreateCode(t tx.Tx, by prepaid.By, c prepaid.Code) (prepaid.Code, error)
	UpdateCode(t tx.Tx, by prepaid.By, id ident.UUID, c prepaid.CodeChange) (prepaid.Code, error)
	Issue(t tx.Tx, by prepaid.By, c prepaid.IssueCommand) (prepaid.Issued, error)
	TopUp(t tx.Tx, by prepaid.By, number string, days int64) (prepaid.Card, error)
	Withdraw(t tx.Tx, by prepaid.By, numbers []string) ([]prepaid.Card, error)
}

// Rows reads what the pages show. What is missing is nil.
type Rows interface {
	CodesOf(ctx context.Context, v ident.VendorID) ([]prepaid.Code, error)
	Statistics(ctx context.Context, v ident.VendorID, h prepaid.Holder) (prepaid.Statistics, error)
	OrderOf(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.Order, error)
	Cards(ctx context.Context, v ident.VendorID, f prepaid.CardFilter, r listing.Request) (listing.Page[prepaid.CardView], error)
	CardByNumber(ctx context.Context, v ident.VendorID, number string, h prepaid.Holder) (*prepaid.CardView, error)
	RunFigures(ctx context.Context, v ident.VendorID, now time.Time, today calendar.Day) (prepaid.RunFigures, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame     *frame.Frame
	Service   Service
	Rows      Rows
	Customers show.CustomerRows
	Progress  func() prepaid.Progress // what the run has done in this process
	Leapt     func() time.Duration    // by how much the clock has leapt; 0 for not at all
}

// Pages are the pages.
type Pages struct {
	Config

	face *web.Face
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || !c.Frame.IsStaff() || c.Service == nil || c.Rows == nil || c.Customers == nil || c.Progress == nil || c.Leapt == nil {
		return nil, errors.New("prepaid: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// Addresses below the section.
const (
	newCodePath  = frame.CodesPath + "/new"
	issuePath    = frame.CodesPath + "/issue"
	editCodePath = frame.CodesPath + "/{id}"
	batchPath    = frame.RunPath + "/batches/{id}"
	unknownPath  = frame.RunPath + "/unknown"
)

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	routes := []edge.Route{
		web.Lists(f.Face, f.Path(frame.CodesPath), f.See, p.codes, p.codesChrome),
		web.Show(p.face, f.Path(frame.RunPath), f.See, "run.html", p.run),
		web.Show(p.face, f.Path(batchPath), f.See, "batch.html", p.batch),
		web.CSV(f.Face, f.Path(batchPath+"/numbers.csv"), f.See, p.numbers),
	}
	routes = append(routes, web.Ask(f.Face, f.Path(newCodePath), f.Act, "form.html", p.askCode, p.makeCode)...)
	routes = append(routes, web.AskWith(f.Face, f.Path(issuePath), f.Act, "form.html", p.askIssue, p.readIssue, p.issue)...)
	routes = append(routes, web.Edit(f.Face, f.Path(editCodePath), f.Act, "form.html", web.OfID("license_code"), p.askChange, p.changeCode)...)
	routes = append(routes, web.Ask(f.Face, f.Path(frame.TopUpPath), f.Act, "form.html", p.askTopUp, p.topUp)...)
	return append(routes, web.Ask(f.Face, f.Path(frame.WithdrawPath), f.Act, "form.html", p.askWithdraw, p.withdraw)...)
}

// page begins a page that belongs to no tab.
func (p *Pages) page(q *web.Request, title, part string) (frame.Look, web.Page, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return l, web.Page{}, err
	}
	l = l.Top()
	page := p.Frame.Page(q, l, title, part)
	page.More, page.Sub = nil, ""
	return l, page, nil
}

// form begins a page with a form.
func (p *Pages) form(q *web.Request, title, part, text string, form *web.Form) (*web.FormPage, error) {
	l, page, err := p.page(q, title, part)
	form.Cancel = l.Href(part)
	return &web.FormPage{Page: page, Text: text, Form: form}, err
}

// everybody is the sight of staff.
func everybody() prepaid.Holder { return prepaid.Holder{Everybody: true, IsStaff: true} }
