package settings

import (
	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

const signInPath = "/settings/sign-in"

// signInPage shows how the team signs in beside passwords and passkeys.
type signInPage struct {
	web.Page

	Empty    *web.Empty
	State    web.Badge
	Holds    string // what holds at the moment, in a sentence
	Facts    []web.ShownFact
	Does     []web.Action
	Redirect []web.ShownFact
}

func (p *Pages) signIn() []edge.Route {
	needs := web.Needs(identity.ManageTeam)
	back := func(q *web.Request) string { return q.Href(signInPath) }
	routes := []edge.Route{
		web.Show(p.face, signInPath, needs, "sign_in.html", p.showSignIn),
		web.Act(p.face, signInPath+"/on", needs, back, func(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
			return web.Done{To: back(q), Say: web.Flash{Text: "The provider is switched on."}}, p.Providers.Switch(t, q.VendorID(), true)
		}),
		web.Act(p.face, signInPath+"/off", needs, back, func(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
			return web.Done{To: back(q), Say: web.Flash{Text: "The provider is switched off."}}, p.Providers.Switch(t, q.VendorID(), false)
		}),
	}
	routes = append(routes, web.EditWith(p.face, signInPath+"/edit", needs, "form.html", web.OfAll("vendor"), p.askProvider, p.checkProvider, p.setProvider)...)
	return append(routes, web.Ask(p.face, signInPath+"/remove", needs, "form.html", p.askRemoveProvider, p.removeProvider)...)
}

func (p *Pages) showSignIn(q *web.Request) (*signInPage, error) {
	page := &signInPage{Page: q.Page("Sign-in")}
	page.Sub = "The team signs in with passwords and passkeys; an OpenID provider can stand beside them, or in their place."
	address, err := p.Address(q)
	portal, err2 := p.Portal(q)
	if err == nil && err2 == nil {
		uri, portals := address+"/sign-in/provider/back", portal+"/sign-in/provider/back"
		page.Redirect = page.Page.Facts(
			web.Fact{Label: "Redirect address", Cell: web.Cell{Text: uri, Mono: true, Copy: uri}},
			web.Fact{Label: "Of the licensing dashboard", Cell: web.Cell{Text: portals, Mono: true, Copy: portals}},
		)
		hosts, err := p.HostRows.Hosts(q.Context(), q.VendorID())
		if err != nil {
			return nil, err
		}
		for _, h := range hosts {
			on := p.OnHost(h.Name) + "/sign-in/provider/back"
			page.Redirect = append(page.Redirect, page.Page.Facts(web.Fact{Label: "On " + h.Name, Cell: web.Cell{Text: on, Mono: true, Copy: on}})...)
		}
		page.Redirect = append(page.Redirect, page.Page.Facts(
			web.Fact{Label: "Flow", Cell: web.Cell{Text: "Authorization code with PKCE (S256)"}},
			web.Fact{Label: "Scopes", Cell: web.Cell{Text: "openid email profile", Mono: true}},
		)...)
	}
	one, found, err := p.Providers.Settings(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	edit := q.Href(signInPath + "/edit")
	if !found {
		page.Empty = &web.Empty{
			Icon: "login", Title: "No OpenID provider", Text: "With one, the team signs in where it signs in for everything else.",
			Action: &web.Action{Label: "Set one up", Href: edit, Icon: "plus"},
		}
		return page, nil
	}
	try := web.Action{Label: "Try it", Href: q.Href("/account/provider/connect?next=" + signInPath), Icon: "player-play"}
	page.State = web.BadgeOff
	switch {
	case one.Enabled:
		page.State, page.Holds = web.BadgeOn, "Its button is on the sign-in page."
		page.Does = []web.Action{{Label: "Switch it off", Href: q.Href(signInPath + "/off"), Post: true, Plain: true}}
	case one.TriedAt != nil:
		page.Holds = "It works, and is not switched on yet."
		page.Does = []web.Action{{Label: "Switch it on", Href: q.Href(signInPath + "/on"), Post: true}}
	default:
		page.Holds = "Try it: sign in with it once. Then it can be switched on."
		page.Does = []web.Action{try}
	}
	page.Does = append(page.Does, web.Action{Label: "Change the settings", Href: edit, Plain: true},
		web.Action{Label: "Remove", Href: q.Href(signInPath + "/remove"), Danger: true, Dialog: true})
	ways := "With it, passwords and passkeys"
	if one.Only {
		ways = "With it only, but for owners"
	}
	facts := []web.Fact{
		{Label: "Issuer", Cell: web.Cell{Text: one.Issuer, Mono: true}},
		{Label: "Client id", Cell: web.Cell{Text: one.ClientID, Mono: true}},
		{Label: "Button", Cell: web.Cell{Text: "Sign in with " + one.Label}},
		{Label: "The team signs in", Cell: web.Cell{Text: ways}},
	}
	if one.TriedAt != nil {
		facts = append(facts, web.Fact{Label: "Tried", Cell: web.Cell{When: *one.TriedAt}})
	}
	page.Facts = page.Page.Facts(facts...)
	return page, nil
}

func signInLink(q *web.Request) web.Link { return web.Link{Label: "Sign-in", Href: q.Href(signInPath)} }

const (
	anyWay  = "any"
	onlyWay = "only"
)

func (p *Pages) askProvider(q *web.Request, form *web.Form) (*web.FormPage, error) {
	one, found, err := p.Providers.Settings(q.Context(), q.VendorID())
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page("OpenID provider", signInLink(q)), Form: form}
	page.Text = "The server asks the issuer for its addresses now. You try the sign-in before it is switched on."
	hint, ways := "It is kept encrypted and never shown.", anyWay
	if found {
		hint = "Leave it empty to keep the one that is there."
	}
	if one.Only {
		ways = onlyWay
	}
	form.Submit, form.Cancel = "Save", q.Href(signInPath)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "issuer", Label: "Issuer", Value: one.Issuer, Required: true, Focus: true, Mono: true, Placeholder: "https://login.example.com", Hint: "Exactly as the provider writes it."},
		{Name: "client_id", Label: "Client id", Value: one.ClientID, Required: true, Mono: true},
		{Name: "secret", Label: "Client secret", Kind: web.PasswordField, Hint: hint, Complete: "off"},
		{Name: "label", Label: "Name on the button", Value: one.Label, Required: true, Placeholder: "Company ID"},
	}})
	form.Add(web.Group{Fields: []web.Field{{Name: "ways", Label: "The team signs in", Kind: web.RadioField, Value: ways, Options: []web.Option{
		{Value: anyWay, Label: "With it, passwords and passkeys", Hint: "Everybody chooses."},
		{Value: onlyWay, Label: "With it only", Hint: "Owners can still use a password or passkey, so that a provider that is gone locks nobody out for good."},
	}}}})
	return page, nil
}

func (p *Pages) checkProvider(q *web.Request, v web.Values) (access.ChangeProvider, error) {
	c := access.ChangeProvider{
		Issuer: v.Text("issuer"), ClientID: v.Text("client_id"), Secret: v.Get("secret"), Label: v.Text("label"), Only: v.Get("ways") == onlyWay,
	}
	return c, p.Providers.Check(q.Context(), c)
}

func (p *Pages) setProvider(t tx.Tx, q *web.Request, c access.ChangeProvider) (web.Done, error) {
	return web.Done{To: q.Href(signInPath), Say: web.Flash{Text: "The settings are saved."}}, p.Providers.Set(t, q.VendorID(), c)
}

func (p *Pages) askRemoveProvider(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Remove the OpenID provider", signInLink(q)), Form: form}
	page.Text = "Nobody signs in with it any more. Whoever has neither a password nor a passkey has to recover one."
	form.Submit, form.Cancel, form.Danger = "Remove it", q.Href(signInPath), true
	return page, nil
}

func (p *Pages) removeProvider(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return web.Done{To: q.Href(signInPath), Say: web.Flash{Text: "The provider is removed."}}, p.Providers.Remove(t, q.VendorID())
}
