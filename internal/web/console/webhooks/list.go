package webhooks

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/web"
)

// endpoint is a subscription and how it does.
type endpoint struct {
	outbox.Subscription
	outbox.Standing
}

func (p *Pages) list() []edge.Route {
	return []edge.Route{web.Lists(p.face, top, needs(), p.table, func(q *web.Request) (web.Page, error) {
		page := q.Page("Webhooks")
		page.Sub = "Your systems are told of what happens, in order for each licence, and again for three days until they have taken it."
		page.Tabs = directions(q, top)
		page.Actions = []web.Action{{Label: "Add a webhook", Href: q.Href(top + "/new"), Icon: "plus"}}
		return page, nil
	})}
}

func (p *Pages) table(q *web.Request) (web.Table[endpoint], error) {
	return web.Table[endpoint]{
		Name: "webhooks", Sorts: []string{"created_at"},
		Empty: web.Empty{
			Icon: "webhook", Title: "Nobody is told yet",
			Text:   "Add an address of your CRM, shop or chat, and choose what it hears of: a licence issued, goodwill entered, a meter used up.",
			Action: &web.Action{Label: "Add a webhook", Href: q.Href(top + "/new"), Icon: "plus"},
		},
		Columns: []web.Column[endpoint]{
			{Name: "address", Label: addressLabel, Plain: func(e endpoint) string { return e.Target }, Cell: func(e endpoint) web.Cell {
				return web.Cell{Text: short(e.Target), Href: href(q, e.UUID), Sub: kindName(e.Kind)}
			}},
			{
				Name: "events", Label: "Events", Plain: func(e endpoint) string { return strings.Join(e.Events, " ") },
				Cell: func(e endpoint) web.Cell { return web.Cell{Text: eventsInShort(e.Events)} },
			},
			{Name: "state", Label: "State", Cell: func(e endpoint) web.Cell { return web.Cell{Badge: badge(e)} }},
			{Name: "last", Label: "Last attempt", Cell: func(e endpoint) web.Cell { return lastAttempt(e.LastAt, e.Status, e.Error) }},
			{Name: "waiting", Label: "Waiting", End: true, Cell: func(e endpoint) web.Cell { return web.Cell{Text: some(e.Waiting)} }},
			{Name: "dead", Label: givenUp, End: true, Cell: func(e endpoint) web.Cell {
				c := web.Cell{Text: some(e.Dead)}
				if e.Dead > 0 {
					c.Href = href(q, e.UUID) + "?state=" + string(outbox.Dead)
				}
				return c
			}},
			{Name: "created", Label: "Added", Extra: true, Cell: func(e endpoint) web.Cell { return web.Cell{Day: e.CreatedAt} }},
		},
		Rows: func(q *web.Request, _ listing.Request) (listing.Page[endpoint], error) {
			all, err := p.Rows.Subscriptions(q.Context(), q.VendorID())
			if err != nil {
				return listing.Page[endpoint]{}, err
			}
			standings, err := p.Rows.Standings(q.Context(), q.VendorID())
			page := listing.Page[endpoint]{}
			for _, s := range all {
				page.Items = append(page.Items, endpoint{s, standings[s.UUID]})
			}
			return page, err
		},
	}, nil
}

// badge says how an endpoint does: whether it takes what comes.
func badge(e endpoint) *web.Badge {
	switch {
	case !e.IsEnabled:
		return &web.Badge{Word: "Off", Tone: web.Neutral, Hint: "what happens waits for up to three days"}
	case e.Error != "":
		return &web.Badge{Word: "Failing", Tone: web.Bad, Hint: e.Error}
	}
	return &web.BadgeOn
}

// short is an address without what may be long, and may be a secret of the receiver's.
func short(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return target
	}
	s := u.Host + strings.TrimSuffix(u.EscapedPath(), "/")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return s
}

func kindName(k outbox.Kind) string {
	if k == outbox.Mail {
		return "E-mail"
	}
	return "Webhook"
}

// eventsInShort names up to two events.
func eventsInShort(events []string) string {
	switch n := len(events); {
	case n == len(outbox.Catalogue()):
		return "All"
	case n <= 2:
		return strings.Join(events, ", ")
	default:
		return strings.Join(events[:2], ", ") + " and " + strconv.Itoa(n-2) + " more"
	}
}

// Words of these pages.
const (
	addressLabel = "Address"
	delivered    = "Delivered"
	givenUp      = "Given up"
)

// lastAttempt is the cell of the newest attempt; empty before the first.
func lastAttempt(at time.Time, status int, failure string) web.Cell {
	if at.IsZero() {
		return web.Cell{}
	}
	return web.Cell{When: at, Sub: outcome(status, failure)}
}

// outcome is what came of an attempt, in a few words.
func outcome(status int, failure string) string {
	switch {
	case failure != "":
		return failure
	case status == 0:
		return delivered
	}
	return delivered + ", answer " + strconv.Itoa(status)
}

// some is a count, and nothing for none.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return web.Number(int64(n))
}
