package team

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) user() []edge.Route {
	routes := web.Edit(p.Face, "/settings/team/{id}", who(), "form.html", web.OfID("user"), p.askUser, p.changeUser)
	routes = append(routes,
		web.ActWith(p.Face, "/settings/team/{id}/disable", who(), here, p.switched, p.disable),
		web.ActWith(p.Face, "/settings/team/{id}/enable", who(), here, p.switched, p.enable))
	routes = append(routes, web.Ask(p.Face, "/settings/team/{id}/email", who(), "form.html", p.askAddress, p.changeAddress)...)
	routes = append(routes, web.Ask(p.Face, "/settings/team/{id}/clear-second-factor", who(), "form.html", p.askClearFactor, p.clearFactor)...)
	return append(routes, web.Ask(p.Face, "/settings/team/{id}/remove", who(), "form.html", p.askRemove, p.remove)...)
}

func here(q *web.Request) string { return q.Href("/settings/team/" + q.R.PathValue("id")) }

func (p *Pages) find(q *web.Request) (identity.User, error) {
	id, err := q.ID("id")
	if err != nil {
		return identity.User{}, err
	}
	return p.UserRows.ByUUID(q.Context(), q.VendorID(), id)
}

func (p *Pages) askUser(q *web.Request, form *web.Form) (*web.FormPage, error) {
	u, err := p.find(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(u.Name, crumb(q)), Form: form}
	badge := badgeOf(u)
	page.Badge = &badge
	facts := []web.Fact{
		{Label: "E-mail", Cell: web.Cell{Text: u.Email}},
		{Label: "Second factor", Cell: factorCell(u)},
		{Label: "Created", Cell: web.Cell{When: u.CreatedAt}},
	}
	if u.SignedInAt != nil {
		facts = append(facts, web.Fact{Label: "Signed in", Cell: web.Cell{When: *u.SignedInAt}})
	}
	page.Facts = page.Page.Facts(facts...)
	if u.DisabledAt != nil {
		page.Actions = append(page.Actions, web.Action{Label: "Enable", Href: here(q) + "/enable", Post: true, Plain: true})
	} else {
		page.Actions = append(page.Actions, web.Action{Label: "Disable", Href: here(q) + "/disable", Post: true, Plain: true})
	}
	if !u.HasPassword && u.SignedInAt == nil {
		page.Actions = append(page.Actions, web.Action{Label: "Invite again", Href: here(q) + "/invite", Plain: true})
	}
	if p.Mails && u.DisabledAt == nil {
		page.Actions = append(page.Actions, web.Action{Label: "Change address", Href: here(q) + "/email", Plain: true, Dialog: true})
	}
	if u.SecondFactor() {
		page.Actions = append(page.Actions, web.Action{Label: "Clear second factor", Href: here(q) + "/clear-second-factor", Plain: true, Dialog: true})
	}
	page.Actions = append(page.Actions, web.Action{Label: "Remove", Href: here(q) + "/remove", Danger: true, Dialog: true})
	options, err := p.grantable(q)
	form.Cancel = home(q)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "name", Label: "Name", Value: u.Name, Required: true},
		{Name: "role", Label: "Role", Kind: web.RadioField, Options: options, Value: u.Role.Key, Hint: "It counts at once, in every session."},
	}})
	return page, err
}

func (p *Pages) changeUser(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	v.Check(v.Get("role") != "", "role", "must be chosen")
	if err := v.Err(); err != nil {
		return web.Done{}, err
	}
	if _, err := p.Users.Rename(t, q.Principal, id, v.Text("name")); err != nil {
		return web.Done{}, err
	}
	u, err := p.Users.SetRole(t, q.Principal, id, v.Get("role"))
	return web.Done{To: here(q), Say: web.Flash{Text: u.Name + " is saved."}}, err
}

// switched finds the user whom a button disables or enables. An Undo is for who was
// disabled by its change.
func (p *Pages) switched(q *web.Request, v web.Values) (identity.User, error) {
	u, err := p.find(q)
	if err == nil {
		err = v.As(since(u))
	}
	return u, err
}

// since is since when a user is disabled, for web.UndoLeft; "" for who is not.
func since(u identity.User) string {
	if u.DisabledAt == nil {
		return ""
	}
	return web.Precisely(*u.DisabledAt)
}

func (p *Pages) disable(t tx.Tx, q *web.Request, was identity.User) (web.Done, error) {
	u, err := p.Users.Disable(t, q.Principal, was.UUID)
	say := web.Flash{Text: u.Name + " can't sign in any more, and all sessions have ended."}
	if was.DisabledAt == nil {
		say.Undo = web.UndoLeft(here(q)+"/enable", nil, since(u))
	}
	return web.Done{To: here(q), Say: say}, err
}

func (p *Pages) enable(t tx.Tx, q *web.Request, was identity.User) (web.Done, error) {
	u, err := p.Users.Enable(t, q.Principal, was.UUID)
	return web.Done{To: here(q), Say: web.Flash{Text: u.Name + " can sign in again."}}, err
}

func (p *Pages) askAddress(q *web.Request, form *web.Form) (*web.FormPage, error) {
	u, err := p.find(q)
	page := &web.FormPage{Page: q.Page("Change the address of "+u.Name, crumb(q)), Form: form}
	page.Text = "A mail goes to the new address, and the link in it confirms it. Until then " + u.Email + " counts, which is told, too. " +
		"Licences that name the former address follow."
	form.Submit, form.Cancel = "Send the mail", here(q)
	form.Add(web.Group{Fields: []web.Field{{Name: "email", Label: "New e-mail", Kind: web.EmailField, Required: true, Focus: true}}})
	return page, err
}

func (p *Pages) changeAddress(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	_, err = p.Invitations.AskAddress(t, q.Principal, id, v.Text("email"))
	return web.Done{To: here(q), Say: web.Flash{Text: "A mail is on its way to the new address. Its link confirms it, within a day."}}, err
}

func (p *Pages) askClearFactor(q *web.Request, form *web.Form) (*web.FormPage, error) {
	u, err := p.find(q)
	page := &web.FormPage{Page: q.Page("Clear the second factor of "+u.Name, crumb(q)), Form: form}
	page.Text = "Their app, passkeys and recovery codes stop working, and all their sessions end. The password alone signs them in until they set one up again: " +
		"make sure that it is they who ask for it."
	form.Submit, form.Cancel, form.Danger = "Clear it", here(q), true
	return page, err
}

func (p *Pages) clearFactor(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	u, err := p.Users.ClearSecondFactor(t, q.Principal, id)
	return web.Done{To: here(q), Say: web.Flash{Text: u.Name + " signs in with the password alone again; all sessions have ended."}}, err
}

func (p *Pages) askRemove(q *web.Request, form *web.Form) (*web.FormPage, error) {
	u, err := p.find(q)
	page := &web.FormPage{Page: q.Page("Remove "+u.Name, crumb(q)), Form: form}
	page.Text = u.Email + " can't sign in any more, and all sessions end. What they have done stays in the audit log."
	form.Submit, form.Cancel, form.Danger = "Remove", here(q), true
	return page, err
}

func (p *Pages) remove(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	say := web.Flash{Text: "The user is removed."}
	if q.May(identity.ManageGovernance) {
		say.Link = &web.Link{Label: "Erase their personal data", Href: q.Href("/erasures/new?user=" + id.String())}
	}
	return web.Done{To: home(q), Say: say}, p.Users.Remove(t, q.Principal, id)
}
