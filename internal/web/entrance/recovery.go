package entrance

import (
	"net/url"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/web"
)

const recovering = "whoever has forgotten the password, or is invited, is not signed in"

// recovery are the pages for who can't sign in yet, or any more.
func (p *Pages) recovery() []edge.Route {
	who := web.Access{Public: recovering}
	routes := web.AskOwn(p.Face, "/forgot", who, "form.html", p.askForgot, p.forgot)
	return append(routes, web.AskOwn(p.Face, "/reset", who, "form.html", p.askReset, p.reset)...)
}

func (p *Pages) askForgot(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{
		Page: q.Page("Forgot password"), Form: form,
		Text: "We send a link to your address with which you choose a new password. It works once, within an hour.",
	}
	if !p.Mails {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "This server mails no links.", Text: "None will arrive: ask whoever runs the server for a new password.",
		})
	}
	form.Submit, form.Cancel = "Recover password", q.Href("/sign-in")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "email", Label: "E-mail", Kind: web.EmailField, Required: true, Complete: "username", Focus: true, Value: q.Text("email")},
	}})
	return page, nil
}

func (p *Pages) forgot(q *web.Request, v web.Values) (web.Done, error) {
	if err := p.Links.Forgot(q.Context(), q.VendorID(), v.Text("email"), p.visit(q)); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/sign-in"), Say: web.Flash{
		Text: "If there is an account with this address, a mail with a link is on its way. Only the newest mail's link works.",
		Tone: web.Info,
	}}, nil
}

func (p *Pages) askReset(q *web.Request, form *web.Form) (*web.FormPage, error) {
	token := q.Text("token")
	if sent, ok := form.Sent("token"); ok {
		token = sent
	}
	link, err := p.Links.Look(q.Context(), q.VendorID(), token)
	if fault.Is(err, "link_unknown") {
		return p.deadLink(q, form, link, fault.As(err)), nil
	}
	if err != nil {
		return nil, err
	}
	if other, is := q.IsAnother(link.Person.Email); is {
		return web.ForAnother(q, form, other, link.Person.Email, tokenPath("/reset", token)), nil
	}
	page := &web.FormPage{
		Page: q.Page("Reset password"), Form: form, Text: "For " + link.Person.Email + ". All your sessions end, and you sign in with it.",
	}
	if link.Kind == access.Invitation {
		page.Title = "Join " + q.Vendor.Name
		page.Text = "You are invited as " + link.Person.Email + ". Choose the password that you sign in with."
	}
	form.Submit = "Reset password"
	if link.Kind == access.Invitation {
		form.Submit = "Set the password"
	}
	if err := p.joinElsewhere(q, form, link, token); err != nil {
		return nil, err
	}
	form.Add(web.Group{Fields: []web.Field{
		{Name: "token", Kind: web.HiddenField, Value: token},
		{
			Name: "password", Label: "Password", Kind: web.PasswordField, Required: true, Complete: "new-password", Focus: true,
			Hint: "At least 10 characters; several words that do not belong together are good.",
		},
	}})
	return page, nil
}

// joinElsewhere lets the invited join with the provider in the place of a password.
func (p *Pages) joinElsewhere(q *web.Request, form *web.Form, link access.Link, token string) error {
	if link.Kind != access.Invitation {
		return nil
	}
	one, offered, err := p.Providers.Offered(q.Context(), q.VendorID())
	if offered {
		form.Links = append(form.Links, web.Link{
			Label: "Join with " + one.Label, Href: q.Href("/sign-in/provider?invitation=" + url.QueryEscape(token)),
		})
	}
	return err
}

// deadLink asks for a new link in the place of one that is over.
func (p *Pages) deadLink(q *web.Request, form *web.Form, link access.Link, why *fault.Error) *web.FormPage {
	page := &web.FormPage{Page: q.Page("This link is over"), Form: form}
	page.Notices = append(page.Notices, overNotice(&page.Page, link, why))
	form.Wrong = nil
	form.Action, form.Submit, form.Cancel = q.Href("/forgot"), "Recover password", q.Href("/sign-in")
	form.Add(web.Group{Fields: []web.Field{{Name: "email", Label: "E-mail", Kind: web.EmailField, Required: true, Complete: "username"}}})
	return page
}

// overNotice says why a link is over: of one that a newer link has replaced, when that
// was sent.
func overNotice(page *web.Page, link access.Link, why *fault.Error) web.Notice {
	n := web.Notice{Tone: web.Warning, Title: why.Message, Text: why.Help}
	if !link.NewerSentAt.IsZero() {
		n.Title = "A newer link was sent on " + page.At(link.NewerSentAt).Text + "."
		n.Text = "Only the newest mail's link works: look for that mail."
	}
	return n
}

// tokenPath is the address of a mailed link below the face.
func tokenPath(path, token string) string { return path + "?token=" + url.QueryEscape(token) }

func (p *Pages) reset(q *web.Request, v web.Values) (web.Done, error) {
	token := v.Get("token")
	if link, err := p.Links.Look(q.Context(), q.VendorID(), token); err == nil {
		if _, is := q.IsAnother(link.Person.Email); is {
			return web.Done{To: q.Href(tokenPath("/reset", token))}, nil // which says so
		}
	}
	_, err := p.Links.Reset(q.Context(), q.VendorID(), token, v.Get("password"), p.visit(q))
	if fault.Is(err, "link_unknown") {
		return web.Done{To: q.Href(tokenPath("/reset", token))}, nil // which says so
	}
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: q.Href("/sign-in"), Say: web.Flash{Text: "The password is set. Sign in with it."}}, nil
}
