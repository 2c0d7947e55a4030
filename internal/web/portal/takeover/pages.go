package takeover

import (
	"context"
	"errors"
	"net/url"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/web"
	"chancery/internal/web/portal"
)

// Config is what the page needs; all of it is required.
type Config struct {
	Face *web.Face

	// Look tells what a link would change, without using it.
	Look func(ctx context.Context, v ident.VendorID, secret string) (h *licensing.HandOver, l *licensing.License, good bool, err error)

	// Confirm uses a link up. welcome is a link to set a password with, for who has no
	// way to sign in yet. It is link_unknown for one that is over.
	Confirm func(ctx context.Context, v ident.VendorID, secret string) (license ident.UUID, welcome string, err error)
}

// Pages are the pages of the area.
type Pages struct{ Config }

// New makes the page.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Look == nil || c.Confirm == nil {
		return nil, errors.New("takeover: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

// Routes are the routes of the page.
func (p *Pages) Routes() []edge.Route {
	who := web.Access{Public: "whoever reads the new licensee's mailbox need not be signed in"}
	return web.AskOwn(p.Face, portal.HandOverPath, who, "form.html", p.ask, p.confirm)
}

// here is the link's own address.
func here(q *web.Request, token string) string {
	return q.Href(portal.HandOverPath) + "?token=" + url.QueryEscape(token)
}

func (p *Pages) ask(q *web.Request, form *web.Form) (*web.FormPage, error) {
	token := q.Text("token")
	if sent, ok := form.Sent("token"); ok {
		token = sent
	}
	h, l, good, err := p.Look(q.Context(), q.VendorID(), token)
	if err != nil {
		return nil, err
	}
	if !good {
		return over(q, h), nil
	}
	if other, is := q.IsAnother(h.Address); is {
		return web.ForAnother(q, form, other, h.Address, here(q, token)), nil
	}
	page := &web.FormPage{Page: q.Page(q.T("Take the licence over")), Form: form}
	page.Text = q.T("From then on you are its licensee: you see its key and its devices, and its mails go to %s.", h.Address)
	page.About(
		web.Fact{Label: q.T("Product"), Cell: web.Cell{Text: l.Product.Name}},
		web.Fact{Label: q.T("Licence"), Cell: web.Cell{Text: l.Title()}},
		web.Fact{Label: q.T("Company"), Cell: web.Cell{Text: l.Customer.CompanyName}},
		web.Fact{Label: q.T("Licensee now"), Cell: web.Cell{Text: h.Former}},
		web.Fact{Label: q.T("New licensee"), Cell: web.Cell{Text: h.Address}},
	)
	form.Submit = q.T("Take it over")
	form.Add(web.Group{Fields: []web.Field{{Name: "token", Kind: web.HiddenField, Value: token}}})
	return page, nil
}

// over says that a link does nothing any more, and why where that is known.
func over(q *web.Request, h *licensing.HandOver) *web.FormPage {
	page := &web.FormPage{Page: q.Page(q.T("This link is over")), Form: &web.Form{Action: q.Href("/"), Get: true, Submit: q.T("To the licensing dashboard")}}
	n := web.Notice{
		Tone: web.Warning, Title: q.T("This link has been used, has run out, or was replaced by a newer one."),
		Text: q.T("Ask whoever hands the licence over to do it again."),
	}
	switch {
	case h == nil:
	case !h.NewerAt.IsZero():
		n.Title = q.T("A newer hand-over was asked for on %s.", page.At(h.NewerAt).Text)
		n.Text = q.T("Only the newest mail's link works, whoever it went to.")
	case h.Ended == licensing.HandOverUsed:
		n.Tone, n.Title, n.Text = web.Info, q.T("This link has been used: the licence was handed over."), q.T("Sign in as %s to see it. Who has no password yet chooses one with Forgot password.", h.Address)
	case h.Ended == licensing.HandOverCancelled:
		n.Title = q.T("The hand-over was cancelled.")
	case h.Ended == licensing.HandOverMoved:
		n.Title = q.T("The licence has got another licensee meanwhile.")
	case q.Vendor.NoHandOver:
		n.Title, n.Text = q.T("Only %s hands licences over here now.", q.Vendor.Name), q.T("Ask %s.", q.Vendor.Name)
	}
	page.Notices = append(page.Notices, n)
	return page
}

func (p *Pages) confirm(q *web.Request, v web.Values) (web.Done, error) {
	token := v.Get("token")
	back := web.Done{To: here(q, token)} // which says why
	h, _, good, err := p.Look(q.Context(), q.VendorID(), token)
	if err != nil {
		return web.Done{}, err
	}
	if !good {
		return back, nil
	}
	if _, is := q.IsAnother(h.Address); is {
		return back, nil
	}
	license, welcome, err := p.Confirm(q.Context(), q.VendorID(), token)
	if fault.Is(err, "link_unknown") {
		return back, nil
	}
	if err != nil {
		return web.Done{}, err
	}
	done := web.Done{To: q.Href("/licenses/" + license.String()), Say: web.Flash{Text: q.T("The licence is yours from now on.")}}
	if welcome != "" {
		done.To = q.Href("/reset?token=" + url.QueryEscape(welcome))
		done.Say.Text = q.T("The licence is yours from now on. Set a password, then sign in with it.")
	}
	return done, nil
}
