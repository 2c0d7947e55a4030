package licenses

import (
	"strconv"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/portal"
)

// meter is one meter as the page shows it.
type meter struct {
	Name, Hint string
	Bar        *web.Bar
	Facts      []web.ShownFact
	Chart      web.Chart
}

const chartedDays = 30

// meters adds the meters of a licence to its page.
func (p *Pages) meters(q *web.Request, page *licencePage, l *licensing.License) error {
	if !metering.HasMeters(l.Terms().Grants.Shown().Limitations) {
		return nil
	}
	readings, err := p.Meters.Read(q.Context(), q.Reach(), l)
	if err != nil {
		return err
	}
	from := page.Now.Add(-(chartedDays - 1) * 24 * time.Hour)
	for i, r := range readings {
		hours, more, err := p.Rows.Hours(q.Context(), q.Reach(), l.UUID, r.Limitation.ID, from)
		if err != nil {
			return err
		}
		m := meter{Name: r.Limitation.Name, Hint: r.Limitation.Description, Facts: page.Page.Facts(attributes(q, &page.Page, r)...)}
		if bar := portal.MeterBar(r); bar.Limited() {
			m.Bar = &bar
		}
		m.Chart = perDay(q, &page.Page, hours, from, more)
		m.Chart.ID = "meter-" + strconv.Itoa(i)
		page.Meters = append(page.Meters, m)
		if n, ok := portal.MeterNotice(q, &page.Page, l, r); ok {
			page.Notices = append(page.Notices, n)
		}
	}
	return nil
}

// attributes are the figures of a meter.
func attributes(q *web.Request, page *web.Page, r metering.Reading) []web.Fact {
	m, l := r.Meter, r.Limitation
	text := func(label, hint, value string) web.Fact {
		return web.Fact{Label: label, Hint: hint, Cell: web.Cell{Text: value}}
	}
	all := []web.Fact{text(q.T("Allowed"), allowedHint(q, l), portal.Limit(q, l.Limit))}
	if contract := l.Contract(); contract != nil && (l.Limit == nil || *contract != *l.Limit) {
		hint := q.T("When this is consumed, the licence is expired")
		all = append(all, text(q.T("Allowed by contract, in its whole life"), hint, portal.Amount(q, *contract)))
	}
	if l.Limit != nil && l.GoodwillPercent > 0 {
		all = append(all, text(q.T("Allowed with goodwill"), "", portal.Amount(q, metering.Allowed(*l.Limit, l.GoodwillPercent))))
	}
	reset := web.Cell{Text: q.T("Never"), Quiet: true}
	if !m.EndsAt.IsZero() {
		reset = web.Cell{FirstDay: m.EndsAt}
	}
	all = append(all,
		text(q.T("Consumed now"), q.T("Since it began to count anew"), portal.Amount(q, m.Consumed)),
		text(q.T("Consumed in its whole life (gross)"), "", portal.Amount(q, m.Gross)),
		web.Fact{Label: q.T("Next reset"), Cell: reset})
	if !m.ExhaustedAt.IsZero() {
		badge := web.Badge{Word: "Exhausted", Tone: web.Warning}
		all = append(all, web.Fact{Label: q.T("State"), Cell: web.Cell{Badge: &badge, Text: page.At(m.ExhaustedAt).Text}})
	}
	return all
}

func allowedHint(q *web.Request, l terms.Limitation) string {
	if l.MeasuredOnly {
		return q.T("Measured only: nothing is refused")
	}
	return q.T("Consumption above it is refused")
}

// perDay draws what a meter counted by the day, in the viewer's zone, in whole units.
func perDay(q *web.Request, page *web.Page, hours []metering.Hour, from time.Time, more bool) web.Chart {
	c := web.Chart{
		Title: q.T("Consumed per day"), Text: q.T("Of the last 30 days, in whole units."), Kind: web.BarChart, Unit: q.T("units"), Today: true,
		Empty: q.T("Nothing was consumed in the last 30 days."),
	}
	if more {
		c.Text = q.T("Of the newest 50,000 entries within 30 days, in whole units.")
	}
	labels, place := page.DaysSince(from)
	sums := make([]int64, len(labels))
	for _, h := range hours {
		if i := place(h.At); i >= 0 {
			sums[i] += h.Amount
		}
	}
	for i := range sums {
		sums[i] /= terms.Unit
	}
	c.Labels, c.Series = labels, []web.Series{{Name: q.T("Consumed"), Values: sums}}
	return c
}
