package orders

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/web"
	frame "chancery/internal/web/prepaid"
)

//go:embed templates
var templates embed.FS

// Rows reads orders. What is missing, or not in a holder's sight, is nil.
type Rows interface {
	OrdersOf(ctx context.Context, v ident.VendorID, h prepaid.Holder, r listing.Request) (listing.Page[prepaid.OrderView], error)
	OrderByID(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.OrderView, error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Frame *frame.Frame
	Rows  Rows
}

// Pages are the pages of orders.
type Pages struct {
	Config

	face *web.Face
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Frame == nil || c.Rows == nil {
		return nil, errors.New("orders: the configuration is incomplete")
	}
	face, err := c.Frame.Face.Area(templates)
	return &Pages{c, face}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	f := p.Frame
	return web.Compressed(
		web.Lists(f.Face, f.Path(frame.OrdersPath), f.See, p.orders, p.ordersChrome),
		web.Show(p.face, f.Path(frame.OrdersPath+"/{id}"), f.See, "order.html", p.one),
	)
}

// own are the orders of who acts: of staff all of the vendor.
func own(l frame.Look) prepaid.Holder {
	return prepaid.Holder{Everybody: l.By.IsStaff(), IsStaff: l.By.IsStaff(), Customer: l.By.Customer}
}

func (p *Pages) ordersChrome(q *web.Request) (web.Page, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Page{}, err
	}
	return p.Frame.Page(q, l, q.T("Orders"), "-", web.Link{Label: q.T("License list"), Href: l.Href(frame.ListPath)}), nil
}

func (p *Pages) orders(q *web.Request) (web.Table[prepaid.OrderView], error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return web.Table[prepaid.OrderView]{}, err
	}
	return web.Table[prepaid.OrderView]{
		Name: "orders", Sorts: prepaid.OrderSorts(), Keep: frame.Keep(), Columns: columns(q, l),
		Empty: web.Empty{Icon: "stack-2", Title: q.T("No orders yet"), Text: q.T("A sale of more than 2,000 cards at once goes in the background, and stands here.")},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[prepaid.OrderView], error) {
			return p.Rows.OrdersOf(q.Context(), q.VendorID(), own(l), r)
		},
	}, nil
}

func columns(q *web.Request, l frame.Look) []web.Column[prepaid.OrderView] {
	number := func(name, label string, of func(o prepaid.OrderView) int64) web.Column[prepaid.OrderView] {
		return web.Column[prepaid.OrderView]{
			Name: name, Label: label, End: true, Cell: func(o prepaid.OrderView) web.Cell { return web.Cell{Text: q.Language().Number(of(o))} },
			Plain: func(o prepaid.OrderView) string { return frame.Plain(of(o)) },
		}
	}
	return []web.Column[prepaid.OrderView]{
		{Name: "created_at", Label: q.T("Time"), Cell: func(o prepaid.OrderView) web.Cell { return web.Cell{At: o.CreatedAt} }},
		{Name: "kind", Label: q.T("Order"), Cell: func(o prepaid.OrderView) web.Cell {
			return web.Cell{Text: q.Language().Word(kindWord(o.Kind)), Href: l.Href(frame.OrdersPath + "/" + o.UUID.String())}
		}},
		{Name: "state", Label: q.T("State"), Cell: func(o prepaid.OrderView) web.Cell { return web.Cell{Badge: badge(o.State)} }},
		{Name: "to", Label: q.T("To"), Cell: func(o prepaid.OrderView) web.Cell { return frame.OwnerCell(q, o.Target) }},
		number("wanted", q.T("Cards"), func(o prepaid.OrderView) int64 { return o.Wanted }),
		number("done", q.T("Done"), func(o prepaid.OrderView) int64 { return o.Done }),
		{Name: "ended_at", Label: q.T("Ended"), Cell: func(o prepaid.OrderView) web.Cell { return web.Cell{At: o.EndedAt} }},
	}
}

func kindWord(k prepaid.OrderKind) string {
	if k == prepaid.OrderIssue {
		return language.Mark("Issue")
	}
	return language.Mark("Sale")
}

func badge(s prepaid.OrderState) *web.Badge {
	switch s {
	case prepaid.OrderWorking:
		return &web.Badge{Word: language.Mark("Under way"), Tone: web.Info, Hint: language.Mark("cards are made, or held for the sale")}
	case prepaid.OrderHanding:
		return &web.Badge{Word: language.Mark("Handing over"), Tone: web.Info, Hint: language.Mark("held cards pass to their new owner")}
	case prepaid.OrderReleasing:
		return &web.Badge{Word: language.Mark("Letting go"), Tone: web.Warning, Hint: language.Mark("held cards are let go, because it has failed")}
	case prepaid.OrderDone:
		return &web.Badge{Word: language.Mark("Done"), Tone: web.Good}
	case prepaid.OrderFailed:
		return &web.Badge{Word: language.Mark("Failed"), Tone: web.Bad}
	}
	return &web.Badge{Word: string(s), Tone: web.Neutral}
}

// orderPage shows how far an order is.
type orderPage struct {
	web.Page

	Facts    []web.ShownFact
	Progress web.Bar
	Says     string
}

func (p *Pages) one(q *web.Request) (*orderPage, error) {
	l, err := p.Frame.Look(q)
	if err != nil {
		return nil, err
	}
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	o, err := p.Rows.OrderByID(q.Context(), q.VendorID(), id, own(l))
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fault.Missing("order")
	}
	page := &orderPage{Page: p.Frame.Page(q, l, title(q, *o), "-", web.Link{Label: q.T("Orders"), Href: l.Href(frame.OrdersPath)})}
	page.Badge = badge(o.State)
	if o.EndedAt.IsZero() {
		page.Refresh = page.Address
	}
	page.Progress = web.Bar{Used: progress(*o), Contract: o.Wanted, Unit: q.T("cards")}
	page.Says = says(q, *o)
	page.Facts = page.Page.Facts(facts(q, *o)...)
	return page, nil
}

func title(q *web.Request, o prepaid.OrderView) string {
	if o.Kind == prepaid.OrderIssue {
		return q.T("Issue of %d cards", o.Wanted)
	}
	return q.T("Sale of %d cards", o.Wanted)
}

// progress is how many cards are ready: held, and from the hand-over on handed over.
func progress(o prepaid.OrderView) int64 {
	if o.Kind == prepaid.OrderSell && o.State == prepaid.OrderWorking {
		return o.Held
	}
	return o.Done
}

func says(q *web.Request, o prepaid.OrderView) string {
	switch {
	case o.State == prepaid.OrderFailed || o.State == prepaid.OrderReleasing:
		return q.T("No card was sold: all are with their owner as before.") + " " + q.Language().Said(o.Problem)
	case o.State == prepaid.OrderDone:
		return q.T("All cards are with their new owner.")
	case o.State == prepaid.OrderHanding:
		return q.T("All cards are held, and are handed over now. That always ends.")
	case o.Kind == prepaid.OrderIssue:
		return q.T("The cards are made in the background. You can leave this page.")
	}
	return q.T("The cards are held, until there are as many as are sold. You can leave this page.")
}

func facts(q *web.Request, o prepaid.OrderView) []web.Fact {
	number := func(n int64) web.Cell { return web.Cell{Text: q.Language().Number(n)} }
	all := []web.Fact{{Label: q.T("Cards"), Cell: number(o.Wanted)}}
	if o.Kind == prepaid.OrderSell {
		all = append(all, web.Fact{Label: q.T("Held"), Cell: number(o.Held)}, web.Fact{Label: q.T("Handed over"), Cell: number(o.Done)},
			web.Fact{Label: q.T("From"), Cell: frame.OwnerCell(q, o.Source)})
	} else {
		all = append(all, web.Fact{Label: q.T("Made"), Cell: number(o.Done)}, web.Fact{Label: q.T("License code"), Cell: web.Cell{Text: o.LicenseCode}})
	}
	return append(all,
		web.Fact{Label: q.T("To"), Cell: frame.OwnerCell(q, o.Target)},
		web.Fact{Label: q.T("Begun"), Cell: web.Cell{At: o.CreatedAt}},
		web.Fact{Label: q.T("Ended"), Cell: web.Cell{At: o.EndedAt}},
	)
}
