package account

import (
	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

const providerCookie = "chancery_provider"

func (p *Pages) provider() []edge.Route {
	own := web.Needs(identity.OwnAccount)
	routes := web.AskOwn(p.Face, "/account/provider/connect", own, "form.html", p.askConnect, p.connect)
	routes = append(routes, web.Show(p.Face, "/account/provider/go", own, "depart.html", p.depart))
	return append(routes, web.Ask(p.Face, "/account/provider/disconnect", own, "form.html", p.askDisconnect, p.disconnect)...)
}

// departPage leads to the provider by a link: the pages' policy lets no form end
// at another host.
type departPage struct {
	web.Page

	Text, Label, To string
}

// settings are those of a provider that may be used: one that is switched on, or
// is tried by who sets it up.
func (p *Pages) settings(q *web.Request) (one access.Provider, try bool, err error) {
	one, found, err := p.Providers.Settings(q.Context(), q.VendorID())
	try = q.May(identity.ManageTeam)
	if err == nil && (!found || !one.Enabled && !try) {
		err = fault.Missing("identity_provider")
	}
	return one, try, err
}

func (p *Pages) askConnect(q *web.Request, form *web.Form) (*web.FormPage, error) {
	one, _, err := p.settings(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{
		Page: q.Page(q.T("Connect %s", one.Label), crumb(q)), Form: form,
		Text: q.T("You sign in there once, and can sign in here with it from then on."),
	}
	if !one.Enabled {
		page.Text = q.T("This tries the settings: you sign in there once. They can be switched on afterwards.")
	}
	form.Submit, form.Cancel = q.T("Go on"), back(q)
	form.Add(web.Group{Fields: append(proof(q), web.Field{Name: "next", Kind: web.HiddenField, Value: q.Text("next")})})
	return page, nil
}

func (p *Pages) connect(q *web.Request, v web.Values) (web.Done, error) {
	_, try, err := p.settings(q)
	if err != nil {
		return web.Done{}, err
	}
	address, err := p.Address(q)
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Proofs.Confirm(q.Context(), q.VendorID(), q.Person.Session, v.Get("password")); err != nil {
		return web.Done{}, err
	}
	next := v.Text("next")
	if next == "" {
		next = "/account"
	}
	journey, err := p.Providers.Depart(q.Context(), q.VendorID(), access.Journey{
		Redirect: address + "/sign-in/provider/back", Next: next, Own: q.Person.Session, Try: try,
	})
	if err != nil {
		return web.Done{}, err
	}
	which := web.Which(journey.State)
	q.SetCookie(q.BriefOf(providerCookie, which, journey.Token)...)
	return web.Done{To: q.Href("/account/provider/go?journey=" + which)}, nil
}

func (p *Pages) depart(q *web.Request) (*departPage, error) {
	one, _, err := p.settings(q)
	if err != nil {
		return nil, err
	}
	page := &departPage{Page: q.Page(q.T("Connect %s", one.Label), crumb(q)), Label: one.Label, Text: q.T("You leave this server, sign in there, and come back.")}
	page.To, err = p.Providers.Going(q.Context(), q.VendorID(), q.CookieOf(providerCookie, q.Text("journey")))
	return page, err
}

func (p *Pages) askDisconnect(q *web.Request, form *web.Form) (*web.FormPage, error) {
	one, found, err := p.Providers.Settings(q.Context(), q.VendorID())
	if err == nil && !found {
		err = fault.Missing("identity_provider")
	}
	page := &web.FormPage{Page: q.Page(q.T("Disconnect %s", one.Label), crumb(q)), Form: form, Text: q.T("It signs you in no more.")}
	form.Submit, form.Cancel, form.Danger = q.T("Disconnect it"), back(q), true
	return page, err
}

func (p *Pages) disconnect(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("It is disconnected.")}}, p.Providers.Unlink(t, q.VendorID(), q.Person.Session.Person)
}
