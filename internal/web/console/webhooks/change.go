package webhooks

import (
	"strconv"

	"chancery/internal/edge"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) changes() []edge.Route {
	const one = top + "/{id}"
	var routes []edge.Route
	routes = append(routes, web.Edit(p.face, one+"/edit", needs(), "form.html", web.OfID("subscription"), p.askEdit, p.edit)...)
	routes = append(routes, web.Reveal(p.face, one+"/rotate", needs(), "form.html", p.askRotate, p.rotate, "secret.html", p.showSecret)...)
	routes = append(routes, web.Ask(p.face, one+"/replay", needs(), "form.html", p.askReplay, p.replayDead)...)
	routes = append(routes, web.Ask(p.face, one+"/delete", needs(), "form.html", p.askDelete, p.remove)...)
	return append(routes,
		web.ActWith(p.face, one+"/enable", needs(), back, p.switched, p.enable(true)),
		web.ActWith(p.face, one+"/disable", needs(), back, p.switched, p.enable(false)),
		web.Act(p.face, one+"/test", needs(), back, p.test),
	)
}

// ask begins a page about the subscription in the address.
func (p *Pages) ask(q *web.Request, form *web.Form, title string) (*web.FormPage, outbox.Subscription, error) {
	s, err := p.subscription(q)
	if err != nil {
		return nil, s, err
	}
	page := &web.FormPage{Page: q.Page(title, topLink(q), web.Link{Label: short(s.Target), Href: href(q, s.UUID)}), Form: form}
	form.Cancel = href(q, s.UUID)
	return page, s, nil
}

func (p *Pages) askEdit(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.ask(q, form, "Edit")
	if err != nil {
		return nil, err
	}
	form.Add(web.Group{Title: "Where", Text: "What waits goes to the new address.", Fields: []web.Field{
		{Name: "target", Label: addressLabel, Value: s.Target, Required: true},
	}})
	form.Add(eventsGroup(s.Events))
	return page, nil
}

func (p *Pages) edit(t tx.Tx, q *web.Request, in web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	target := in.Text("target")
	// None chosen is not the same as none named: it is refused.
	events := append([]string{}, in.Values["events"]...)
	_, err = p.Subscriptions.Update(t, q.VendorID(), id, outbox.Change{Target: &target, Events: events})
	return web.Done{To: href(q, id), Say: web.Flash{Text: "The webhook was changed."}}, oneOfEvents(err)
}

func (p *Pages) askRotate(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, _, err := p.ask(q, form, "Rotate the secret")
	if err != nil {
		return nil, err
	}
	page.Text = "The webhook gets a new secret, which is shown once. For 24 hours deliveries are signed with both, " +
		"so that your receiver can change over in its own time; then only the new one signs."
	form.Submit = "Make a new secret"
	return page, nil
}

func (p *Pages) rotate(t tx.Tx, q *web.Request, _ web.Values) (made, error) {
	id, err := q.ID("id")
	if err != nil {
		return made{}, err
	}
	s, secret, err := p.Subscriptions.RotateSecret(t, q.VendorID(), id)
	return made{ID: id.String(), Target: s.Target, Secret: secret, Rotated: true}, err
}

func (p *Pages) askReplay(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, _, err := p.ask(q, form, "Replay what was given up")
	if err != nil {
		return nil, err
	}
	page.Text = "All deliveries that were given up on are tried again for three days, the oldest first, at most 1,000 at once. " +
		"Each keeps its sequence and its id, so your receiver can see that it comes late."
	form.Submit = "Replay them"
	return page, nil
}

func (p *Pages) replayDead(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	n, err := p.Subscriptions.ReplayDead(t, q.VendorID(), id)
	say := web.Flash{Text: web.Count(int64(n), "delivery waits", "deliveries wait") + " again."}
	if n == 0 {
		say = web.Flash{Text: "There was nothing to replay.", Tone: web.Info}
	}
	return web.Done{To: href(q, id), Say: say}, err
}

func (p *Pages) askDelete(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, s, err := p.ask(q, form, "Delete the webhook")
	if err != nil {
		return nil, err
	}
	page.Text = "Nothing is delivered to it any more. What still waits for it, and the history of its deliveries, is dropped with it, and its secret too. " +
		"It can't be taken back; to pause it, switch it off."
	page.About(web.Fact{Label: addressLabel, Cell: web.Cell{Text: s.Target}})
	form.Submit, form.Danger = "Delete it", true
	return page, nil
}

func (p *Pages) remove(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	err = p.Subscriptions.Unsubscribe(t, q.VendorID(), id)
	return web.Done{To: q.Href(top), Say: web.Flash{Text: "The webhook was deleted."}}, err
}

// switched finds the webhook that a button switches. An Undo is for one that its change
// has left so.
func (p *Pages) switched(q *web.Request, v web.Values) (outbox.Subscription, error) {
	s, err := p.subscription(q)
	if err == nil {
		err = v.As(state(s)...)
	}
	return s, err
}

// state tells one state of a webhook from another, for web.UndoLeft.
func state(s outbox.Subscription) []string {
	return append([]string{strconv.FormatBool(s.IsEnabled), s.Target}, s.Events...)
}

func (p *Pages) enable(on bool) func(t tx.Tx, q *web.Request, was outbox.Subscription) (web.Done, error) {
	text, undo := "It is on. What waited is delivered now.", "/disable"
	if !on {
		text, undo = "It is off. What happens waits for up to three days.", "/enable"
	}
	return func(t tx.Tx, q *web.Request, was outbox.Subscription) (web.Done, error) {
		is, err := p.Subscriptions.Update(t, q.VendorID(), was.UUID, outbox.Change{IsEnabled: &on})
		say := web.Flash{Text: text}
		if was.IsEnabled != on {
			say.Undo = web.UndoLeft(href(q, was.UUID)+undo, nil, state(is)...)
		}
		return web.Done{To: href(q, was.UUID), Say: say}, err
	}
}

func (p *Pages) test(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	item, err := p.Subscriptions.Test(t, q.VendorID(), id)
	say := web.Flash{Text: "A test is on its way. This page shows what comes of it."}
	return web.Done{To: itemHref(q, id, item.ID), Say: say}, err
}
