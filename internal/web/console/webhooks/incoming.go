package webhooks

import (
	"slices"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// within is where the pages of incoming webhooks begin.
const within = "/settings/incoming"

func (p *Pages) incoming() []edge.Route {
	const one = within + "/{id}"
	return slices.Concat(
		[]edge.Route{web.Lists(p.face, within, needs(), p.incomingTable, func(q *web.Request) (web.Page, error) {
			page := q.Page("Webhooks")
			page.Sub = "Your billing system tells where subscriptions stand, and licences follow at once: the next heartbeat of a device sees it."
			page.Tabs = directions(q, within)
			page.Actions = []web.Action{{Label: addIncoming, Href: q.Href(within + "/new"), Icon: "plus"}}
			return page, nil
		})},
		web.Reveal(p.face, within+"/new", needs(), "form.html", p.askIncoming, p.createIncoming, "incoming.html", p.showIncoming),
		web.Reveal(p.face, one+"/rotate", needs(), "form.html", p.askRotateIncoming, p.rotateIncoming, "incoming.html", p.showIncoming),
		web.Ask(p.face, one+"/delete", needs(), "form.html", p.askDeleteIncoming, p.deleteIncoming),
	)
}

const addIncoming = "Add an incoming webhook"

// directions are the two lists of webhooks.
func directions(q *web.Request, here string) []web.Tab {
	return []web.Tab{
		{Label: "Outgoing", Href: q.Href(top), Active: here == top},
		{Label: "Incoming", Href: q.Href(within), Active: here == within},
	}
}

// addressOf is where a system sends its messages: the path alone where the server's address
// is not known.
func (p *Pages) addressOf(q *web.Request, w outbox.Incoming) string {
	return p.Server + "/incoming/" + q.Vendor.UUID.String() + "/" + w.UUID.String()
}

func (p *Pages) incomingTable(q *web.Request) (web.Table[outbox.Incoming], error) {
	return web.Table[outbox.Incoming]{
		Name: "incoming", Sorts: []string{"created_at"},
		Empty: web.Empty{
			Icon: "webhook", Title: "No system tells anything yet",
			Text:   "Licences of the type subscription follow a billing system or payment provider, which sends a signed message when something changes.",
			Action: &web.Action{Label: addIncoming, Href: q.Href(within + "/new"), Icon: "plus"},
		},
		Columns: []web.Column[outbox.Incoming]{
			{Name: "provider", Label: providerLabel, Cell: func(w outbox.Incoming) web.Cell { return web.Cell{Text: w.Provider} }},
			{Name: "address", Label: addressLabel, Cell: func(w outbox.Incoming) web.Cell {
				return web.Cell{Text: p.addressOf(q, w), Mono: true, Copy: p.addressOf(q, w)}
			}},
			{Name: "state", Label: "State", Cell: func(w outbox.Incoming) web.Cell {
				badge := web.BadgeOn
				if w.HeardAt.IsZero() {
					badge = web.Badge{Word: "Silent", Tone: web.Neutral, Hint: "no message of it was taken yet"}
				}
				return web.Cell{Badge: &badge}
			}},
			{Name: "heard", Label: "Last heard", Cell: func(w outbox.Incoming) web.Cell { return web.Cell{When: w.HeardAt} }},
			{Name: "created", Label: "Added", Extra: true, Cell: func(w outbox.Incoming) web.Cell { return web.Cell{Day: w.CreatedAt} }},
			{Name: "act", Label: "Change", Act: true, Cell: func(w outbox.Incoming) web.Cell {
				at := q.Href(within + "/" + w.UUID.String())
				return web.Cell{Links: []web.Link{{Label: "Rotate secret", Href: at + "/rotate"}, {Label: "Delete", Href: at + "/delete"}}}
			}},
		},
		Rows: func(q *web.Request, _ listing.Request) (listing.Page[outbox.Incoming], error) {
			all, err := p.IncomingRows.Incoming(q.Context(), q.VendorID())
			return listing.Page[outbox.Incoming]{Items: all}, err
		},
	}, nil
}

const providerLabel = "Provider"

func incomingLink(q *web.Request) web.Link {
	return web.Link{Label: "Incoming webhooks", Href: q.Href(within)}
}

func (p *Pages) askIncoming(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page(addIncoming, incomingLink(q)), Form: form}
	form.Submit, form.Cancel = "Add it", q.Href(within)
	form.Add(web.Group{Title: "Who", Fields: []web.Field{{
		Name: "provider", Label: providerLabel, Required: true, Focus: true, Placeholder: "billing",
		Hint: "Your billing system, or the payment provider: the name that its subscriptions are kept by.",
	}}})
	return page, nil
}

// said is an incoming webhook with its secret, which is shown once.
type said struct {
	Webhook outbox.Incoming
	Secret  string
	Rotated bool
}

func (p *Pages) createIncoming(t tx.Tx, q *web.Request, in web.Values) (said, error) {
	w, secret, err := p.Incoming.Create(t, q.VendorID(), in.Text("provider"))
	return said{Webhook: w, Secret: secret}, err
}

// askOf begins a page about the incoming webhook in the address.
func (p *Pages) askOf(q *web.Request, form *web.Form, title string) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	all, err := p.IncomingRows.Incoming(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(w outbox.Incoming) bool { return w.UUID == id })
	if at < 0 {
		return nil, fault.Missing("incoming_webhook")
	}
	page := &web.FormPage{Page: q.Page(title, incomingLink(q)), Form: form}
	page.About(web.Fact{Label: providerLabel, Cell: web.Cell{Text: all[at].Provider}})
	form.Cancel = q.Href(within)
	return page, nil
}

func (p *Pages) askRotateIncoming(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, err := p.askOf(q, form, "Rotate the secret")
	if err != nil {
		return nil, err
	}
	page.Text = "The webhook gets a new secret, which is shown once. For 24 hours messages may be signed with either, " +
		"so that your system can change over in its own time; then only the new one is good."
	form.Submit = "Make a new secret"
	return page, nil
}

func (p *Pages) rotateIncoming(t tx.Tx, q *web.Request, _ web.Values) (said, error) {
	id, err := q.ID("id")
	if err != nil {
		return said{}, err
	}
	w, secret, err := p.Incoming.Rotate(t, q.VendorID(), id)
	return said{Webhook: w, Secret: secret, Rotated: true}, err
}

func (p *Pages) askDeleteIncoming(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page, err := p.askOf(q, form, "Delete the incoming webhook")
	if err != nil {
		return nil, err
	}
	page.Text = "Its messages are refused from now on, and its secret is worth nothing. What it has said of licences stays. It can't be taken back."
	form.Submit, form.Danger = "Delete it", true
	return page, nil
}

func (p *Pages) deleteIncoming(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href(within), Say: web.Flash{Text: "The incoming webhook was deleted."}}, p.Incoming.Remove(t, q.VendorID(), id)
}

// saidPage shows a new secret, and how a message is sent with it.
type saidPage struct {
	web.Page

	Secret, Text, Address, Done string
	Sample                      string
}

func (p *Pages) showIncoming(q *web.Request, s said) (*saidPage, error) {
	page := &saidPage{Page: q.Page("The incoming webhook was added", incomingLink(q)), Secret: s.Secret, Done: q.Href(within)}
	page.Address = p.addressOf(q, s.Webhook)
	page.Sub, page.Sample = s.Webhook.Provider, sender
	page.Text = "Your system signs each message with it. Nothing that is not signed with it is believed."
	if s.Rotated {
		page.Title = "The incoming webhook has a new secret"
		page.Text = "For 24 hours messages may be signed with the old one too: change your system over in that time."
	}
	return page, nil
}

// sender sends a message, as docs/subscriptions.md tells; only what Python brings along.
const sender = `import base64, hashlib, hmac, json, time, urllib.request, uuid

def tell(address, secret, data, at):
    """at is when data became true, such as 2026-03-20T09:46:40Z; secret begins with whsec_."""
    body = json.dumps({"type": "subscription.updated", "timestamp": at, "data": data}).encode()
    name, now = "msg_" + uuid.uuid4().hex, str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(mac).decode()
    headers = {"webhook-id": name, "webhook-timestamp": now, "webhook-signature": signature}
    return urllib.request.urlopen(urllib.request.Request(address, body, headers))

# data: {"external_id": "sub_1042", "status": "active"}
`
