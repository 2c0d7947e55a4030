package attention

import (
	"slices"
	"strconv"
	"time"

	"chancery/internal/edge"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) goodwill() []edge.Route {
	routes := []edge.Route{
		web.Show(p.Face, "/goodwill", web.Needs(identity.ViewLicenses), "chartandlist.html", p.goodwillPage),
		web.CSV(p.Face, "/goodwill/export", web.Needs(identity.ViewLicenses), p.goodwillTable),
	}
	routes = append(routes, p.addTokens()...)
	routes = append(routes, p.write()...)
	return append(routes, p.release()...)
}

func (p *Pages) goodwillPage(q *web.Request) (*chartAndList, error) {
	v := &chartAndList{Page: q.Page("Goodwill zone")}
	v.Sub = "Activations above the contract: their programs run, and their owners may need more."
	span := show.SpanOf(q, 30)
	v.Tabs = spanTabs(q, "/goodwill", span)
	entered, err := p.Figures.Days(q.Context(), q.VendorID(), figures.GoodwillEntered, 0, span.First, span.Last)
	if err != nil {
		return nil, err
	}
	left, err := p.Figures.Days(q.Context(), q.VendorID(), figures.GoodwillLeft, 0, span.First, span.Last)
	if err != nil {
		return nil, err
	}
	zone, err := p.Rows.InGoodwillZone(q.Context(), q.VendorID(), q.Now(), countedZone+1)
	if err != nil {
		return nil, err
	}
	if err := p.asOf(q, &v.Page); err != nil {
		return nil, err
	}
	v.Stats = []web.Stat{
		{Label: "In the zone", Icon: "scale", Value: upTo(zone, countedZone), Tone: notableIf(int64(zone)), Sub: "activations now"},
		{Label: "Entered", Icon: "arrow-up", Value: web.Number(show.Sum(entered)), Sub: "in " + strconv.Itoa(span.Days) + " days"},
		{Label: "Became regular", Icon: "circle-check", Value: web.Number(show.Of(left, "regular")), Sub: "a place became free for them"},
		{Label: "Ended", Icon: "circle-x", Value: web.Number(show.Of(left, string(licensing.ByGoodwillEnded))), Sub: "their days were over"},
	}
	v.Charts = []web.Chart{{
		ID: "zone", Title: "Entered and left per day", Kind: web.BarChart, Unit: "activations", Labels: span.Labels(), Today: true,
		Series: []web.Series{span.Series("Entered", web.Notable, entered), span.Series("Left", web.Neutral, left)},
		Empty:  "No activation went above its contract in this time.",
	}}
	t, err := p.goodwillTable(q)
	if err != nil {
		return nil, err
	}
	if v.List, err = t.View(q, &v.Page); err != nil {
		return nil, err
	}
	v.List.CSV = exportHref(q, "/goodwill/export")
	return v, nil
}

// countedZone is how far the goodwill zone is counted while somebody waits.
const countedZone = 10_000

// upTo is a number that was counted no further than one above most.
func upTo(n, most int) string {
	if n > most {
		return "more than " + web.Number(int64(most))
	}
	return web.Number(int64(n))
}

// asOf says below a page's title when the figures were counted that it shows beside
// its list, which is fresh.
func (p *Pages) asOf(q *web.Request, page *web.Page) error {
	at, err := p.Figures.AsOf(q.Context(), q.VendorID())
	page.Sub += " " + show.AsOf(page, at)
	return err
}

// notableIf colours a figure that is not 0.
func notableIf(n int64) web.Tone {
	if n == 0 {
		return ""
	}
	return web.Notable
}

func (p *Pages) goodwillTable(q *web.Request) (web.Table[licensing.Stay], error) {
	now := q.Now()
	of := func(g licensing.Stay) *licensing.License { return g.License }
	customer, license, activations := columnsOf(q, of)
	t := web.Table[licensing.Stay]{
		Name: "goodwill-zone", Sorts: []string{"since"},
		Empty: web.Empty{Icon: "scale", Title: "Nobody is in the goodwill zone", Text: "Every activation is within its contract."},
		ID:    func(g licensing.Stay) string { return g.Activation.String() },
		Columns: []web.Column[licensing.Stay]{
			customer,
			license,
			activations,
			{Name: "device", Label: "Device", Cell: func(g licensing.Stay) web.Cell {
				return web.Cell{Text: g.Device.Number, Href: show.ActivationHref(q, g.Activation), Whole: true}
			}},
			{Name: "since", Label: "Since", Sort: "since", Cell: func(g licensing.Stay) web.Cell {
				c := web.Cell{When: g.EnteredAt}
				if g.Times > 1 {
					c.Sub = web.Number(g.Times) + "× in 90 days"
				}
				return c
			}},
			{Name: "days", Label: "Days", End: true, Extra: true, Cell: func(g licensing.Stay) web.Cell {
				return web.Cell{Text: strconv.Itoa(int(now.Sub(g.EnteredAt) / (24 * time.Hour)))}
			}},
			{Name: "until", Label: "Until", Cell: func(g licensing.Stay) web.Cell {
				if g.Until.IsZero() {
					return web.Cell{Text: "No end", Quiet: true}
				}
				return web.Cell{When: g.Until}
			}},
			{Name: "host", Label: "Hostname", Extra: true, Cell: func(g licensing.Stay) web.Cell { return web.Cell{Text: g.Hostname} }},
			{Name: "times", Label: "In 90 days", End: true, Extra: true, Cell: func(g licensing.Stay) web.Cell { return web.Cell{Text: web.Count(g.Times, "time", "times")} }},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Stay], error) {
			return p.Rows.GoodwillZone(q.Context(), q.VendorID(), ident.UUID{}, q.Now(), r)
		},
	}
	t.Columns = slices.Concat(t.Columns, show.LicenseDetails(q, of), actColumns(q, func(licensing.Stay) About { return AboutGoodwill }, of))
	if q.May(identity.ManageActivations) {
		t.Bulk = []web.Bulk{{Label: "Release", Action: q.Href("/goodwill/release"), Icon: "x", Danger: true}}
	}
	return t, nil
}

// spanTabs are the same page for other spans.
func spanTabs(q *web.Request, path string, span show.Span) []web.Tab {
	tabs := make([]web.Tab, 0, len(figures.Spans()))
	for _, o := range show.SpanOptions() {
		tabs = append(tabs, web.Tab{Label: o.Label, Href: q.Href(path + "?days=" + o.Value), Active: o.Value == strconv.Itoa(span.Days)})
	}
	return tabs
}

// exportHref is where the rows that a list shows are served as a file.
func exportHref(q *web.Request, path string) string {
	query := q.R.URL.Query()
	query.Del("cursor")
	if len(query) == 0 {
		return q.Href(path)
	}
	return q.Href(path + "?" + query.Encode())
}

func customerCell(q *web.Request, l *licensing.License) web.Cell {
	return web.Cell{Text: l.Customer.CompanyName, Sub: l.Customer.CustomerNumber, Href: show.CustomerHref(q, l.Customer.UUID)}
}

func licenseCell(q *web.Request, l *licensing.License) web.Cell {
	return web.Cell{Text: show.LicenseName(l), Sub: l.Edition.Name + " · " + l.Product.Name, Href: show.LicenseHref(q, l.UUID)}
}

func activationsCell(l *licensing.License, now time.Time) web.Cell {
	bar := show.Activations(l, now)
	return web.Cell{Bar: &bar}
}

// columnsOf are the columns that every list here has.
func columnsOf[R any](q *web.Request, of func(R) *licensing.License) (customer, license, activations web.Column[R]) {
	return web.Column[R]{Name: "customer", Label: "Customer", Cell: func(row R) web.Cell { return customerCell(q, of(row)) }},
		web.Column[R]{Name: "license", Label: "Licence", Roomy: true, Cell: func(row R) web.Cell { return licenseCell(q, of(row)) }},
		web.Column[R]{Name: "activations", Label: "Activations", Cell: func(row R) web.Cell { return activationsCell(of(row), q.Now()) }}
}

// factsOf are the facts that every form here shows of its licence.
func factsOf(q *web.Request, p *web.Page, l *licensing.License, more web.Fact) []web.ShownFact {
	return p.Facts(web.Fact{Label: "Licence", Cell: licenseCell(q, l)}, web.Fact{Label: "Customer", Cell: customerCell(q, l)}, more)
}
