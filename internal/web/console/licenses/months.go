package licenses

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// shownMonths is how many months a licence's page draws, the running one among them.
const shownMonths = 13

// monthsChart draws how many devices were counted in each month, of a licence that counts
// so; nil for others.
func (p *Pages) monthsChart(q *web.Request, page *web.Page, l *licensing.License) (*web.Chart, error) {
	now := l.MonthAt(page.Now, q.VendorZone())
	if now == nil {
		return nil, nil // there is none to draw
	}
	past, err := p.Rows.PastMonths(q.Context(), l, page.Now, shownMonths)
	if err != nil {
		return nil, err
	}
	c := web.Chart{
		ID: "months", Title: "Devices in each month", Text: "How many were used at least once. The last month goes on.", Kind: web.BarChart,
		Unit: "devices", Empty: "No device was used yet.",
	}
	last := monthIn(now.Span, q.VendorZone())
	devices := web.Series{Name: "Devices", Tone: web.Info, Values: make([]int64, shownMonths)}
	for i := range shownMonths {
		c.Labels = append(c.Labels, (last - shownMonths + 1 + calendar.Month(i)).Short())
	}
	devices.Values[shownMonths-1] = now.Used
	for _, m := range past {
		if i := shownMonths - 1 - int(last-monthIn(m.Span, q.VendorZone())); i >= 0 && i < shownMonths-1 {
			devices.Values[i] += m.Used
		}
	}
	c.Series = []web.Series{devices}
	return &c, nil
}

// monthIn gives the month of the calendar that most of a counted one lies in: where the
// zone was changed, its ends are not midnights.
func monthIn(s calendar.Span, zone *time.Location) calendar.Month {
	return calendar.MonthOf(s.Begins.Add(s.Ends.Sub(s.Begins)/2), zone)
}

// monthUse says how much is used of a licence that counts the devices of each month.
func monthUse(q *web.Request, page *web.Page, l *licensing.License, bar web.Bar, m *licensing.MonthUse) []web.Fact {
	return []web.Fact{
		{Label: "This month", Cell: web.Cell{Bar: &bar, Href: show.LicenseHref(q, l.UUID) + "/devices"}, Hint: "A device counts once, when it is first used in a month"},
		{
			Label: "Used · contract · allowed", Cell: web.Cell{Text: web.Number(m.Used) + " · " + web.Number(m.Contract) + " · " + web.Number(m.Allowed)},
			Hint: "Allowed is contract, buffer and goodwill together",
		},
		{Label: "On goodwill", Cell: web.Cell{Text: web.Number(m.Goodwill) + " of " + web.Number(l.Terms().Policy.GoodwillTokenLimit)}},
		{
			Label: "The month ends", Cell: web.Cell{Text: page.LastDay(m.Ends).Text, Sub: "from " + page.FirstDay(m.Begins).Text},
			Hint: "With that day in " + q.ZoneOfDays() + "; then all devices count anew",
		},
		{Label: "Activated devices", Cell: web.Cell{Text: web.Number(l.Held())}, Hint: "Any number may be activated: they count in the months in which they are used"},
	}
}
