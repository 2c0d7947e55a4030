package webhooks

import (
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) create() []edge.Route {
	return web.Reveal(p.face, top+"/new", needs(), "form.html", p.askNew, p.subscribe, "secret.html", p.showSecret)
}

func (p *Pages) askNew(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Add a webhook", topLink(q)), Form: form}
	form.Submit, form.Cancel = "Add it", q.Href(top)
	form.Add(web.Group{Title: "Where", Fields: []web.Field{
		{Name: "kind", Label: "How", Kind: web.RadioField, Value: string(outbox.Webhook), Options: []web.Option{
			{Value: string(outbox.Webhook), Label: "Webhook", Hint: "A signed POST to an address of a program of yours."},
			{Value: string(outbox.Mail), Label: "E-mail", Hint: "The same as a mail, for people. Mail about licences in your own words is under Mail."},
		}},
		{
			Name: "target", Label: "Address", Required: true, Focus: true, Placeholder: "https://hooks.example.com/chancery",
			Hint: "An https address that is reachable from the internet; or an e-mail address.",
		},
	}})
	form.Add(eventsGroup(nil))
	return page, nil
}

func eventsGroup(chosen []string) web.Group {
	return web.Group{Title: "Events", Text: "It hears of what happens from now on. Payloads hold ids, names and counts, never keys.", Fields: []web.Field{
		{Name: "events", Label: "Tell it of", Kind: web.ChecksField, Values: chosen, Options: events()},
	}}
}

// made is a subscription with its secret, or one whose secret is new.
type made struct {
	ID      string
	Target  string
	Secret  string // empty for mail
	Rotated bool
}

func (p *Pages) subscribe(t tx.Tx, q *web.Request, in web.Values) (made, error) {
	s, secret, err := p.Subscriptions.Subscribe(t, q.VendorID(), outbox.Kind(in.Get("kind")), in.Text("target"), in.Values["events"])
	return made{ID: s.UUID.String(), Target: s.Target, Secret: secret}, oneOfEvents(err)
}

// oneOfEvents puts what is wrong with single events beside the field that they are chosen in.
func oneOfEvents(err error) error {
	e := fault.As(err)
	if err == nil || len(e.Fields) == 0 {
		return err
	}
	named := *e
	named.Fields = nil
	for _, f := range e.Fields {
		if len(f.Name) > 7 && f.Name[:7] == "events[" {
			f = fault.Field{Name: "events", Message: "must be chosen from the list"}
		}
		named.Fields = append(named.Fields, f)
	}
	return &named
}

type secretPage struct {
	web.Page

	Secret string
	Mail   string // the address, when it is one
	Text   string
	Sample string
	Done   string // where to go on
}

func (p *Pages) showSecret(q *web.Request, m made) (*secretPage, error) {
	page := &secretPage{Page: q.Page("The webhook was added", topLink(q)), Secret: m.Secret, Done: q.Href(top + "/" + m.ID)}
	page.Text = "Each delivery is signed with it. Verify the signature before you believe what a delivery says."
	page.Sub = short(m.Target)
	page.Sample = sample
	switch {
	case m.Secret == "":
		page.Title, page.Mail = "The address was added", m.Target
	case m.Rotated:
		page.Title = "The webhook has a new secret"
		page.Text = "For 24 hours deliveries are signed with both, the new one first: change your receiver over in that time."
	}
	return page, nil
}

// sample verifies a delivery, as docs/events.md tells; only what Python brings along.
const sample = `import base64, hashlib, hmac, time

def genuine(secret, headers, body):
    """secret begins with whsec_; body is bytes, exactly as they came."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    want = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(want, one) for one in headers["webhook-signature"].split())
`
