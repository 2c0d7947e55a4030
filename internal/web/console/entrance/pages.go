package entrance

import (
	"context"
	"errors"
	"net/http"
	"net/url"

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

	// SecondFactor finishes a sign-in for which Password gave a step.
	SecondFactor(ctx context.Context, vendor ident.VendorID, step, code string, v identity.Visit) (identity.SignedIn, error)
}

// Links recovers passwords and lets the invited in.
type Links interface {
	Forgot(ctx context.Context, vendor ident.VendorID, email string, v identity.Visit) error
	Look(ctx context.Context, vendor ident.VendorID, token string) (identity.Link, error)
	Reset(ctx context.Context, vendor ident.VendorID, token, password string) (identity.User, error)
}

// Sessions ends sessions.
type Sessions interface {
	End(t tx.Tx, vendor ident.VendorID, token string) error
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	SignIn   SignIn
	Links    Links
	Sessions Sessions
}

// Pages are the pages of the entrance.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.SignIn == nil || c.Links == nil || c.Sessions == nil {
		return nil, errors.New("entrance: the configuration is incomplete")
	}
	return &Pages{c}, nil
}

const signingIn = "whoever is not signed in must be able to sign in"

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	routes := web.AskOwn(p.Face, "/sign-in", web.Access{Public: signingIn}, "form.html", p.askSignIn, p.signIn)
	routes = append(routes, p.factor()...)
	routes = append(routes, p.recovery()...)
	return append(routes,
		web.Serve(p.Face, http.MethodPost, "/sign-out", web.Access{Public: "a session that has run out can be left too"}, p.signOut))
}

func (p *Pages) askSignIn(q *web.Request, form *web.Form) (*web.FormPage, error) {
	page := &web.FormPage{Page: q.Page("Sign in"), Form: form}
	form.Submit = "Sign in"
	form.Links = []web.Link{{Label: "Forgot password?", Href: q.Href("/forgot")}}
	form.Add(web.Group{Fields: []web.Field{
		{Name: "email", Label: "E-mail", Kind: web.EmailField, Required: true, Complete: "username", Focus: true},
		{Name: "password", Label: "Password", Kind: web.PasswordField, Required: true, Complete: "current-password"},
		{Name: "next", Kind: web.HiddenField, Value: q.Text("next")},
	}})
	return page, nil
}

func (p *Pages) signIn(q *web.Request, v web.Values) (web.Done, error) {
	in, err := p.SignIn.Password(q.Context(), q.VendorID(), v.Text("email"), v.Get("password"), p.visit(q))
	if err != nil {
		return web.Done{}, err
	}
	if in.Due() {
		p.setStep(q, in.Step, stepAge)
		return web.Done{To: q.Href("/second-factor?next=" + url.QueryEscape(v.Text("next")))}, nil
	}
	q.SetCookie(p.Face.Cookie(q.Vendor.Slug, in.Token, identity.MaxAge))
	return web.Done{To: p.Face.SafeNext(q.Vendor.Slug, v.Text("next"))}, nil
}

// visit is the browser as sign-in wants it.
func (p *Pages) visit(q *web.Request) identity.Visit {
	visit := identity.Visit{UserAgent: q.R.UserAgent()}
	if a := edge.ClientAddress(q.Context()); a.IsValid() {
		visit.Network, visit.Address = edge.Network(a), a.String()
	}
	if c, err := q.R.Cookie(p.Face.CookieName()); err == nil {
		visit.Token = c.Value
	}
	return visit
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
