package webhooks

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// shownAttempts is how many attempts a page shows; three days make about 40.
const shownAttempts = 100

type itemPage struct {
	web.Page

	Facts    []web.ShownFact
	Payload  string
	Attempts []attempt
}

// attempt is one try, the newest first.
type attempt struct {
	Number   int
	At       web.Moment
	Took     string
	Outcome  string
	Badge    web.Badge
	Request  string
	Response string
	Open     bool
}

func (p *Pages) items() []edge.Route {
	const one = top + "/{id}/deliveries/{item}"
	return []edge.Route{
		web.Show(p.face, one, needs(), "item.html", p.showItem),
		web.Act(p.face, one+"/replay", needs(), func(q *web.Request) string { return back(q) + "/deliveries/" + q.R.PathValue("item") }, p.replay),
	}
}

func itemHref(q *web.Request, s outbox.Subscription, item int64) string {
	return href(q, s.UUID) + "/deliveries/" + strconv.FormatInt(item, 10)
}

func itemID(q *web.Request) (int64, error) {
	n, err := strconv.ParseInt(q.R.PathValue("item"), 10, 64)
	if err != nil {
		return 0, fault.Missing("item")
	}
	return n, nil
}

func (p *Pages) showItem(q *web.Request) (*itemPage, error) {
	s, err := p.subscription(q)
	if err != nil {
		return nil, err
	}
	id, err := itemID(q)
	if err != nil {
		return nil, err
	}
	item, err := p.Rows.ItemByID(q.Context(), q.VendorID(), s.UUID, id)
	if err != nil {
		return nil, err
	}
	tries, err := p.Rows.Attempts(q.Context(), q.VendorID(), s.UUID, id, listing.Request{Limit: shownAttempts, Sort: "at", Desc: true})
	if err != nil {
		return nil, err
	}
	page := &itemPage{Page: q.Page(item.Event, topLink(q), web.Link{Label: short(s.Target), Href: href(q, s.UUID)}), Payload: indented(item.Payload)}
	facts := []web.Fact{
		{Label: "State", Cell: web.Cell{Badge: stateBadge(item)}},
		{Label: "Happened", Cell: web.Cell{When: item.At}},
		{Label: "Message id", Hint: "webhook-id: the same at every attempt", Cell: web.Cell{Text: item.MessageID(), Mono: true, Copy: item.MessageID()}},
		{Label: "Sequence", Hint: "Rises within a stream", Cell: web.Cell{Text: strconv.FormatInt(item.ID, 10)}},
		{Label: "Stream", Hint: "What it is about: items of one stream arrive in order", Cell: web.Cell{Text: item.Stream.String(), Mono: true, Copy: item.Stream.String()}},
	}
	switch item.State() {
	case outbox.Waiting:
		facts = append(facts, web.Fact{Label: "Next attempt", Cell: web.Cell{When: item.NextAttemptAt}}, web.Fact{Label: "Given up on", Cell: web.Cell{When: item.GiveUpAt}})
		if s.IsEnabled {
			page.Refresh = q.R.URL.Path
		}
	case outbox.Delivered:
		facts = append(facts, web.Fact{Label: "Delivered", Cell: web.Cell{When: *item.DeliveredAt}})
	case outbox.Dead:
		facts = append(facts, web.Fact{Label: "Given up", Cell: web.Cell{When: *item.DeadAt}})
	}
	if item.State() != outbox.Waiting {
		page.Actions = []web.Action{{Label: "Replay", Href: itemHref(q, s, id) + "/replay", Icon: "refresh", Post: true}}
	}
	page.Facts = page.Page.Facts(facts...)
	for i, a := range tries.Items {
		shown := attempt{
			Number: a.Number, At: page.At(a.At), Took: took(a.Took), Request: a.Request, Response: a.Response, Open: i == 0,
			Badge: web.Badge{Word: "Failed", Tone: web.Bad}, Outcome: a.Error,
		}
		if a.Error == "" {
			shown.Badge, shown.Outcome = web.Badge{Word: "Delivered", Tone: web.Good}, ""
		}
		if a.Status != 0 {
			shown.Badge.Word = strconv.Itoa(a.Status)
			shown.Badge.Hint = "the receiver's answer"
		}
		page.Attempts = append(page.Attempts, shown)
	}
	return page, nil
}

// took is a duration in milliseconds, or in seconds from ten of them.
func took(d time.Duration) string {
	if d < time.Millisecond {
		return "under 1 ms"
	}
	if d >= 10*time.Second {
		return web.Number(int64(d/time.Second)) + " s"
	}
	return web.Number(d.Milliseconds()) + " ms"
}

func indented(payload string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(payload), "", "  ") != nil {
		return payload
	}
	return b.String()
}

func (p *Pages) replay(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	item, err := itemID(q)
	if err != nil {
		return web.Done{}, err
	}
	err = p.Subscriptions.Replay(t, q.VendorID(), id, item)
	return web.Done{To: itemHref(q, outbox.Subscription{UUID: id}, item), Say: web.Flash{Text: "It is delivered once more. This page shows what comes of it."}}, err
}
