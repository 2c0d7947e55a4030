package licenses

import (
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

func (p *Pages) meters() []edge.Route {
	manage := web.Needs(identity.ManageLicenses)
	routes := []edge.Route{
		web.Show(p.Face, "/licenses/{id}/meters", web.Needs(identity.ViewLicenses), "meters.html", p.showMeters),
		web.Lists(p.Face, "/licenses/{id}/meters/{limitation}", web.Needs(identity.ViewLicenses), p.ledgerTable, p.ledgerChrome),
	}
	routes = append(routes, web.Ask(p.Face, "/licenses/{id}/meters/{limitation}/add", manage, "form.html", p.askAdjust, p.doAdjust)...)
	return append(routes, web.Ask(p.Face, "/licenses/{id}/meters/{limitation}/take-back/{entry}", manage, "form.html", p.askUndo, p.doUndo)...)
}

type metersPage struct {
	web.Page

	Meters []meter
}

// meter is one meter as the page shows it.
type meter struct {
	Name, Hint string
	Facts      []web.ShownFact
	Chart      web.Chart
	Ledger     string // address
	Add        *web.Action
}

const chartedDays = 30

func (p *Pages) showMeters(q *web.Request) (*metersPage, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, err
	}
	page := &metersPage{Page: p.header(q, l, "Meters")}
	readings, err := p.Meters.Read(q.Context(), q.VendorID(), l.ID, l.Terms().Grants.Limitations)
	if err != nil {
		return nil, err
	}
	for i, r := range readings {
		m := meter{
			Name: r.Limitation.Name, Hint: r.Limitation.Description, Facts: page.Facts(meterFacts(r)...),
			Ledger: show.LicenseHref(q, l.UUID) + "/meters/" + r.Limitation.ID.String(),
		}
		if q.May(identity.ManageLicenses) {
			m.Add = &web.Action{Label: "Add by hand", Href: m.Ledger + "/add", Icon: "plus", Plain: true, Dialog: true}
		}
		from := page.Now.Add(-chartedDays * 24 * time.Hour)
		hours, more, err := p.Ledger.Hours(q.Context(), q.VendorID(), l.ID, r.Limitation.ID, from)
		if err != nil {
			return nil, err
		}
		m.Chart = consumedChart(&page.Page, hours, from, more)
		m.Chart.ID = "meter-" + string(rune('a'+i%26))
		page.Meters = append(page.Meters, m)
	}
	return page, nil
}

func meterFacts(r metering.Reading) []web.Fact {
	m, l := r.Meter, r.Limitation
	bar := web.Bar{Used: m.Consumed / terms.Unit}
	if l.Limit != nil {
		bar.Contract = *l.Limit / terms.Unit
		bar.Allowed = metering.Allowed(*l.Limit, l.GoodwillPercent) / terms.Unit
	}
	consumed := web.Cell{Text: show.Amount(m.Consumed)}
	if l.Limit != nil && *l.Limit >= terms.Unit {
		consumed = web.Cell{Bar: &bar}
		if m.Consumed%terms.Unit != 0 { // the bar counts in whole units
			consumed.Sub = show.Amount(m.Consumed)
		}
	}
	reset := web.Cell{Text: "Never", Quiet: true}
	if !m.EndsAt.IsZero() {
		reset = web.Cell{When: m.EndsAt}
	}
	all := []web.Fact{
		{Label: "Consumed in this period", Cell: consumed},
		{Label: "Allowed", Cell: web.Cell{Text: show.Limit(l.Limit)}},
		{Label: "Consumed in its whole life", Cell: web.Cell{Text: show.Amount(m.Gross)}},
		{Label: "Next reset", Cell: reset},
	}
	if l.GoodwillPercent > 0 {
		all = append(all, web.Fact{Label: "Goodwill", Cell: web.Cell{Text: web.Number(int64(l.GoodwillPercent)) + " %"}})
	}
	above := "Consumption above it is refused"
	if l.MeasuredOnly {
		above = "Measured only: nothing is refused"
	}
	all = append(all, web.Fact{Label: "At the limit", Cell: web.Cell{Text: above}})
	if !m.ExhaustedAt.IsZero() {
		badge := web.Badge{Word: "Exhausted", Tone: web.Warning}
		all = append(all, web.Fact{Label: "State", Cell: web.Cell{Badge: &badge}}, web.Fact{Label: "Since", Cell: web.Cell{When: m.ExhaustedAt}})
	}
	return all
}

// consumedChart draws what a meter counted by the day, in the viewer's zone, in whole units.
func consumedChart(page *web.Page, hours []metering.Hour, from time.Time, more bool) web.Chart {
	c := web.Chart{
		Title: "Consumed per day", Text: "Of the last 30 days, in whole units.", Kind: web.BarChart, Unit: "units", Today: true,
		Empty: "Nothing was consumed in the last 30 days.",
	}
	if more {
		c.Text = "Of the newest 50,000 entries within 30 days, in whole units."
	}
	labels, place := page.DaysSince(from)
	c.Labels = labels
	sums := make([]int64, len(labels))
	for _, h := range hours {
		if i := place(h.At); i >= 0 {
			sums[i] += h.Amount
		}
	}
	for i := range sums {
		sums[i] /= terms.Unit
	}
	c.Series = []web.Series{{Name: "Consumed", Values: sums}}
	return c
}

// metered gives the licence and the limitation of an address.
func (p *Pages) metered(q *web.Request) (*licensing.License, terms.Limitation, error) {
	l, err := p.licence(q)
	if err != nil {
		return nil, terms.Limitation{}, err
	}
	id, err := q.ID("limitation")
	if err != nil {
		return nil, terms.Limitation{}, err
	}
	for _, k := range l.Terms().Grants.Limitations {
		if k.ID == id && k.Reset != terms.ResetNone {
			return l, k, nil
		}
	}
	return nil, terms.Limitation{}, fault.Missing("meter")
}

func (p *Pages) ledgerChrome(q *web.Request) (web.Page, error) {
	l, k, err := p.metered(q)
	if err != nil {
		return web.Page{}, err
	}
	href := show.LicenseHref(q, l.UUID)
	page := q.Page("Ledger of "+k.Name, web.Link{Label: "Licences", Href: q.Href("/licenses")},
		web.Link{Label: show.LicenseName(l), Href: href}, web.Link{Label: "Meters", Href: href + "/meters"})
	page.Sub = "Every entry that was counted, with the meter right after it."
	if q.May(identity.ManageLicenses) {
		page.Actions = []web.Action{{Label: "Add by hand", Href: href + "/meters/" + k.ID.String() + "/add", Icon: "plus", Dialog: true}}
	}
	return page, nil
}

func (p *Pages) ledgerTable(q *web.Request) (web.Table[metering.Entry], error) {
	l, k, err := p.metered(q)
	if err != nil {
		return web.Table[metering.Entry]{}, err
	}
	base := show.LicenseHref(q, l.UUID) + "/meters/" + k.ID.String() + "/take-back/"
	kinds := map[metering.Kind]web.Badge{
		metering.Consumed: {Word: "Consumed", Tone: web.Info}, metering.Adjusted: {Word: "By hand", Tone: web.Notable},
		metering.RolledBack: {Word: "Taken back", Tone: web.Neutral},
	}
	t := web.Table[metering.Entry]{
		Name: "ledger", Sorts: metering.EntrySorts(),
		Empty: web.Empty{
			Icon: "gauge", Title: "Nothing was counted yet",
			Text: "Clients report what they consume; what they did not report can be added by hand.",
		},
		Columns: []web.Column[metering.Entry]{
			{Name: "at", Label: "When", Sort: "created_at", Cell: func(e metering.Entry) web.Cell { return web.Cell{When: e.At} }},
			{Name: "kind", Label: "What", Cell: func(e metering.Entry) web.Cell {
				badge := kinds[e.Kind]
				return web.Cell{Badge: &badge, Sub: e.Note}
			}},
			{
				Name: "amount", Label: "Amount", End: true, Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: show.Amount(e.Amount)} },
				Plain: func(e metering.Entry) string { return strings.ReplaceAll(show.Amount(e.Amount), ",", "") },
			},
			{
				Name: "then", Label: "Consumed then", End: true, Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: show.Amount(e.Consumed)} },
				Plain: func(e metering.Entry) string { return strings.ReplaceAll(show.Amount(e.Consumed), ",", "") },
			},
			{Name: "client", Label: "Client", Cell: func(e metering.Entry) web.Cell {
				if e.ClientID == "" {
					return web.Cell{Text: "staff", Quiet: true}
				}
				return web.Cell{Text: e.ClientID, Mono: true, Sub: e.UserID}
			}},
			{Name: "external", Label: "External id", Extra: true, Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: e.ExternalID, Mono: true} }},
			{
				Name: "transaction", Label: "Transaction", Extra: true,
				Cell: func(e metering.Entry) web.Cell { return web.Cell{Text: e.UUID.String(), Mono: true} },
			},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[metering.Entry], error) {
			return p.Ledger.Entries(q.Context(), q.VendorID(), l.ID, k.ID, r)
		},
	}
	if q.May(identity.ManageLicenses) {
		t.Columns = append(t.Columns, web.Column[metering.Entry]{Name: "undo", Label: "Correct", Cell: func(e metering.Entry) web.Cell {
			switch {
			case e.Undone:
				return web.Cell{Text: "taken back", Quiet: true}
			case e.Kind == metering.RolledBack:
				return web.Cell{}
			}
			return web.Cell{Text: "Take back", Href: base + e.UUID.String()}
		}, Plain: func(e metering.Entry) string { return map[bool]string{true: "taken back"}[e.Undone] }})
	}
	return t, nil
}

const whyHint = "It goes into the ledger and the audit log."

func (p *Pages) askAdjust(q *web.Request, form *web.Form) (*web.FormPage, error) {
	_, k, err := p.metered(q)
	if err != nil {
		return nil, err
	}
	page, l, err := p.form(q, form, "Add to "+k.Name, "Add it")
	if err != nil {
		return nil, err
	}
	page.Text = "For what was consumed and not reported. The limit does not stop it; it can be taken back."
	form.Cancel = show.LicenseHref(q, l.UUID) + "/meters"
	form.Add(web.Group{Fields: []web.Field{
		{Name: "value", Label: "How much", Required: true, Hint: "Up to six decimals."},
		{Name: "reason", Label: "Why", Required: true, Hint: whyHint},
	}})
	return page, nil
}

func (p *Pages) doAdjust(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	limitation, err := q.ID("limitation")
	if err != nil {
		return web.Done{}, err
	}
	id, err := p.licenceID(t, q)
	if err != nil {
		return web.Done{}, err
	}
	value, err := terms.ParseQuantity(strings.NewReplacer(",", "", " ", "").Replace(v.Text("value")))
	v.Check(err == nil, "value", "must be a number above 0, such as 250 or 0.5")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	c, err := p.Meters.Adjust(t, metering.AdjustCommand{Vendor: q.VendorID(), License: id, Limitation: limitation, Value: value, Reason: v.Text("reason")})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{
		To:  q.Href("/licenses/" + q.R.PathValue("id") + "/meters/" + limitation.String()),
		Say: web.Flash{Text: show.Amount(value) + " was added: " + show.Amount(c.Consumed) + " is consumed in this period."},
	}, nil
}

func (p *Pages) askUndo(q *web.Request, form *web.Form) (*web.FormPage, error) {
	_, k, err := p.metered(q)
	if err != nil {
		return nil, err
	}
	page, l, err := p.form(q, form, "Take an entry of "+k.Name+" back", "Take it back")
	if err != nil {
		return nil, err
	}
	page.Text = "It comes off the period that it was counted in. That can't be taken back again; add what was consumed by hand instead."
	form.Danger, form.Cancel = true, show.LicenseHref(q, l.UUID)+"/meters/"+k.ID.String()
	form.Add(web.Group{Fields: []web.Field{{Name: "reason", Label: "Why", Required: true, Hint: whyHint}}})
	return page, nil
}

func (p *Pages) doUndo(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	var ids [2]ident.UUID
	for i, name := range []string{"limitation", "entry"} {
		var err error
		if ids[i], err = q.ID(name); err != nil {
			return web.Done{}, err
		}
	}
	if _, err := p.licenceID(t, q); err != nil {
		return web.Done{}, err
	}
	if _, err := p.Meters.Undo(t, q.VendorID(), ids[1], v.Text("reason")); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/licenses/" + q.R.PathValue("id") + "/meters/" + ids[0].String()), Say: web.Flash{Text: "The entry was taken back."}}, nil
}
