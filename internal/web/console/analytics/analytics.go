package analytics

import (
	"net/url"
	"slices"
	"strconv"

	"chancery/internal/catalog"
	"chancery/internal/fault"
	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// page is some choices, and the charts of what was chosen.
type page struct {
	web.Page

	Choices []choice
	Stats   []web.Stat
	Charts  []web.Chart
	Nothing *web.Empty
}

// choice is one set of links, of which one is chosen.
type choice struct {
	Label string
	Links []web.Tab
}

// most is how many values a chart names; the rest stand together.
const most = 10

// dimension is what clients are told apart by, in words.
type dimension struct {
	by       figures.Dimension
	title    string
	nothing  string // what clients that said nothing are called
	argument string // of the list of clients
}

func dimensions() []dimension {
	return []dimension{
		{figures.Version, "Version", "No version", "version"},
		{figures.System, "Operating system", "Not said", "system"},
		{figures.Country, "Country", "Unknown or local network", "country"},
		{figures.Edition, "Edition", "None", "edition"},
	}
}

// asked is what the page was asked for.
type asked struct {
	span     show.Span
	products []catalog.Product
	product  *catalog.Product // nil for all
}

func (p *Pages) asked(q *web.Request) (a asked, err error) {
	a.span = show.SpanOf(q, 30)
	a.products, err = p.products(q)
	for i := range a.products {
		if a.products[i].UUID.String() == q.Text("product") {
			a.product = &a.products[i]
		}
	}
	return a, err
}

func (a asked) productID() ident.ProductID {
	if a.product == nil {
		return 0
	}
	return a.product.ID
}

// href is a page with what was asked for, and some of it otherwise.
func (a asked) href(q *web.Request, path string, pairs ...string) string {
	v := url.Values{"days": {strconv.Itoa(a.span.Days)}}
	if a.product != nil {
		v.Set("product", a.product.UUID.String())
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return q.Lead(path + "?" + v.Encode())
}

// choices are the spans and the products to choose from.
func (a asked) choices(q *web.Request, path string) []choice {
	days := choice{Label: "Time"}
	for _, o := range show.SpanOptions() {
		days.Links = append(days.Links, web.Tab{Label: o.Label, Href: a.href(q, path, "days", o.Value), Active: o.Value == strconv.Itoa(a.span.Days)})
	}
	of := choice{Label: "Product", Links: []web.Tab{{Label: "All", Href: a.href(q, path, "product", ""), Active: a.product == nil}}}
	for i := range a.products {
		p := &a.products[i]
		of.Links = append(of.Links, web.Tab{Label: p.Name, Href: a.href(q, path, "product", p.UUID.String()), Active: a.product == p})
	}
	if len(a.products) < 2 {
		return []choice{days}
	}
	return []choice{days, of}
}

func tabs(q *web.Request, a asked, path string) []web.Tab {
	all := []web.Tab{
		{Label: "Clients", Href: a.href(q, "/analytics"), Active: path == "/analytics"},
		{Label: "Usage", Href: a.href(q, "/analytics/usage"), Active: path == "/analytics/usage"},
	}
	return slices.DeleteFunc(all, func(t web.Tab) bool { return t.Href == "" })
}

func (p *Pages) overview(q *web.Request) (*page, error) {
	a, err := p.asked(q)
	if err != nil {
		return nil, err
	}
	v := &page{Page: q.Page("Analytics"), Choices: a.choices(q, "/analytics")}
	at, err := p.Figures.AsOf(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	v.Sub, v.Tabs = show.AsOf(&v.Page, at), tabs(q, a, "/analytics")
	active, err := p.Figures.Days(q.Context(), q.VendorID(), figures.Active(figures.All), a.productID(), a.span.First, a.span.Last)
	if err != nil {
		return nil, err
	}
	if err := p.stats(q, a, v, active); err != nil {
		return nil, err
	}
	v.Charts = append(v.Charts, web.Chart{
		ID: "active", Title: "Clients per day", Text: "That sent a heartbeat on the day.", Kind: web.LineChart, Unit: "clients",
		Labels: a.span.Labels(), Today: true,
		Series: []web.Series{a.span.Series("Clients", "", active)}, Empty: "No client called in this time.",
	})
	products, err := p.byProduct(q, a)
	if err != nil {
		return nil, err
	}
	v.Charts = append(v.Charts, products)
	for _, d := range dimensions() {
		now, over, err := p.byDimension(q, a, d)
		if err != nil {
			return nil, err
		}
		v.Charts = append(v.Charts, now, over)
	}
	return v, nil
}

func (p *Pages) stats(q *web.Request, a asked, v *page, active []figures.Row) error {
	for _, days := range figures.Spans() {
		rows, err := p.Figures.Latest(q.Context(), q.VendorID(), figures.Seen(days, figures.All), a.productID())
		if err != nil {
			return err
		}
		v.Stats = append(v.Stats, web.Stat{
			Label: "Seen in " + strconv.Itoa(days) + " days", Icon: "devices", Value: web.Number(show.Sum(rows)), Sub: "activated clients",
			Href: a.href(q, "/analytics/clients", "days", strconv.Itoa(days)),
		})
	}
	var today int64
	for _, r := range active {
		if r.Day == a.span.Last {
			today += r.N
		}
	}
	v.Stats = append(v.Stats, web.Stat{Label: "Called today", Icon: "activity", Value: web.Number(today), Sub: "so far, since midnight UTC"})
	return nil
}

func (p *Pages) byProduct(q *web.Request, a asked) (web.Chart, error) {
	c := web.Chart{
		ID: "product", Title: "Clients by product", Text: "Seen in " + strconv.Itoa(a.span.Days) + " days.", Kind: web.RingChart, Unit: "clients",
		Series: []web.Series{{Name: "Clients"}}, Empty: "No client was seen in this time.",
	}
	rows, err := p.Figures.ByProduct(q.Context(), q.VendorID(), figures.Seen(a.span.Days, figures.All))
	for _, r := range rows {
		for _, product := range a.products {
			if product.ID == r.Product {
				c.Labels = append(c.Labels, product.Name)
				c.Hrefs = append(c.Hrefs, a.href(q, "/analytics", "product", product.UUID.String()))
				c.Series[0].Values = append(c.Series[0].Values, r.N)
			}
		}
	}
	return c, err
}

// byDimension gives the clients of the span by what they are told apart by, with
// the list behind each, and how that changed from day to day.
func (p *Pages) byDimension(q *web.Request, a asked, d dimension) (now, over web.Chart, err error) {
	rows, err := p.Figures.Latest(q.Context(), q.VendorID(), figures.Seen(a.span.Days, d.by), a.productID())
	if err != nil {
		return now, over, err
	}
	name := func(value string) string { return p.name(q, a, d, value) }
	now = web.Chart{
		ID: d.argument, Title: d.title, Text: "Clients seen in " + strconv.Itoa(a.span.Days) + " days.", Kind: web.RankChart, Unit: "clients",
		Series: []web.Series{{Name: "Clients"}}, Empty: "No client was seen in this time.",
	}
	var others int64
	for i, r := range rows {
		if i >= most || r.Value == figures.Rest {
			others += r.N
			continue
		}
		now.Labels = append(now.Labels, name(r.Value))
		now.Hrefs = append(now.Hrefs, a.href(q, "/analytics/clients", "by", d.argument, "value", r.Value))
		now.Series[0].Values = append(now.Series[0].Values, r.N)
	}
	if others > 0 {
		now.Labels, now.Series[0].Values = append(now.Labels, "Others"), append(now.Series[0].Values, others)
		now.Hrefs = append(now.Hrefs, a.href(q, "/analytics/clients"))
	}
	perDay, err := p.Figures.Days(q.Context(), q.VendorID(), figures.Active(d.by), a.productID(), a.span.First, a.span.Last)
	over = web.Chart{
		ID: d.argument + "-days", Title: d.title + " over time", Text: "Clients that called on the day.", Kind: web.StackChart, Unit: "clients",
		Labels: a.span.Labels(), Today: true, Series: a.span.SeriesByValue(perDay, 6, name), Empty: "No client called in this time.",
	}
	return now, over, err
}

// name is a value of a figure for people.
func (p *Pages) name(q *web.Request, a asked, d dimension, value string) string {
	if d.by == figures.Country && value != "" {
		return show.CountryName(value)
	}
	if d.by != figures.Edition {
		return show.ValueOr(value, d.nothing)
	}
	id, err := ident.ParseUUID(value)
	if err != nil { // what is folded into the rest
		return show.ValueOr(value, d.nothing)
	}
	if id.IsZero() {
		return show.ValueOr("", d.nothing)
	}
	e, err := p.Catalogue.EditionByUUID(q.Context(), q.VendorID(), id)
	if err != nil {
		return fault.As(err).Message
	}
	for _, product := range a.products {
		if a.product == nil && product.ID == e.ProductID {
			return e.Name + " · " + product.Name
		}
	}
	return e.Name
}
