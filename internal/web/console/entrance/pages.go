package entrance

import (
	"context"
	"errors"
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/web"
)

// SignIn checks who comes in.
type SignIn interface {
	// Password fails with one Unauthenticated fault for whatever is wrong, and
	// with a Throttled one after too many tries.
	Password(ctx context.Context, vendor ident.VendorID, email, password string, v identity.Visit) (identity.SignedIn, error)
}

// Sessions ends sessions.
type Sessions interface {
	End(t tx.Tx, vendor ident.VendorID, token string) error
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	SignIn   SignIn
	Sessions Sessions
}

// Pages are the pages of the entrance.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.SignIn == nil || c.Sessions == nil {
		return nil, errors.New("entrance: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

const signingIn = "whoever is not signed in must be able to sign in"

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	routes := web.AskOwn(p.Face, "/sign-in", web.Access{Public: signingIn}, "form.html", p.askSignIn, p.signIn)
	return append(routes,
		web.Serve(p.Face, http.MethodPost, "/sign-out", web.Access{Public: "a session that has run out can be left too"}, p.signOut))
}

func (p *Pages) askSignIn(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Sign in"), Form: form}
	form.Submit = "Sign in"
	form.Add(web.Group{Fields: []web.Field{
		{Name: "email", Label: "E-mail", Kind: web.EmailField, Required: true, Complete: "username", Focus: true},
		{Name: "password", Label: "Password", Kind: web.PasswordField, Required: true, Complete: "current-password"},
		{Name: "next", Kind: web.HiddenField, Value: q.Text("next")},
	}})
	return page, nil
}

func (p *Pages) signIn(q *web.Request, v web.Values) (web.Done, error) {
	visit := identity.Visit{UserAgent: q.R.UserAgent()}
	if a := edge.ClientAddress(q.Context()); a.IsValid() {
		visit.Network, visit.Address = edge.Network(a), a.String()
	}
	if c, err := q.R.Cookie(p.Face.CookieName()); err == nil {
		visit.Token = c.Value
	}
	in, err := p.SignIn.Password(q.Context(), q.VendorID(), v.Text("email"), v.Get("password"), visit)
	if err != nil {
		return web.Done{}, err
	}
	q.SetCookie(p.Face.Cookie(q.Vendor.Slug, in.Token, identity.MaxAge))
	return web.Done{To: p.Face.SafeNext(q.Vendor.Slug, v.Text("next"))}, nil
}

func (p *Pages) signOut(w http.ResponseWriter, q *web.Request) error {
	if c, err := q.R.Cookie(p.Face.CookieName()); err == nil {
		if err := p.Face.Changes.Runner.Run(q.Context(), func(t tx.Tx) error { return p.Sessions.End(t, q.VendorID(), c.Value) }); err != nil {
			return err
		}
	}
	http.SetCookie(w, p.Face.Cookie(q.Vendor.Slug, "", 0))
	http.Redirect(w, q.R, q.Href("/sign-in"), http.StatusSeeOther)
	return nil
}
