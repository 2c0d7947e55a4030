package account

import (
	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

const passkeyCookie = "chancery_passkey"

func (p *Pages) passkey() []edge.Route {
	own := web.Needs(identity.OwnAccount)
	routes := web.AskOwn(p.Face, "/account/passkeys/new", own, "form.html", p.askPasskey, p.beginPasskey)
	routes = append(routes, web.Reveal(p.Face, "/account/passkeys/make", own, "passkey.html", p.askMake, p.make, "codes.html", showMade)...)
	return append(routes, web.AskOwn(p.Face, "/account/passkeys/{id}/remove", own, "form.html", p.askRemovePasskey, p.removePasskey)...)
}

// passkeyRow is one passkey as the page shows it.
type passkeyRow struct {
	Name    string
	Badge   web.Badge
	Made    web.Moment
	Used    web.Moment
	Never   bool
	Suspect bool
	Remove  string
}

// passkeyPage has the browser make a passkey.
type passkeyPage struct {
	web.Page

	Text    string
	Options string // what the authenticator is asked; empty when that is over
	Form    *web.Form
}

// proof is the field that asks who has not just signed in for the password. Who has
// none is told to sign in again.
func proof(q *web.Request) []web.Field {
	if s := q.Person.Session; s.Fresh(q.Now()) || !s.Person.HasPassword {
		return nil
	}
	return []web.Field{{
		Name: "password", Label: q.T("Your password"), Kind: web.PasswordField, Required: true, Complete: "current-password",
		Hint: q.T("You signed in a while ago, so this is asked for again."),
	}}
}

func (p *Pages) rows(q *web.Request, page *web.Page) ([]passkeyRow, error) {
	all, err := p.Passkeys.Of(q.Context(), q.VendorID(), q.Person.Session.Person)
	rows := make([]passkeyRow, len(all))
	for i, k := range all {
		rows[i] = passkeyRow{
			Name: k.Name, Made: page.Ago(k.CreatedAt), Badge: web.BadgeActive, Suspect: k.SuspectAt != nil, Never: k.UsedAt == nil,
			Remove: q.Href("/account/passkeys/" + k.UUID.String() + "/remove"),
		}
		if k.UsedAt != nil {
			rows[i].Used = page.Ago(*k.UsedAt)
		}
		if k.SuspectAt != nil {
			rows[i].Badge = web.BadgeSuspended
		}
	}
	return rows, err
}

func (p *Pages) askPasskey(q *web.Request, form *web.Form) (*web.FormPage, error) {
	if _, err := p.Site(q); err != nil {
		return nil, err
	}
	page := &web.FormPage{
		Page: q.Page(q.T("Make a passkey"), crumb(q)), Form: form,
		Text: q.T("It signs you in without a password, by fingerprint, face or PIN, and stands beside the password as a second factor. All your other sessions end."),
	}
	form.Submit, form.Cancel = q.T("Go on"), back(q)
	form.Add(web.Group{Fields: append([]web.Field{{
		Name: "name", Label: q.T("Name"), Required: true, Focus: true, Value: browser(q, q.R.UserAgent()), Hint: q.T("So that you know later which device it is on."),
	}}, proof(q)...)})
	return page, nil
}

func (p *Pages) beginPasskey(q *web.Request, v web.Values) (web.Done, error) {
	site, err := p.Site(q)
	if err != nil {
		return web.Done{}, err
	}
	token, err := p.Passkeys.Begin(q.Context(), q.VendorID(), q.Person.Session, site, v.Text("name"), v.Get("password"))
	if err != nil {
		return web.Done{}, err
	}
	q.SetCookie(q.Brief(passkeyCookie, token))
	return web.Done{To: q.Href("/account/passkeys/make")}, nil
}

func (p *Pages) askMake(q *web.Request, form *web.Form) (*passkeyPage, error) {
	page := &passkeyPage{Page: q.Page(q.T("Make a passkey"), crumb(q)), Form: form, Text: q.T("Your device asks for your fingerprint, your face or its PIN.")}
	options, err := p.Passkeys.Options(q.Context(), q.VendorID(), access.MakePasskey, q.Cookie(passkeyCookie))
	if fault.Is(err, "sign_in_stale") {
		page.Text = q.T("This has taken too long, or was finished already.")
		return page, nil
	}
	page.Options = string(options)
	return page, err
}

func (p *Pages) make(t tx.Tx, q *web.Request, v web.Values) (codes, error) {
	site, err := p.Site(q)
	if err != nil {
		return codes{}, err
	}
	all, err := p.Passkeys.Make(t, q.VendorID(), q.Person.Session, site, q.Cookie(passkeyCookie), []byte(v.Get("answer")))
	return codes{all}, err
}

func showMade(q *web.Request, made codes) (*codesPage, error) {
	if len(made.Codes) > 0 {
		page, err := showCodes(q, made)
		page.Sub = q.T("The passkey is made.") + " " + page.Sub
		return page, err
	}
	return &codesPage{Page: q.Page(q.T("The passkey is made"), crumb(q))}, nil
}

func (p *Pages) askRemovePasskey(q *web.Request, form *web.Form) (*web.FormPage, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	all, err := p.Passkeys.Of(q.Context(), q.VendorID(), q.Person.Session.Person)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.UUID == id {
			page := &web.FormPage{Page: q.Page(q.T("Remove “%s”", k.Name), crumb(q)), Form: form, Text: q.T("It signs you in no more. Remove it from the device too.")}
			if len(all) == 1 && !q.Person.Session.Person.HasTOTP {
				page.Text = q.T("It is your only second factor: your password alone signs you in afterwards, and the recovery codes stop working.")
			}
			form.Submit, form.Cancel, form.Danger = q.T("Remove it"), back(q), true
			if fields := proof(q); fields != nil {
				form.Add(web.Group{Fields: fields})
			}
			return page, nil
		}
	}
	return nil, fault.Missing("passkey")
}

func (p *Pages) removePasskey(q *web.Request, v web.Values) (web.Done, error) {
	id, err := q.ID("id")
	if err != nil {
		return web.Done{}, err
	}
	err = p.Passkeys.Remove(q.Context(), q.VendorID(), q.Person.Session, id, v.Get("password"))
	return web.Done{To: back(q), Say: web.Flash{Text: q.T("The passkey is removed.")}}, err
}
