package licenses

import (
	"time"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/metering"
	"chancery/internal/terms"
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
	routes = append(routes, web.Ask(p.Face, "/licenses/{id}/meters/{limitation}/reset", manage, "form.html", p.askResetMeter, p.doResetMeter)...)
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
	Acts       []web.Action
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
			m.Acts = corrections(m.Ledger)
		}
		from, labels, place := page.LastDays(chartedDays)
		hours, more, err := p.Ledger.Hours(q.Context(), q.VendorID(), l.ID, r.Limitation.ID, from)
		if err != nil {
			return nil, err
		}
		m.Chart = consumedChart(hours, labels, place, more)
		m.Chart.Text += " Days are those of " + q.ZoneOfDays() + "."
		m.Chart.ID = "meter-" + string(rune('a'+i%26))
		page.Meters = append(page.Meters, m)
	}
	return page, nil
}

// corrections are what staff may do with the meter whose ledger has this address.
func corrections(ledger string) []web.Action {
	return []web.Action{
		{Label: "Correct by hand", Href: ledger + "/add", Icon: "plus", Plain: true, Dialog: true},
		{Label: "Reset", Href: ledger + "/reset", Icon: "refresh", Plain: true, Dialog: true},
	}
}

func meterFacts(r metering.Reading) []web.Fact {
	m, l := r.Meter, r.Limitation
	reset := web.Cell{Text: "Never", Quiet: true}
	if !m.EndsAt.IsZero() {
		reset = web.Cell{FirstDay: m.EndsAt}
	}
	all := []web.Fact{{Label: "Consumed in this period", Cell: consumedOf(m.Consumed, l.Limit, l.GoodwillPercent)}}
	if l.Limit != nil {
		all = append(all, web.Fact{
			Label: "Consumed · limit · allowed", Hint: "Allowed is the limit with its goodwill",
			Cell: web.Cell{Text: show.Amount(m.Consumed) + " · " + show.Amount(*l.Limit) + " · " + show.Amount(metering.Allowed(*l.Limit, l.GoodwillPercent))},
		})
	} else {
		all = append(all, web.Fact{Label: "Allowed", Cell: web.Cell{Text: show.Limit(l.Limit)}})
	}
	all = append(all, web.Fact{Label: "Consumed in its whole life", Cell: consumedOf(m.Gross, l.Contract(), 0)})
	if c := l.Contract(); c != nil {
		all = append(all, web.Fact{
			Label: "Contract", Cell: web.Cell{Text: show.Amount(*c)}, Hint: "The licence ends when so much is consumed in its whole life; no reset changes that",
		})
	}
	all = append(all, web.Fact{Label: "Next reset", Cell: reset})
	above := "Consumption above it is refused"
	if l.MeasuredOnly {
		above = "Measured only: nothing is refused"
	}
	return append(append(all, web.Fact{Label: "At the limit", Cell: web.Cell{Text: above}}), meterState(r)...)
}

// meterState says where a meter has run out: for its period, or for good.
func meterState(r metering.Reading) []web.Fact {
	m, l := r.Meter, r.Limitation
	badge := web.Badge{Word: "Exhausted", Tone: web.Warning, Hint: "limit and goodwill of this period are consumed"}
	switch c := l.Contract(); {
	case c != nil && m.Gross >= *c:
		badge = web.Badge{Word: "Contract consumed", Tone: web.Bad, Hint: "the licence has ended by it; a higher contract revives it"}
		return []web.Fact{{Label: "State", Cell: web.Cell{Badge: &badge}}}
	case m.ExhaustedAt.IsZero():
		return nil
	case l.Limit != nil && m.Consumed < metering.Allowed(*l.Limit, l.GoodwillPercent):
		return []web.Fact{{Label: "Ran out in this period", Cell: web.Cell{When: m.ExhaustedAt}, Hint: "There was not enough left for what a client asked; some is left now"}}
	}
	return []web.Fact{{Label: "State", Cell: web.Cell{Badge: &badge}}, {Label: "Since", Cell: web.Cell{When: m.ExhaustedAt}}}
}

// consumedOf shows what is consumed beside what it may be. The bar counts in whole units.
func consumedOf(consumed int64, limit *int64, goodwillPercent int) web.Cell {
	if limit == nil || *limit < terms.Unit {
		return web.Cell{Text: show.Amount(consumed)}
	}
	bar := web.Bar{
		Used: consumed / terms.Unit, Contract: *limit / terms.Unit, Allowed: metering.Allowed(*limit, goodwillPercent) / terms.Unit, Unit: "units",
	}
	c := web.Cell{Bar: &bar}
	if consumed%terms.Unit != 0 {
		c.Sub = "exactly " + show.Amount(consumed)
	}
	return c
}

// consumedChart draws what a meter counted by the day; place says which day an instant is of.
func consumedChart(hours []metering.Hour, labels []string, place func(time.Time) int, more bool) web.Chart {
	c := web.Chart{
		Title: "Consumed per day", Text: "Of the last 30 days.", Kind: web.BarChart, Unit: "units", Today: true, Per: terms.Unit,
		Empty: "Nothing was consumed in the last 30 days.", Labels: labels,
	}
	if more {
		c.Text = "Of the newest 50,000 entries within 30 days."
	}
	sums := make([]int64, len(labels))
	for _, h := range hours {
		if i := place(h.At); i >= 0 {
			sums[i] += h.Amount
		}
	}
	c.Series = []web.Series{{Name: "Consumed", Values: sums}}
	return c
}
