package account

import (
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) address() []edge.Route {
	own := web.Needs(identity.OwnAccount)
	routes := web.AskOwn(p.Face, "/account/email", own, "form.html", p.askAddress, p.changeAddress)
	return append(routes, web.Act(p.Face, "/account/email/cancel", own, back, p.cancelAddress))
}

func (p *Pages) askAddress(q *web.Request, form *web.Form) (*web.FormPage, error) {
	person := q.Person.Session.Person
	page := &web.FormPage{Page: q.Page(q.T("Change your address"), crumb(q)), Form: form}
	page.Text = q.T("A mail goes to the new address, and the link in it confirms it. Until then %s counts, which is told, too.", person.Email)
	if !p.Mails {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: q.T("This server mails no links."), Text: q.T("None will arrive, so your address can't be changed here."),
		})
	}
	form.Submit, form.Cancel = q.T("Send the mail"), back(q)
	form.Add(web.Group{Fields: append([]web.Field{
		{Name: "email", Label: q.T("New e-mail"), Kind: web.EmailField, Required: true, Focus: true, Complete: "email"},
	}, web.ProofFields(q)...)})
	return page, nil
}

func (p *Pages) changeAddress(q *web.Request, v web.Values) (web.Done, error) {
	err := p.Addresses.Ask(q.Context(), q.VendorID(), q.Person.Session, v.Text("email"), web.ProofOf(v))
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("A mail is on its way to the new address. Its link confirms it, within a day.")}}, err
}

func (p *Pages) cancelAddress(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("Your address stays as it is.")}}, p.Addresses.Cancel(t, q.VendorID(), q.Person.Session.Person)
}
