package activations

import (
	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// How many days the chart of a device's heartbeats has, and how many of its newest rows
// it is drawn from.
const (
	chartedDays = 30
	charted     = 200
)

// beatsPerDay draws heartbeats by the day (UTC): those of finished days are in the
// history, today's in the pulse.
func beatsPerDay(q *web.Request, a *licensing.Activation, rows []licensing.Heartbeat) web.Chart {
	c := web.Chart{
		ID: "beats", Title: q.T("Syncs per day"), Text: q.T("How often the device called, of the last 30 days (UTC)."), Kind: web.BarChart,
		Unit: q.T("syncs"), Today: true, Empty: q.T("It has not called in the last 30 days."),
	}
	since := licensing.DayOf(q.Now()) - chartedDays + 1
	counts := make([]int64, chartedDays)
	for i := range counts {
		c.Labels = append(c.Labels, q.Language().ShortDay(calendar.Numbered(since+int64(i))))
	}
	add := func(day, n int64) {
		if i := day - since; i >= 0 && i < chartedDays {
			counts[i] += n
		}
	}
	for _, h := range rows {
		add(h.Day, h.Count)
	}
	add(a.Pulse.LastSeenDay, a.Pulse.DayCount)
	c.Series = []web.Series{{Name: q.T("Syncs"), Values: counts}}
	return c
}

func (p *Pages) heartbeatsChrome(q *web.Request) (web.Page, error) {
	s, err := p.seat(q)
	if err != nil {
		return web.Page{}, err
	}
	page := q.Page(q.T("Heartbeats"), append(crumbs(q, s.License), web.Link{Label: name(s.Activation), Href: show.ActivationHref(q, s.Activation.UUID)})...)
	page.Sub = q.T("A row is written when something that the device says of itself changes, and once a day.")
	return page, nil
}

func (p *Pages) heartbeats(q *web.Request) (web.Table[licensing.Heartbeat], error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Table[licensing.Heartbeat]{}, err
	}
	text := func(name, label string, get func(licensing.Heartbeat) string) web.Column[licensing.Heartbeat] {
		return web.Column[licensing.Heartbeat]{Name: name, Label: label, Cell: func(h licensing.Heartbeat) web.Cell { return web.Cell{Text: get(h)} }}
	}
	return web.Table[licensing.Heartbeat]{
		Name: "heartbeats", Sorts: licensing.Sorts(),
		Empty: web.Empty{Icon: "activity", Title: q.T("No heartbeat yet"), Text: q.T("The device was activated, and has not called since.")},
		Columns: []web.Column[licensing.Heartbeat]{
			{Name: "at", Label: q.T("When"), Sort: "created_at", Cell: func(h licensing.Heartbeat) web.Cell { return web.Cell{At: h.At} }},
			text("address", "IP", func(h licensing.Heartbeat) string { return h.Client.Address }),
			{Name: "place", Label: q.T("Place"), Cell: func(h licensing.Heartbeat) web.Cell { return show.Place(q, &licensing.Activation{Client: h.Client}) }},
			text("hostname", q.T("Hostname"), func(h licensing.Heartbeat) string { return h.Client.Hostname }),
			text("version", q.T("Version"), func(h licensing.Heartbeat) string { return h.Client.SoftwareVersion }),
			text("system", q.T("Operating system"), func(h licensing.Heartbeat) string { return h.Client.OperatingSystem }),
			text("user", q.T("User"), func(h licensing.Heartbeat) string { return h.UserID }),
			{Name: "count", Label: q.T("That day"), End: true, Cell: func(h licensing.Heartbeat) web.Cell {
				if h.Count == 0 {
					return web.Cell{}
				}
				return web.Cell{Text: q.Language().Number(h.Count)}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[licensing.Heartbeat], error) {
			return p.Rows.Heartbeats(q.Context(), q.Reach(), id, r)
		},
	}, nil
}
