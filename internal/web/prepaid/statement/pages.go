package statement

import (
	"context"
	"embed"
	"errors"
	"slices"
	"strconv"

	"chancery/internal/calendar"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Rows reads statements.
type Rows interface {
	Statement(ctx context.Context, v ident.VendorID, holder ident.CustomerID, first, last int64) ([]prepaid.StatementLine, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame *frame.Frame
	Rows  Rows
}

// Pages are the pages of statements.
type Pages struct {
	Config

	face *web.Face
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil {
		return nil, errors.New("statement: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// csvPath is the statement as a file.
const csvPath = frame.StatementPath + ".csv"

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	return web.Compressed(
		web.Show(p.face, f.Path(frame.StatementPath), f.See, "statement.html", p.show),
		web.CSV(f.Face, f.Path(csvPath), f.See, p.table),
	)
}

type statementPage struct {
	web.Page

	Month  string // that is shown
	Months []web.Option
	Kept   []web.Kept
	Beside []web.Link // the months before and after
	Note   string
	Codes  []web.Sums
	Empty  *web.Empty
}

// asked is the month that an address asks for, or the one that runs.
func asked(q *web.Request) calendar.Month {
	if m, ok := calendar.ParseMonth(q.Text("month")); ok {
		return m
	}
	return running(q)
}

func running(q *web.Request) calendar.Month { return calendar.MonthOf(q.Now(), q.VendorZone()) }

func (p *Pages) read(q *web.Request) (frame.Look, []prepaid.StatementLine, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return l, nil, err
	}
	l.Below = false // a statement is one holder's
	if l.Everybody() {
		l.Stock = true
	}
	month := asked(q)
	lines, err := p.Rows.Statement(q.Context(), q.VendorID(), l.Holder().Customer, month.First().Number(), month.Last().Number())
	return l, lines, err
}

func (p *Pages) show(q *web.Request) (*statementPage, error) {
	l, lines, err := p.read(q)
	if err != nil {
		return nil, err
	}
	month := asked(q)
	page := &statementPage{Page: p.Frame.Page(q, l, q.T("Statement"), frame.StatementPath), Month: month.String(), Kept: l.Kept()}
	page.Months, page.Beside = months(q, l, month)
	name := q.Language().Month(month.First())
	page.Sub += " · " + name
	if month >= running(q) {
		page.Note = q.T("This month is not over: the statement tells how it stands now.")
	} else {
		page.Note = q.T("This month is over: its statement stays as it is.")
	}
	if len(lines) == 0 {
		page.Empty = &web.Empty{Icon: "receipt", Title: q.T("Nothing in this month"), Text: q.T("There were no cards, and nothing came or went.")}
		return page, nil
	}
	page.Actions = append(page.Actions, web.Action{Label: "CSV", Href: l.Href(csvPath, "month", month.String()), Icon: "download", Plain: true})
	for _, line := range lines {
		page.Codes = append(page.Codes, sums(q, l, month, line))
	}
	if len(lines) > 1 {
		all := sums(q, l, month, prepaid.StatementTotal(lines))
		all.Title, all.Text = q.T("All license codes"), ""
		page.Codes = append(page.Codes, all)
	}
	return page, nil
}

// mostMonths is how many months are offered; any other stands in the address.
const mostMonths = 36

func months(q *web.Request, l frame.Look, chosen calendar.Month) (all []web.Option, beside []web.Link) {
	option := func(m calendar.Month) web.Option {
		return web.Option{Value: m.String(), Label: q.Language().Month(m.First())}
	}
	last := running(q)
	for m := last; m > last-mostMonths; m-- {
		all = append(all, option(m))
	}
	if !slices.Contains(all, option(chosen)) {
		all = append(all, option(chosen))
	}
	beside = []web.Link{{Label: option(chosen - 1).Label, Href: l.Href(frame.StatementPath, "month", (chosen - 1).String())}}
	if chosen < last {
		beside = append(beside, web.Link{Label: option(chosen + 1).Label, Href: l.Href(frame.StatementPath, "month", (chosen + 1).String())})
	}
	return all, beside
}

// word is what the page calls an item.
func word(i prepaid.Item) string {
	switch i {
	case prepaid.ItemOpening:
		return language.Mark("At the beginning")
	case prepaid.ItemIssued:
		return language.Mark("Issued by the vendor")
	case prepaid.ItemBought:
		return language.Mark("Bought")
	case prepaid.ItemTakenBack:
		return language.Mark("Returned by sub-customers")
	case prepaid.ItemDevicesIn:
		return language.Mark("Came on devices")
	case prepaid.ItemToppedUp:
		return language.Mark("Topped up")
	case prepaid.ItemSold:
		return language.Mark("Sold")
	case prepaid.ItemReturned:
		return language.Mark("Returned to the superior")
	case prepaid.ItemDevicesOut:
		return language.Mark("Went on devices")
	case prepaid.ItemWithdrawn:
		return language.Mark("Withdrawn by the vendor")
	case prepaid.ItemCharged:
		return language.Mark("Charged")
	case prepaid.ItemSettled:
		return language.Mark("Charged for days of grace")
	case prepaid.ItemClosing:
		return language.Mark("At the end")
	}
	return ""
}

// methods are the methods of the sales record behind an item; it may be several.
func methods(i prepaid.Item) string {
	switch i {
	case prepaid.ItemIssued:
		return string(prepaid.Issue)
	case prepaid.ItemTakenBack, prepaid.ItemReturned:
		return string(prepaid.Return)
	case prepaid.ItemDevicesIn, prepaid.ItemDevicesOut:
		return string(prepaid.DeviceSale)
	case prepaid.ItemToppedUp:
		return string(prepaid.TopUp)
	case prepaid.ItemWithdrawn:
		return string(prepaid.Withdraw)
	case prepaid.ItemOpening, prepaid.ItemBought, prepaid.ItemSold, prepaid.ItemCharged, prepaid.ItemSettled, prepaid.ItemClosing:
	}
	return ""
}

// sums shows a line: its items one below the other, those with nothing left out.
func sums(q *web.Request, l frame.Look, month calendar.Month, line prepaid.StatementLine) web.Sums {
	t := web.Sums{Title: line.Code.Code, Text: line.Code.Name, Heads: []string{q.T("What"), q.T("Cards"), q.T("Days")}}
	for _, i := range prepaid.Items() {
		amount, stock := line.Of(i), i == prepaid.ItemOpening || i == prepaid.ItemClosing
		if !stock && amount == (prepaid.Amount{}) {
			continue
		}
		sign := ""
		switch {
		case i.Came():
			sign = "+ "
		case i.Went():
			sign = "− "
		}
		cards := web.SumCell{}
		if i.HasCards() {
			cards.Text = sign + q.Language().Number(amount.Cards)
		}
		t.Lines = append(t.Lines, web.SumLine{
			Label: q.Language().Word(word(i)), Sum: stock, Href: behind(l, month, line.Code.Code, i),
			Cells: []web.SumCell{cards, {Text: sign + q.Language().Number(amount.Days)}},
		})
	}
	return t
}

// behind is the list of what an item adds up; empty for what there was and what is left.
func behind(l frame.Look, month calendar.Month, code string, i prepaid.Item) string {
	days := []string{"from_day", month.First().String(), "to_day", month.Last().String()}
	switch {
	case i == prepaid.ItemCharged || i == prepaid.ItemSettled:
		kind := prepaid.Charge
		if i == prepaid.ItemSettled {
			kind = prepaid.Settlement
		}
		return l.Href(frame.DeductionsPath, append(days, "kind", kind.String())...)
	case i.Came() || i.Went():
		return l.Href(frame.SalesPath, append(days, "license_code", code, "method", methods(i))...)
	}
	return ""
}

// table is the statement as a file: a line for each license code.
func (p *Pages) table(q *web.Request) (web.Table[prepaid.StatementLine], error) {
	_, lines, err := p.read(q)
	month := asked(q).String()
	text := func(name string, of func(l prepaid.StatementLine) string) web.Column[prepaid.StatementLine] {
		return web.Column[prepaid.StatementLine]{Name: name, Label: name, Plain: of}
	}
	columns := []web.Column[prepaid.StatementLine]{
		text("month", func(prepaid.StatementLine) string { return month }),
		text("license_code", func(l prepaid.StatementLine) string { return l.Code.Code }),
		text("name", func(l prepaid.StatementLine) string { return l.Code.Name }),
	}
	number := func(name string, of func(l prepaid.StatementLine) int64) {
		columns = append(columns, text(name, func(l prepaid.StatementLine) string { return strconv.FormatInt(of(l), 10) }))
	}
	for _, i := range prepaid.Items() {
		if i.HasCards() {
			number(i.String()+"_cards", func(l prepaid.StatementLine) int64 { return l.Of(i).Cards })
		}
		number(i.String()+"_days", func(l prepaid.StatementLine) int64 { return l.Of(i).Days })
	}
	return web.Table[prepaid.StatementLine]{
		Name: "statement-" + month, Sorts: []string{"license_code"}, Columns: columns,
		Rows: func(*web.Request, listing.Request) (listing.Page[prepaid.StatementLine], error) {
			return listing.Page[prepaid.StatementLine]{Items: lines}, nil
		},
	}, err
}
