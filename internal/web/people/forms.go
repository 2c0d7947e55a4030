package people

import (
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// crumbs lead back to the list.
func (p *Pages) crumbs(q *web.Request, c owners.Customer) []web.Link {
	return []web.Link{{Label: c.Name, Href: p.home(q)}}
}

func roles(value owners.Role) web.Field {
	f := web.Field{Name: "role", Label: "Role", Kind: web.RadioField, Value: string(value), Required: true}
	for _, r := range owners.Roles() {
		f.Options = append(f.Options, web.Option{Value: string(r), Label: show.RoleName(r), Hint: show.RoleAbout(r)})
	}
	return f
}

func (p *Pages) askInvite(q *web.Request, form *web.Form) (*web.FormPage, error) {
	customer, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	c, _, err := p.Rows.People(q.Context(), p.By(q), customer, listing.Request{Limit: 1})
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page("Invite somebody", p.crumbs(q, c)...), Form: form}
	page.Text = "A mail tells them how to sign in to the licensing dashboard."
	if !p.Mails {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "This server mails no links.", Text: "Nobody will be told: whoever runs the server sets a password for them.",
		})
	}
	form.Submit, form.Cancel = "Send the invitation", p.home(q)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "email", Label: "E-mail", Kind: web.EmailField, Required: true, Focus: true},
		{Name: "name", Label: "Name", Hint: "The address, where this is left empty."},
		roles(owners.Viewer),
	}})
	return page, nil
}

func (p *Pages) countInvite(q *web.Request, v web.Values) (web.Values, error) {
	v.Check(v.Get("role") != "", "role", "must be chosen")
	if err := v.Err(); err != nil {
		return v, err
	}
	return v, p.Count(q, v.Text("email"))
}

func (p *Pages) invite(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	customer, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	u, err := p.People.Invite(t, p.By(q), customer, owners.NewPerson{
		Email: v.Text("email"), Name: v.Text("name"), Role: owners.Role(v.Get("role")),
	})
	return web.Done{To: p.home(q), Say: web.Flash{Text: u.Email + " is invited."}}, err
}

// ids are those of the customer and the person in the address.
func ids(q *web.Request) (customer, user ident.UUID, err error) {
	if customer, err = q.ID("id"); err != nil {
		return customer, user, err
	}
	user, err = q.ID("user")
	return customer, user, err
}

func (p *Pages) found(q *web.Request) (owners.Customer, owners.Person, error) {
	customer, user, err := ids(q)
	if err != nil {
		return owners.Customer{}, owners.Person{}, err
	}
	return p.Rows.PersonOf(q.Context(), p.By(q), customer, user)
}

func (p *Pages) askRole(q *web.Request, form *web.Form) (*web.FormPage, error) {
	c, person, err := p.found(q)
	if err != nil {
		return nil, err
	}
	page := &web.FormPage{Page: q.Page(person.Name, p.crumbs(q, c)...), Form: form}
	facts := []web.Fact{{Label: "E-mail", Cell: web.Cell{Text: person.Email}}, {Label: "Since", Cell: web.Cell{When: person.Since}}}
	here := p.home(q) + "/" + person.UUID.String()
	if person.SignedInAt != nil {
		facts = append(facts, web.Fact{Label: "Signed in", Cell: web.Cell{When: *person.SignedInAt}})
	} else {
		page.Actions = append(page.Actions, web.Action{Label: "Invite again", Href: here + "/again", Post: true, Plain: true})
	}
	page.Facts = page.Page.Facts(facts...)
	if p.More != nil {
		page.Actions = append(page.Actions, p.More(q, person)...)
	}
	page.Actions = append(page.Actions, web.Action{Label: "Remove", Href: here + "/remove", Danger: true, Dialog: true})
	form.Cancel = p.home(q)
	role := roles(person.Role)
	role.Hint = "It counts at once, in every session."
	form.Add(web.Group{Fields: []web.Field{role}})
	return page, nil
}

func (p *Pages) setRole(t tx.Tx, q *web.Request, v web.Values) (web.Done, error) {
	customer, user, err := ids(q)
	if err != nil {
		return web.Done{}, err
	}
	person, err := p.People.SetRole(t, p.By(q), customer, user, owners.Role(v.Get("role")))
	return web.Done{To: p.home(q), Say: web.Flash{Text: person.Name + " is saved."}}, err
}

func (p *Pages) countAgain(q *web.Request, v web.Values) (web.Values, error) {
	_, person, err := p.found(q)
	if err != nil {
		return v, err
	}
	return v, p.Count(q, person.Email)
}

func (p *Pages) again(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	customer, user, err := ids(q)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: p.home(q), Say: web.Flash{Text: "A new mail is on its way; a link sent before stops working."}},
		p.People.InviteAgain(t, p.By(q), customer, user)
}

func (p *Pages) askRemove(q *web.Request, form *web.Form) (*web.FormPage, error) {
	c, person, err := p.found(q)
	page := &web.FormPage{Page: q.Page("Remove "+person.Name, p.crumbs(q, c)...), Form: form}
	page.Text = person.Email + " sees the licences of " + c.Name + " no more, but for those that name this address as their licensee."
	form.Submit, form.Cancel, form.Danger = "Remove", p.home(q), true
	return page, err
}

func (p *Pages) remove(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	customer, user, err := ids(q)
	if err != nil {
		return web.Done{}, err
	}
	person, err := p.People.Leave(t, p.By(q), customer, user)
	return web.Done{To: p.home(q), Say: web.Flash{Text: person.Name + " is removed."}}, err
}
