package entrance

import (
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/web"
)

// stepCookie carries a sign-in that is half done.
const stepCookie = "chancery_step"

func (p *Pages) factor() []edge.Route {
	who := web.Access{Public: "the password was right, and nobody is signed in yet"}
	return web.AskOwn(p.Face, "/second-factor", who, "sign_in.html", p.askFactor, p.checkFactor)
}

func (p *Pages) askFactor(q *web.Request, form *web.Form) (*signInPage, error) {
	page := &signInPage{
		Page: q.Page(q.T("Second factor")), Form: form,
		Text: q.T("Enter what your authenticator app shows now, or one of your recovery codes."),
	}
	next := q.Text("next")
	if sent, ok := form.Sent("next"); ok {
		next = sent
	}
	passkey, app, err := p.Passkeys.Offered(q.Context(), q.VendorID(), q.Cookie(stepCookie))
	if err != nil && !fault.Is(err, "sign_in_stale") { // the answer says so
		return nil, err
	}
	if passkey {
		page.Passkey = &way{Label: q.T("Use your passkey"), Action: q.Href("/second-factor/passkey/begin"), Next: next}
		page.Text = q.T("Use your passkey, or enter what your authenticator app shows now, or one of your recovery codes.")
		if !app {
			page.Text = q.T("Use your passkey, or enter one of your recovery codes.")
		}
	}
	form.Submit, form.Cancel = q.T("Sign in"), q.Href("/sign-in")
	form.Add(web.Group{Fields: []web.Field{
		{Name: "code", Label: q.T("Code"), Required: true, Complete: "one-time-code", Mono: true, Focus: true},
		{Name: "next", Kind: web.HiddenField, Value: next},
	}})
	return page, nil
}

func (p *Pages) checkFactor(q *web.Request, v web.Values) (web.Done, error) {
	step := q.Cookie(stepCookie)
	if step == "" {
		return web.Done{To: q.Href("/sign-in")}, nil // nobody is half signed in: begin again
	}
	visit := p.visit(q)
	in, err := p.SignIn.SecondFactor(q.Context(), q.VendorID(), step, v.Get("code"), visit)
	if fault.Is(err, "sign_in_stale") {
		e := fault.As(err)
		return web.Done{To: q.Href("/sign-in"), Say: web.Flash{Text: q.Language().Said(e.Message) + " " + q.Language().Said(e.Help), Tone: web.Warning}}, nil
	}
	if err != nil {
		return web.Done{}, err
	}
	q.SetCookie(q.Brief(stepCookie, ""))
	q.SetCookie(p.letIn(q, in, visit)...)
	return web.Done{To: q.SafeNext(v.Text("next"))}, nil
}
