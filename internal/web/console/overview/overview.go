package overview

import (
	"strconv"

	"chancery/internal/figures"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// span is how many days the charts show.
const span = 30

type page struct {
	web.Page

	Steps  *steps // nil once there is something to see
	Stats  []web.Stat
	Todo   []todo
	Charts []web.Chart
}

func (p *Pages) overview(q *web.Request) (*page, error) {
	begun, err := p.Figures.Begun(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	if begun.License.IsZero() || !begun.Activated && q.Text("view") != "figures" {
		return p.firstSteps(q, begun)
	}
	v := &page{Page: q.Page("Overview")}
	at, err := p.Figures.AsOf(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	v.Sub = show.AsOf(&v.Page, at)
	r := &reading{p: p, q: q, span: show.SpanOf(q, span)}
	v.Stats, v.Charts = r.stats(), r.charts()
	v.Todo = r.todo()
	return v, r.err
}

// reading reads figures one after the other; the first error ends it.
type reading struct {
	p    *Pages
	q    *web.Request
	span show.Span
	err  error
}

func (r *reading) latest(f figures.Figure) []figures.Row {
	if r.err != nil {
		return nil
	}
	var rows []figures.Row
	rows, r.err = r.p.Figures.Latest(r.q.Context(), r.q.VendorID(), f, 0)
	return rows
}

func (r *reading) days(f figures.Figure, span show.Span) []figures.Row {
	if r.err != nil {
		return nil
	}
	var rows []figures.Row
	rows, r.err = r.p.Figures.Days(r.q.Context(), r.q.VendorID(), f, 0, span.First, span.Last)
	return rows
}

func (r *reading) stats() []web.Stat {
	licenses, expiring := r.latest(figures.Licenses), r.latest(figures.Expiring)
	seen := show.Sum(r.latest(figures.Seen(7, figures.All)))
	zone, usedUp := show.Sum(r.latest(figures.Goodwill)), show.Of(licenses, figures.StateUsedUp)
	today := r.span
	today.First = today.Last
	denied, lately := show.Sum(r.days(figures.Denials, today)), show.Sum(r.days(figures.Denials, r.span))
	tone := func(n int64, t web.Tone) web.Tone {
		if n == 0 {
			return ""
		}
		return t
	}
	month := strconv.Itoa(span)
	return []web.Stat{
		{
			Label: "Licences", Icon: "license", Value: web.Number(show.Sum(licenses)), Href: r.q.Href("/licenses"),
			Sub: web.Number(show.Of(licenses, figures.StateExpired)+show.Of(licenses, figures.StateOff)) + " expired or off",
		},
		{Label: "Clients in 7 days", Icon: "devices", Value: web.Number(seen), Sub: "heard from", Href: r.q.Lead("/analytics?days=7")},
		{Label: "Goodwill zone", Icon: "scale", Value: web.Number(zone), Tone: tone(zone, web.Notable), Sub: "above the contract", Href: r.q.Href("/goodwill")},
		{Label: "Used up", Icon: "battery", Value: web.Number(usedUp), Tone: tone(usedUp, web.Warning), Sub: "refuse new clients", Href: r.q.Href("/used-up")},
		{
			Label: "Expiring soon", Icon: "calendar-due", Value: web.Number(show.Of(expiring, month)), Href: r.q.Href("/expiring?days=" + month),
			Tone: tone(show.Of(expiring, month), web.Soon), Sub: web.Number(show.Of(expiring, "7")) + " within 7 days",
		},
		{
			Label: "Denied today", Icon: "ban", Value: web.Number(denied), Tone: tone(denied, web.Bad), Href: r.q.Href("/denials"),
			Sub: web.Number(lately) + " in " + month + " days",
		},
	}
}

func (r *reading) charts() []web.Chart {
	labels := r.span.Labels()
	states := web.Chart{
		ID: "states", Title: "Licences by state", Text: "Each in the state that matters most.", Kind: web.RingChart, Unit: "licences",
		Series: []web.Series{{Name: "Licences"}},
	}
	licenses := r.latest(figures.Licenses)
	for _, state := range figures.States() {
		if n := show.Of(licenses, state); n > 0 {
			states.Labels = append(states.Labels, show.StateBadge(state).Word)
			states.Tones = append(states.Tones, show.StateBadge(state).Tone)
			states.Hrefs = append(states.Hrefs, r.q.Href(stateHref(state)))
			states.Series[0].Values = append(states.Series[0].Values, n)
		}
	}
	versions := r.latest(figures.Seen(30, figures.Version))
	return []web.Chart{
		{
			ID: "activations", Title: "Activations and releases per day", Kind: web.LineChart, Unit: "activations", Labels: labels, Today: true,
			Series: []web.Series{
				r.span.Series("Activated", "", r.days(figures.Activations, r.span)),
				r.span.Series("Released", web.Neutral, r.days(figures.Releases, r.span)),
			},
			Empty: "No client was activated or released in this time.",
		},
		states,
		{
			ID: "heartbeats", Title: "Heartbeats per day", Text: "And the clients that sent them.", Kind: web.LineChart,
			Unit: "heartbeats", Labels: labels, Today: true,
			Series: []web.Series{
				r.span.Series("Heartbeats", "", r.days(figures.Heartbeats, r.span)),
				r.span.Series("Clients", "", r.days(figures.Active(figures.All), r.span)),
			},
			Empty: "No client called in this time.",
		},
		{
			ID: "denied", Title: "Denied activations and sessions", Kind: web.StackChart, Unit: "refused calls", Labels: labels, Today: true,
			Series: r.span.Refused(r.days(figures.Denials, r.span), 5),
			Empty:  "Nobody was refused.",
		},
		{
			ID: "zone", Title: "Goodwill zone", Text: "Activations that entered it each day.", Kind: web.BarChart,
			Unit: "activations", Labels: labels, Today: true,
			Series: []web.Series{r.span.Series("Entered", web.Notable, r.days(figures.GoodwillEntered, r.span))},
			Empty:  "No activation went above its contract.",
		},
		{
			ID: "versions", Title: "Clients by version", Text: "Of those heard from in 30 days.", Kind: web.RankChart, Unit: "clients",
			Labels: valuesOf(versions), Series: []web.Series{{Name: "Clients", Values: numbersOf(versions)}},
			Empty: "No client has called yet.",
		},
	}
}

// most is how many values a chart of the overview names.
const most = 8

func valuesOf(rows []figures.Row) (labels []string) {
	for _, r := range rows[:min(len(rows), most)] {
		labels = append(labels, show.ValueOr(r.Value, "Not said"))
	}
	return labels
}

func numbersOf(rows []figures.Row) (numbers []int64) {
	for _, r := range rows[:min(len(rows), most)] {
		numbers = append(numbers, r.N)
	}
	return numbers
}

// stateHref is the list behind the licences of a state.
func stateHref(state string) string {
	switch state {
	case figures.StateGoodwill:
		return "/goodwill"
	case figures.StateUsedUp:
		return "/used-up"
	case figures.StateExpiring:
		return "/expiring"
	case figures.StateOff:
		return "/licenses?state=off"
	case figures.StateExpired:
		return "/licenses?state=expired"
	case figures.StateNotStarted:
		return "/licenses?state=not_started"
	case figures.StateValid:
		return "/licenses?state=on"
	}
	return "/licenses"
}
