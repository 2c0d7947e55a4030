package entrance

import (
	"net/http"
	"net/url"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/web"
)

// ceremonyCookie binds what was begun with an authenticator or at a provider to
// the browser that began it.
const (
	passkeyCookie  = "chancery_passkey"
	providerCookie = "chancery_provider"
)

func (p *Pages) passkeys() []edge.Route {
	who := web.Access{Public: signingIn}
	half := web.Access{Public: "the password was right, and nobody is signed in yet"}
	routes := []edge.Route{
		web.Serve(p.Face, http.MethodPost, "/sign-in/passkey/begin", who, p.beginPasskey),
		web.Serve(p.Face, http.MethodPost, "/second-factor/passkey/begin", half, p.beginConfirm),
	}
	routes = append(routes, web.AskOwn(p.Face, "/sign-in/passkey", who, "passkey.html", p.askPasskey, p.usePasskey)...)
	return append(routes, web.AskOwn(p.Face, "/second-factor/passkey", half, "passkey.html", p.askConfirm, p.confirm)...)
}

// passkeyPage has the browser ask its authenticator.
type passkeyPage struct {
	web.Page

	Text    string
	Options string // what the authenticator is asked; empty when that is over
	Again   string // where a new one is begun
	Back    string
	Next    string
	Form    *web.Form
}

// begin begins a ceremony and leads to the page that asks the authenticator.
func (p *Pages) begin(w http.ResponseWriter, q *web.Request, to string, ask func(site access.Site) (string, error)) error {
	site, err := p.Site(q)
	if err != nil {
		return err
	}
	next := q.R.PostFormValue("next")
	token, err := ask(site)
	if fault.Is(err, "sign_in_stale") {
		http.Redirect(w, q.R, q.Href("/sign-in"), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, q.Brief(passkeyCookie, token))
	http.Redirect(w, q.R, q.Href(to+"?next="+url.QueryEscape(next)), http.StatusSeeOther)
	return nil
}

func (p *Pages) beginPasskey(w http.ResponseWriter, q *web.Request) error {
	return p.begin(w, q, "/sign-in/passkey", func(site access.Site) (string, error) {
		return p.Passkeys.Ask(q.Context(), q.VendorID(), site)
	})
}

func (p *Pages) beginConfirm(w http.ResponseWriter, q *web.Request) error {
	return p.begin(w, q, "/second-factor/passkey", func(site access.Site) (string, error) {
		return p.Passkeys.AskConfirm(q.Context(), q.VendorID(), site, q.Cookie(stepCookie))
	})
}

func (p *Pages) showPasskey(q *web.Request, form *web.Form, kind access.CeremonyKind, again, back string) (*passkeyPage, error) {
	page := &passkeyPage{Page: q.Page(q.T("Use your passkey")), Form: form, Again: q.Href(again), Back: q.Href(back), Next: q.Text("next")}
	if next, sent := form.Sent("next"); sent {
		page.Next = next
	}
	page.Text = q.T("Your device asks for your fingerprint, your face or its PIN.")
	options, err := p.Passkeys.Options(q.Context(), q.VendorID(), kind, q.Cookie(passkeyCookie))
	if fault.Is(err, "sign_in_stale") {
		page.Text = q.T("A new try is needed: each is good once, for ten minutes.")
		return page, nil
	}
	page.Options = string(options)
	return page, err
}

func (p *Pages) askPasskey(q *web.Request, form *web.Form) (*passkeyPage, error) {
	return p.showPasskey(q, form, access.UsePasskey, "/sign-in/passkey/begin", "/sign-in")
}

func (p *Pages) askConfirm(q *web.Request, form *web.Form) (*passkeyPage, error) {
	return p.showPasskey(q, form, access.ConfirmPasskey, "/second-factor/passkey/begin", "/second-factor")
}

func (p *Pages) usePasskey(q *web.Request, v web.Values) (web.Done, error) {
	site, err := p.Site(q)
	if err != nil {
		return web.Done{}, err
	}
	visit := p.visit(q)
	in, err := p.Passkeys.SignIn(q.Context(), q.VendorID(), site, q.Cookie(passkeyCookie), []byte(v.Get("answer")), visit)
	return p.entered(q, v, in, visit, err)
}

func (p *Pages) confirm(q *web.Request, v web.Values) (web.Done, error) {
	site, err := p.Site(q)
	if err != nil {
		return web.Done{}, err
	}
	visit := p.visit(q)
	in, err := p.Passkeys.Confirm(q.Context(), q.VendorID(), site, q.Cookie(stepCookie), q.Cookie(passkeyCookie), []byte(v.Get("answer")), visit)
	if err == nil {
		q.SetCookie(q.Brief(stepCookie, ""))
	}
	return p.entered(q, v, in, visit, err)
}

func (p *Pages) entered(q *web.Request, v web.Values, in access.SignedIn, visit access.Visit, err error) (web.Done, error) {
	if err != nil {
		return web.Done{}, err
	}
	q.SetCookie(q.Brief(passkeyCookie, ""))
	q.SetCookie(p.letIn(q, in, visit)...)
	return web.Done{To: q.SafeNext(v.Text("next"))}, nil
}
