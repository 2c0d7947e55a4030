package account

import (
	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

func (p *Pages) address() []edge.Route {
	own := web.Needs(identity.OwnAccount)
	routes := []edge.Route{web.Act(p.Face, "/account/email/cancel", own, back, p.cancelAddress)}
	return append(routes, web.AskOwn(p.Face, "/account/email", own, "form.html", p.askAddress, p.changeAddress)...)
}

func (p *Pages) askAddress(q *web.Request, form *web.Form) (*web.FormPage, error) {
	person := q.Person.Session.Person
	page := &web.FormPage{Page: q.Page("Change your address", crumb(q)), Form: form}
	page.Text = "A mail goes to the new address, and the link in it confirms it. Until then " + person.Email + " counts, which is told, too."
	if !p.Mails {
		page.Notices = append(page.Notices, web.Notice{
			Tone: web.Warning, Title: "This server mails no links.", Text: "None will arrive, so your address can't be changed here.",
		})
	}
	form.Submit, form.Cancel = "Send the mail", back(q)
	fields := []web.Field{{Name: "email", Label: "New e-mail", Kind: web.EmailField, Required: true, Focus: true, Complete: "email"}}
	switch {
	case person.HasPassword:
		fields = append(fields, web.Field{
			Name: "password", Label: "Your password", Kind: web.PasswordField, Required: true, Complete: "current-password",
		})
	case person.HasTOTP:
		fields = append(fields, web.Field{
			Name: "code", Label: "Code", Required: true, Complete: "one-time-code", Hint: "What your authenticator app shows, or a recovery code.",
		})
	}
	form.Add(web.Group{Fields: fields})
	return page, nil
}

func (p *Pages) changeAddress(q *web.Request, v web.Values) (web.Done, error) {
	err := p.Addresses.Ask(q.Context(), q.VendorID(), q.Person.Session, v.Text("email"), access.Proof{Password: v.Get("password"), Code: v.Text("code")})
	return web.Done{To: back(q), Say: web.Flash{Text: "A mail is on its way to the new address. Its link confirms it, within a day."}}, err
}

func (p *Pages) cancelAddress(t tx.Tx, q *web.Request, _ web.Values) (web.Done, error) {
	return web.Done{To: back(q), Say: web.Flash{Text: "Your address stays as it is."}}, p.Addresses.Cancel(t, q.VendorID(), q.Person.Session.Person)
}
