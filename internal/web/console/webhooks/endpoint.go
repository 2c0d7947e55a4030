package webhooks

import (
	"net/http"
	"strconv"
	"strings"

	"chancery/internal/edge"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/web"
)

type endpointPage struct {
	web.Page

	Facts  []web.ShownFact
	Events []string
	List   web.List
}

func (p *Pages) endpoint() []edge.Route {
	return []edge.Route{
		web.Show(p.face, top+"/{id}", needs(), "endpoint.html", p.showEndpoint),
		web.CSV(p.face, top+"/{id}/deliveries.csv", needs(), func(q *web.Request) (web.Table[outbox.Delivery], error) {
			s, err := p.subscription(q)
			return p.deliveries(q, s), err
		}),
	}
}

func (p *Pages) showEndpoint(q *web.Request) (*endpointPage, error) {
	s, err := p.subscription(q)
	if err != nil {
		return nil, err
	}
	e := endpoint{Subscription: s}
	if e.Standing, err = p.Rows.Standing(q.Context(), q.VendorID(), s.ID); err != nil {
		return nil, err
	}
	page := &endpointPage{Page: q.Page(short(s.Target), topLink(q)), Events: s.Events}
	page.Badge, page.Actions = badge(e), actions(q, e)
	facts := []web.Fact{
		{Label: addressLabel, Cell: web.Cell{Text: s.Target, Copy: s.Target}},
		{Label: "Added", Cell: web.Cell{Day: s.CreatedAt}},
		{Label: "Waiting", Hint: "Of the newest 1,000", Cell: web.Cell{Text: web.Number(int64(e.Waiting))}},
		{Label: givenUp, Hint: "Of the newest 1,000; after three days without success", Cell: web.Cell{Text: web.Number(int64(e.Dead))}},
	}
	if !e.LastAt.IsZero() {
		facts = append(facts, web.Fact{Label: "Last attempt", Cell: web.Cell{When: e.LastAt, Sub: outcome(e.Status, e.Error)}})
	}
	page.Facts = page.Page.Facts(facts...)
	if !s.IsEnabled {
		why := "What happens waits, and is given up on after three days."
		if e.Status == http.StatusGone {
			why = "The receiver answered 410: it wants nothing any more. " + why
		}
		page.Notices = append(page.Notices, web.Notice{Tone: web.Info, Title: "It is switched off.", Text: why})
	}
	if s.Kind == outbox.Webhook && s.Secrets.Sealed == nil {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "It has no secret.", Text: "Nothing is delivered until it has one.",
			Links: []web.Link{{Label: "Make a secret", Href: href(q, s.UUID) + "/rotate"}},
		})
	}
	if page.List, err = p.deliveries(q, s).View(q, &page.Page); err != nil {
		return nil, err
	}
	page.List.CSV = href(q, s.UUID) + "/deliveries.csv"
	if state := q.Text("state"); state != "" {
		page.List.CSV += "?state=" + state
	}
	return page, nil
}

func actions(q *web.Request, e endpoint) []web.Action {
	here := href(q, e.UUID)
	all := []web.Action{{Label: "Send a test", Href: here + "/test", Icon: "send", Post: true}}
	if !e.IsEnabled {
		all = []web.Action{{Label: "Switch on", Href: here + "/enable", Icon: "power", Post: true}}
	}
	if e.Dead > 0 {
		all = append(all, web.Action{Label: "Replay given up", Href: here + "/replay", Icon: "refresh", Dialog: true, Plain: true})
	}
	all = append(all, web.Action{Label: "Edit", Href: here + "/edit", Icon: "edit", Plain: true})
	if e.Kind == outbox.Webhook {
		all = append(all, web.Action{Label: "Rotate secret", Href: here + "/rotate", Icon: "key", Plain: true})
	}
	if e.IsEnabled {
		all = append(all, web.Action{Label: "Switch off", Href: here + "/disable", Icon: "power", Post: true, Plain: true})
	}
	return append(all, web.Action{Label: "Delete", Href: here + "/delete", Icon: "trash", Danger: true, Dialog: true})
}

// stateBadge is where an item stands.
func stateBadge(i outbox.Item) *web.Badge {
	switch i.State() {
	case outbox.Delivered:
		return &web.Badge{Word: delivered, Tone: web.Good}
	case outbox.Dead:
		return &web.Badge{Word: givenUp, Tone: web.Bad, Hint: "after three days without success"}
	case outbox.Waiting:
	}
	if i.Attempts > 0 {
		return &web.Badge{Word: "Retrying", Tone: web.Warning}
	}
	return &web.Badge{Word: "Waiting", Tone: web.Info}
}

func (p *Pages) deliveries(q *web.Request, s outbox.Subscription) web.Table[outbox.Delivery] {
	return web.Table[outbox.Delivery]{
		Name: "deliveries", Sorts: []string{"-at"},
		Filters: []web.Filter{{Name: "state", Label: "State", Kind: web.ChoiceFilter, Options: []web.Option{
			{Value: string(outbox.Waiting), Label: "Waiting"},
			{Value: string(outbox.Delivered), Label: delivered},
			{Value: string(outbox.Dead), Label: givenUp},
		}}},
		Empty: web.Empty{Icon: "send", Title: "Nothing has happened yet", Text: "What happens from now on shows here. Send a test to see whether it arrives."},
		Columns: []web.Column[outbox.Delivery]{
			{Name: "event", Label: "Event", Cell: func(d outbox.Delivery) web.Cell {
				return web.Cell{Text: d.Event, Href: itemHref(q, s.UUID, d.ID)}
			}},
			{Name: "at", Label: "Happened", Sort: "at", Cell: func(d outbox.Delivery) web.Cell { return web.Cell{When: d.At} }},
			{
				Name: "state", Label: "State", Plain: func(d outbox.Delivery) string { return string(d.State()) },
				Cell: func(d outbox.Delivery) web.Cell { return web.Cell{Badge: stateBadge(d.Item)} },
			},
			{
				Name: "outcome", Label: "Last attempt",
				Plain: func(d outbox.Delivery) string { return strings.TrimSpace(strconv.Itoa(d.Status) + " " + d.Error) },
				Cell:  func(d outbox.Delivery) web.Cell { return lastAttempt(d.TriedAt, d.Status, d.Error) },
			},
			{Name: "attempts", Label: "Attempts", End: true, Cell: func(d outbox.Delivery) web.Cell { return web.Cell{Text: some(d.Attempts)} }},
			{Name: "next", Label: "Next attempt", Cell: func(d outbox.Delivery) web.Cell {
				if d.State() != outbox.Waiting || !s.IsEnabled {
					return web.Cell{}
				}
				return web.Cell{When: d.NextAttemptAt}
			}},
			{Name: "sequence", Label: "Sequence", Extra: true, End: true, Cell: func(d outbox.Delivery) web.Cell {
				return web.Cell{Text: strconv.FormatInt(d.ID, 10)}
			}},
		},
		Rows: func(q *web.Request, r listing.Request) (listing.Page[outbox.Delivery], error) {
			return p.Rows.Deliveries(q.Context(), q.VendorID(), s.UUID, outbox.State(q.Text("state")), r)
		},
	}
}
