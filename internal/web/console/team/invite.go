package team

import (
	"strings"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// invited is what an invitation ends in; its link is shown this once.
type invited struct {
	Email string `json:"email"`
	Link  string `json:"link"`
}

func (p *Pages) invitations() []edge.Route {
	routes := web.Reveal(p.Face, "/settings/team/invite", who(), "form.html", p.askInvite, p.invite, "form.html", p.showInvited)
	return append(routes, web.Reveal(p.Face, "/settings/team/{id}/invite", who(), "form.html", p.askAgain, p.inviteAgain, "form.html", p.showInvited)...)
}

func (p *Pages) askInvite(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Invite somebody", crumb(q)), Form: form}
	page.Text = "A mail goes out with a link that is good for seven days. You may only give what you may do yourself."
	submit := "Send the invitation"
	if !p.Mails {
		page.Text = "This server mails no links: you get a link that is good for seven days, and hand it over. You may only give what you may do yourself."
		submit = "Make the invitation"
	}
	options, err := p.grantable(q)
	form.Submit, form.Cancel = submit, home(q)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "email", Label: "E-mail", Kind: web.EmailField, Required: true, Focus: true},
		{Name: "name", Label: "Name", Hint: "The address, where this is left empty."},
		{Name: "role", Label: "Role", Kind: web.RadioField, Options: options, Value: identity.Viewer, Required: true},
	}})
	return page, err
}

func (p *Pages) invite(t tx.Tx, q *web.Request, v web.Values) (invited, error) {
	v.Check(v.Get("role") != "", "role", "must be chosen")
	if err := v.Err(); err != nil {
		return invited{}, err
	}
	_, letter, err := p.Invitations.Invite(t, q.Principal, identity.NewUser{Email: v.Text("email"), Name: v.Text("name"), Role: v.Get("role")})
	return p.invitedBy(q, letter), err
}

func (p *Pages) askAgain(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	u, err := p.UserRows.ByUUID(q.Context(), q.VendorID(), id)
	page := &web.FormPage{Page: q.Page("Invite again", crumb(q)), Form: form}
	page.Text = "A new link goes to " + u.Email + "; the one sent before stops working."
	form.Submit, form.Cancel = "Send a new link", q.Href("/settings/team/"+id.String())
	if !p.Mails {
		page.Text = "This server mails no links: you get a new link for " + u.Email + ", and hand it over; the one before stops working."
		form.Submit = "Make a new link"
	}
	return page, err
}

func (p *Pages) inviteAgain(t tx.Tx, q *web.Request, _ web.Values) (invited, error) {
	id, err := q.ID("id")
	if err != nil {
		return invited{}, err
	}
	_, letter, err := p.Invitations.InviteAgain(t, q.Principal, id)
	return p.invitedBy(q, letter), err
}

// invitedBy tells the whole link, so that it can be handed over as it is; where nobody
// knows the server's address, what follows it.
func (p *Pages) invitedBy(q *web.Request, l access.Letter) invited {
	made := invited{Email: l.Person.Email, Link: q.Href("/reset?token=" + l.Secret)}
	if address, err := p.Address(q); err == nil {
		made.Link = address + "/reset?token=" + l.Secret
	}
	return made
}

// showInvited shows the link once, for where no mail is set up.
func (p *Pages) showInvited(q *web.Request, made invited) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Invited", crumb(q)), Form: &web.Form{}}
	page.Say = &web.Flash{Text: "The invitation is on its way to " + made.Email + ".", Tone: web.Good}
	page.Text = "Where mail does not arrive, hand this link over yourself. It is shown this once, and works once."
	if !p.Mails {
		page.Say = &web.Flash{Text: "This server mails no links: hand the link to " + made.Email + " yourself.", Tone: web.Warning}
		page.Text = "It is shown this once, and works once."
	}
	if strings.HasPrefix(made.Link, "/") {
		page.Text += " Put the address of this server before it."
	}
	page.Facts = page.Page.Facts(web.Fact{Label: "Link", Cell: web.Cell{Text: made.Link, Copy: made.Link, Mono: true}})
	page.Form = &web.Form{Action: home(q), Submit: "Back to the team", Get: true}
	return page, nil
}
