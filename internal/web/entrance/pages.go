package entrance

import (
	"context"
	"embed"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"chancery/internal/access"
	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// SignIn checks who comes in.
type SignIn interface {
	// Password fails with one Unauthenticated fault for whatever is wrong, and
	// with a Throttled one after too many tries.
	Password(ctx context.Context, vendor ident.VendorID, email, password string, v access.Visit) (access.SignedIn, error)

	// SecondFactor finishes a sign-in for which Password gave a step.
	SecondFactor(ctx context.Context, vendor ident.VendorID, step, code string, v access.Visit) (access.SignedIn, error)
}

// Links recovers passwords and lets the invited in.
type Links interface {
	Forgot(ctx context.Context, vendor ident.VendorID, email string, v access.Visit) error
	Look(ctx context.Context, vendor ident.VendorID, token string) (access.Link, error)
	Reset(ctx context.Context, vendor ident.VendorID, token, password string, v access.Visit) (access.Person, error)
}

// Addresses confirms new addresses of people.
type Addresses interface {
	Look(ctx context.Context, vendor ident.VendorID, token string) (access.Link, error)
	Confirm(ctx context.Context, vendor ident.VendorID, token string) (access.Person, error)
}

// Sessions ends sessions.
type Sessions interface {
	End(t tx.Tx, vendor ident.VendorID, token string) error
}

// Passkeys signs in with passkeys. What has run out, or was used, is sign_in_stale.
type Passkeys interface {
	Ask(ctx context.Context, vendor ident.VendorID, site access.Site) (token string, err error)
	AskConfirm(ctx context.Context, vendor ident.VendorID, site access.Site, step string) (token string, err error)
	Offered(ctx context.Context, vendor ident.VendorID, step string) (passkey, app bool, err error)
	Options(ctx context.Context, vendor ident.VendorID, kind access.CeremonyKind, token string) ([]byte, error)
	SignIn(ctx context.Context, vendor ident.VendorID, site access.Site, token string, answer []byte, v access.Visit) (access.SignedIn, error)
	Confirm(
		ctx context.Context, vendor ident.VendorID, site access.Site, step, token string, answer []byte, v access.Visit,
	) (access.SignedIn, error)
}

// Providers signs in with the vendor's OpenID provider.
type Providers interface {
	Offered(ctx context.Context, vendor ident.VendorID) (access.Provider, bool, error)
	Depart(ctx context.Context, vendor ident.VendorID, j access.Journey) (access.Departure, error)
	Arrive(ctx context.Context, vendor ident.VendorID, r access.Return, v access.Visit) (access.Arrived, error)
}

// Vendors finds where somebody signs in.
type Vendors interface {
	// BySlug fails with vendor_not_found.
	BySlug(ctx context.Context, slug string) (vendors.Vendor, error)

	// Sole gives the only vendor; ok is false when there is none, or another.
	Sole(ctx context.Context) (v vendors.Vendor, ok bool, err error)
	Any(ctx context.Context) (bool, error) // whether there is a vendor at all
}

// Config is what the pages need; all of it but Stops, Mails, Front and Elsewhere is required.
type Config struct {
	Face      *web.Face
	SignIn    SignIn
	Links     Links
	Addresses Addresses
	Sessions  Sessions
	Passkeys  Passkeys
	Providers Providers
	Vendors   Vendors
	Stops     Stops // nil on a face whose people get no mails that one can choose
	Mails     bool  // the server mails links: it has SMTP, and knows its address
	Front     bool  // the server's own first address leads to this face

	// Elsewhere are other faces of the vendor at which somebody may have meant to sign
	// in, by their names; nil for none.
	Elsewhere map[string]string

	// Site is the server as browsers bind passkeys to it; Address is the face
	// at the vendor as browsers are sent back to it. Each fails, with what to do, where
	// that is not known.
	Site    func(q *web.Request) (access.Site, error)
	Address func(q *web.Request) (string, error)
}

// Pages are the pages of the entrance.
type Pages struct {
	Config

	findView *web.View
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.SignIn == nil || c.Links == nil || c.Addresses == nil || c.Sessions == nil || c.Passkeys == nil ||
		c.Providers == nil || c.Vendors == nil || c.Site == nil || c.Address == nil {
		return nil, errors.New("entrance: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c, findView: web.ViewOf[*findPage](c.Face, "find.html")}, err
}

const signingIn = "whoever is not signed in must be able to sign in"

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	routes := web.AskOwn(p.Face, "/sign-in", web.Access{Public: signingIn}, "sign_in.html", p.askSignIn, p.signIn)
	routes = append(routes, p.factor()...)
	routes = append(routes, p.passkeys()...)
	routes = append(routes, p.provider()...)
	routes = append(routes, p.recovery()...)
	routes = append(routes, p.newAddress()...)
	routes = append(routes, p.stop()...)
	routes = append(routes, p.find()...)
	return append(routes,
		web.Serve(p.Face, http.MethodPost, "/sign-out", web.Access{Public: "a session that has run out can be left too"}, p.signOut))
}

// way is another way to sign in.
type way struct {
	Label  string
	Href   string // of a link
	Action string // of a button
	Next   string
}

// signInPage asks who comes, and shows the other ways in below.
type signInPage struct {
	web.Page

	Text     string
	Form     *web.Form
	Passkey  *way
	Provider *way
}

// ways offers what works here.
func (p *Pages) ways(q *web.Request, page *signInPage, next string) error {
	if _, err := p.Site(q); err == nil {
		page.Passkey = &way{Label: q.T("Sign in with a passkey"), Action: q.Href("/sign-in/passkey/begin"), Next: next}
	}
	one, offered, err := p.Providers.Offered(q.Context(), q.VendorID())
	if offered {
		page.Provider = &way{Label: q.T("Sign in with %s", one.Label), Href: q.Href("/sign-in/provider?next=" + url.QueryEscape(next))}
	}
	return err
}

func (p *Pages) askSignIn(q *web.Request, form *web.Form) (*signInPage, error) {
	page := &signInPage{Page: q.Page(q.T("Sign in")), Form: form}
	next := q.Text("next")
	if sent, ok := form.Sent("next"); ok {
		next = sent
	}
	if err := p.ways(q, page, next); err != nil {
		return nil, err
	}
	form.Submit = q.T("Sign in")
	form.Links = append([]web.Link{{Label: q.T("Forgot password"), Href: q.Href("/forgot")}}, p.elsewhere(q)...)
	form.Add(web.Group{Fields: []web.Field{
		{Name: "email", Label: q.T("E-mail"), Kind: web.EmailField, Required: true, Complete: "username", Focus: true},
		{Name: "password", Label: q.T("Password"), Kind: web.PasswordField, Required: true, Complete: "current-password"},
		{Name: "next", Kind: web.HiddenField, Value: q.Text("next")},
	}})
	return page, nil
}

// elsewhere leads to other faces of the vendor.
func (p *Pages) elsewhere(q *web.Request) []web.Link {
	links := make([]web.Link, 0, len(p.Elsewhere))
	for _, name := range slices.Sorted(maps.Keys(p.Elsewhere)) {
		links = append(links, web.Link{Label: p.Elsewhere[name], Href: "/" + name + "/" + q.Vendor.Slug + "/sign-in"})
	}
	return links
}

func (p *Pages) signIn(q *web.Request, v web.Values) (web.Done, error) {
	visit := p.visit(q)
	in, err := p.SignIn.Password(q.Context(), q.VendorID(), v.Text("email"), v.Get("password"), visit)
	if err != nil {
		return web.Done{}, err
	}
	if in.Due() {
		q.SetCookie(q.Brief(stepCookie, in.Step))
		return web.Done{To: q.Href("/second-factor?next=" + url.QueryEscape(v.Text("next")))}, nil
	}
	q.SetCookie(p.letIn(q, in, visit)...)
	return web.Done{To: q.SafeNext(v.Text("next"))}, nil
}

// browserCookie is a secret of the browser's own. Where it has signed in before, tries
// that somebody else makes elsewhere do not lock it out.
const (
	browserCookie = "chancery_browser"
	browserAge    = 400 * 24 * time.Hour // the longest that browsers keep
	browserBytes  = 32
)

// visit is the browser as sign-in wants it.
func (p *Pages) visit(q *web.Request) access.Visit {
	visit := access.Visit{Face: access.Face(p.Face.Name), UserAgent: q.R.UserAgent(), Browser: q.Cookie(browserCookie), Token: q.Cookie(p.Face.CookieName())}
	if a := edge.ClientAddress(q.Context()); a.IsValid() {
		visit.Networks, visit.Address = budget.Networks(a), a.String()
	}
	if secret, err := base64.RawURLEncoding.DecodeString(visit.Browser); err != nil || len(secret) != browserBytes {
		visit.Browser = base64.RawURLEncoding.EncodeToString(p.Face.IDs.Secret(browserBytes))
	}
	return visit
}

// letIn are the cookies of a browser that has signed in.
func (p *Pages) letIn(q *web.Request, in access.SignedIn, v access.Visit) []*http.Cookie {
	return []*http.Cookie{q.SessionCookie(in.Token, access.MaxAge), q.Lasting(browserCookie, v.Browser, browserAge)}
}

func (p *Pages) signOut(w http.ResponseWriter, q *web.Request) error {
	v, err := q.Form()
	if err != nil {
		return err
	}
	if token := q.Cookie(p.Face.CookieName()); token != "" {
		if err := p.Face.Changes.Runner.Run(q.Context(), func(t tx.Tx) error { return p.Sessions.End(t, q.VendorID(), token) }); err != nil {
			return err
		}
	}
	http.SetCookie(w, q.SessionCookie("", 0))
	to := q.Href("/sign-in")
	if next := v.Text("next"); next != "" { // a link that is for somebody else
		to = q.SafeNext(next)
	}
	http.Redirect(w, q.R, to, http.StatusSeeOther)
	return nil
}
