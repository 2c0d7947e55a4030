package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/language"
	"chancery/internal/vendors"
)

// Sessions tells who a browser's session cookie belongs to.
type Sessions interface {
	// Authenticate fails with an Unauthenticated fault for a token that is unknown,
	// over or ended, and for one of another vendor.
	Authenticate(ctx context.Context, vendor ident.VendorID, token string) (identity.Principal, Person, error)
}

// Vendors finds vendors by the name in the address.
type Vendors interface {
	// BySlug fails with a NotFound fault when there is none.
	BySlug(ctx context.Context, slug string) (vendors.Vendor, error)
}

// Config is what a face needs; all of it is required, but for what says otherwise.
type Config struct {
	Name     string // "console": the first part of its addresses
	Assets   *Assets
	Sessions Sessions
	Vendors  Vendors
	Changes  edge.Changes
	Clock    ident.Clock
	IDs      ident.Source
	Secure   bool // browsers come over TLS: cookies say so

	// Nav is the navigation for who is signed in, of which only what is mounted
	// shows; active tells whether an address
	// below the face's base is the present page's.
	Nav func(p identity.Principal, base string, active func(path string) bool) []NavGroup

	// TestClock tells how far the test clock is ahead; nil where there is none. on is
	// false once there is none any more.
	TestClock func() (ahead time.Duration, on bool)

	Languages language.Catalogue // that pages can be had in; English alone when there are none

	// Branded pages are the vendor's in name, logo and colours; others are the server's.
	Branded bool
	Logos   Logos // where mails are shown, and on branded pages; else it may be nil

	// Docs is the address of the API's documentation for who reads a page on a host of a
	// vendor's own; empty where it is not known.
	Docs string

	Log    ChangeLog // who changed what; nil where nobody can tell
	Places Places    // where the pages of things are; none is required
}

// Face is a family of pages below /name/{vendor}: their surface, their templates,
// and what they share.
type Face struct {
	Config

	surface *edge.Surface
	base    *base
	made    *made
}

// made is what all areas of a face gather.
type made struct {
	views []*View
	pages map[string]bool                // the paths that can be opened, below the base
	needs map[string]identity.Permission // what each of them takes, by its pattern in paths
	paths *http.ServeMux
	err   error // the first template that can't be read
}

// NewFace makes a face without pages.
func NewFace(c Config) (*Face, error) {
	if c.Name == "" || c.Assets == nil || c.Sessions == nil || c.Vendors == nil || c.Changes.Runner == nil || c.Clock == nil ||
		c.IDs.Rand == nil || c.Nav == nil {
		return nil, errors.New("web: the configuration is incomplete")
	}
	f := &Face{Config: c, made: &made{pages: map[string]bool{}, needs: map[string]identity.Permission{}, paths: http.NewServeMux()}}
	var err error
	if f.base, err = newBase(c.Assets); err != nil {
		return nil, err
	}
	f.surface = &edge.Surface{
		Name: c.Name, Authenticate: f.authenticate, Problem: f.problem, Browser: true, Repeat: onceOf,
	}
	return f, nil
}

// Area is the same face with the templates of one of its areas: an embedded
// folder "templates".
func (f *Face) Area(templates fs.FS) (*Face, error) {
	area := *f
	var err error
	area.base, err = f.base.with(templates)
	return &area, err
}

// Err is the first template that could not be read.
func (f *Face) Err() error { return f.made.err }

// Views are all templates with the type that each shows; a test checks them.
func (f *Face) Views() []*View { return f.made.views }

// Has reports whether there is a page at a pattern below the face.
func (f *Face) Has(path string) bool { return f.made.pages[path] }

// Path is the pattern of an address below the face: "/licenses/{id}".
func (f *Face) Path(below string) string { return "/" + f.Name + "/{vendor}" + below }

// Base is the address of the face at a vendor.
func (f *Face) Base(slug string) string { return "/" + f.Name + "/" + slug }

// CookieName is the session cookie's name.
func (f *Face) CookieName() string { return "chancery_" + f.Name }

// Cookie carries a session of this vendor to its pages and to no other's. With an
// empty token it takes the session away.
func (f *Face) Cookie(slug, token string, age time.Duration) *http.Cookie {
	return f.cookie(f.CookieName(), token, f.Base(slug), age)
}

func (f *Face) authenticate(r *http.Request) (identity.Principal, error) {
	q, err := f.request(r)
	if err != nil {
		return identity.Principal{}, err
	}
	cookie, err := r.Cookie(f.CookieName())
	if err != nil {
		return identity.Principal{}, errSignedOut()
	}
	p, person, err := f.Sessions.Authenticate(r.Context(), q.Vendor.ID, cookie.Value)
	if err != nil {
		return identity.Principal{}, err
	}
	if p.Vendor != q.Vendor.ID {
		return identity.Principal{}, errSignedOut()
	}
	q.Principal, q.Person, q.language = p, &person, nil
	return p, nil
}

func errSignedOut() *fault.Error {
	return &fault.Error{Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in.", Help: "Sign in to go on."}
}

// problem shows an error as a page. Who is not signed in is asked to, and comes
// back to the page that was asked for.
func (f *Face) problem(w http.ResponseWriter, r *http.Request, err error) {
	q, unknown := f.request(r)
	if f.redirectMoved(w, r, unknown) {
		return
	}
	if fault.As(err).Kind == fault.Unauthenticated && unknown == nil {
		to := q.Href("/sign-in")
		switch here := strings.TrimPrefix(r.URL.RequestURI(), q.Base); {
		case r.Method == http.MethodGet:
			to += "?next=" + url.QueryEscape(here)
		case f.made.pages[strings.TrimPrefix(r.Pattern, r.Method+" "+f.Path(""))]: // the form that was sent
			here, _, _ = strings.Cut(here, "?")
			to += "?next=" + url.QueryEscape(here)
		}
		if r.Method != http.MethodGet {
			f.setFlash(w, q.Base, &Flash{Text: q.T("You were signed out meanwhile, so nothing was changed. Sign in, and send it again."), Tone: Warning})
		}
		if r.Header.Get("Chancery-Dialogue") != "" { // which would read what is said once
			w.Header().Set("Chancery-To", to)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if r.Header.Get("Hx-Request") != "" {
			w.Header().Set("Hx-Redirect", to)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // it begins with the face's own base
		return
	}
	if unknown != nil {
		q = &Request{R: r, face: f}
	}
	p := edge.ProblemOf(err, edge.RequestID(r.Context()))
	edge.RetryAfter(w.Header(), err)
	said := q.Language().Said
	title := said(p.Title)
	switch e := fault.As(err); { // what is said to programs is no help here
	case e.Kind == fault.NotFound:
		title, p.Detail, p.Help = q.T("Not found"), said(british(p.Detail)), q.T("Check the address, or search; it may be gone.")
	case e.Code == edge.PermissionMissing:
		title, p.Detail = q.T("Not allowed"), q.T("Your role does not allow this.")
		p.Help = q.T("Ask somebody who manages the team, if you need it.")
	case len(p.Errors) > 0 && e.Kind == fault.Invalid:
		p.Detail, p.Help = q.T("The server can't do anything with this as it is."), q.T("Go back, correct it, and try again.")
	default:
		p.Detail, p.Help = q.Language().Fault(p.Code, p.Detail, p.Help)
	}
	page := &problemPage{Page: q.Page(title), Problem: p}
	f.write(w, p.Status, f.base.problem, page)
}

type problemPage struct {
	Page

	Problem edge.Problem
}

// onceOf is the key of a form, from its address.
func onceOf(r *http.Request) string {
	_, query, _ := strings.Cut(r.URL.RequestURI(), "?")
	if query == "" {
		return ""
	}
	return r.URL.Query().Get("once")
}

// maxNext is how long an address below the face may be that a browser carries through
// a sign-in, in bytes: cookies hold 4,096 in all.
const maxNext = 1000

// SafeNext is where to go after signing in: an address below the face, or the
// face's first page. Nothing leads elsewhere.
func (q *Request) SafeNext(next string) string {
	base := q.Base
	if next == "" || len(next) > maxNext || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return base + "/"
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || strings.Contains(u.Path, "..") || strings.HasPrefix(u.Path, "/sign-") {
		return base + "/"
	}
	return base + next
}
