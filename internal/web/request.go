package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/language"
	"chancery/internal/owners"
	"chancery/internal/testclock"
	"chancery/internal/vendors"
	"chancery/internal/visible"
)

// Request is one request for a page.
type Request struct {
	R         *http.Request
	Vendor    vendors.Vendor
	Principal identity.Principal // zero on public pages
	Person    *Person            // nil on public pages
	Base      string             // /console/acme; on a host of the vendor's own /portal
	Host      string             // of the vendor's own that the request was sent to; empty for the server's

	face    *Face
	say     *Flash
	moved   string // the base that the vendor's pages have from now on; empty for the same
	cookies []*http.Cookie

	language *language.Language // see Language
}

type requestKey struct{}

// request finds the vendor of an address, once for a request.
func (f *Face) request(r *http.Request) (*Request, error) {
	if q, ok := r.Context().Value(requestKey{}).(*Request); ok {
		return q, nil
	}
	slug := r.PathValue("vendor")
	v, err := f.vendor(r.Context(), slug)
	if err != nil {
		return nil, err
	}
	if v.Slug != slug {
		return nil, errMoved(v.Slug)
	}
	base, host := f.Base(v.Slug), ""
	if h, own := r.Context().Value(hostKey{}).(hosted); own {
		host, base, r.URL = h.host, "/"+f.Name, h.asked
	}
	if strings.Contains(r.URL.RawQuery, "%E2%80%B9U%2B") { // a field of a search or a filter has held a mark
		given := r.URL.Query()
		for _, values := range given {
			for i := range values {
				values[i] = visible.Back(values[i])
			}
		}
		r.URL.RawQuery = given.Encode()
	}
	q := &Request{R: r, Vendor: v, Base: base, Host: host, face: f}
	*r = *r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
	q.R = r
	return q, nil
}

// Context is the request's.
func (q *Request) Context() context.Context { return q.R.Context() }

// VendorID is the vendor whose data the page may show.
func (q *Request) VendorID() ident.VendorID { return q.Vendor.ID }

// Reach is what of the vendor's licences is within reach of who is signed in to the
// portal; nothing is for anybody else. All that areas of the portal read and change they
// name by it.
func (q *Request) Reach() owners.Reach {
	if q.Person == nil {
		return owners.Reach{}
	}
	return q.Person.Reach
}

// May reports whether who is signed in has a permission.
func (q *Request) May(p identity.Permission) bool { return q.Principal.May(p) }

// ID is an id in the address. One that is none is like one that does not exist.
func (q *Request) ID(name string) (ident.UUID, error) {
	id, err := ident.ParseUUID(q.R.PathValue(name))
	if err != nil {
		return ident.UUID{}, &fault.Error{
			Kind: fault.NotFound, Code: "not_found", Message: "There is nothing at this address.", Help: "Check the address, or search.",
		}
	}
	return id, nil
}

// Text is a parameter of the address, as entry.Line reads what people search for.
func (q *Request) Text(name string) string { return entry.Line(q.R.URL.Query().Get(name)) }

// Href is an address below the face.
func (q *Request) Href(below string) string { return q.Base + below }

// MayOpen reports whether a link leads whoever is signed in to a page that their
// role allows. Addresses that are no page of this face are not judged.
func (q *Request) MayOpen(href string) bool {
	below, inside := strings.CutPrefix(href, q.Base+"/")
	if !inside {
		return true
	}
	path, _, _ := strings.Cut(below, "?")
	_, pattern := q.face.made.paths.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/" + path}})
	needs, known := q.face.made.needs[pattern]
	return !known || needs == "" || q.May(needs)
}

// Lead is Href, or nothing where it leads to what the role does not allow.
func (q *Request) Lead(below string) string {
	if href := q.Href(below); q.MayOpen(href) {
		return href
	}
	return ""
}

// openable are the links that lead to something: what a role does not allow is not shown.
func (q *Request) openable(links []Link) []Link {
	return slices.DeleteFunc(slices.Clone(links), func(l Link) bool { return !q.MayOpen(l.Href) })
}

// Now is the server's time.
func (q *Request) Now() time.Time { return q.face.Clock.Now() }

// SetCookie adds cookies to the answer.
func (q *Request) SetCookie(c ...*http.Cookie) { q.cookies = append(q.cookies, c...) }

// Face is the family of pages that this one belongs to.
func (q *Request) Face() *Face { return q.face }

// Page begins a page with its title and what the layout needs.
func (q *Request) Page(title string, crumbs ...Link) Page {
	p := Page{
		Title: title, Crumbs: crumbs, Base: q.Base, Vendor: q.Vendor.Name, Person: q.Person, Say: q.say,
		Now: q.face.Clock.Now(), Zone: q.Zone(), VendorZone: q.VendorZone(), Theme: cookieOf(q.R, "theme", "light", "dark"), Query: q.Text("q"),
		Address: q.R.URL.RequestURI(), Help: Help{Mail: q.Vendor.SupportEmail, Web: q.Vendor.Website}, Brand: q.brand(),
		Language: q.Language(), languages: q.face.Languages, Docs: apiDocs,
	}
	if q.Host != "" {
		p.Docs = q.face.Docs
	}
	if p.Brand != nil {
		p.Help.Text = q.Vendor.Branding.SupportText
	}
	if path := q.face.Places.Search; path != "" {
		p.Search = q.Href(path)
	}
	if q.Person != nil {
		p.request, p.Crumbs = q, q.openable(crumbs)
		here := strings.TrimPrefix(q.R.URL.Path, q.Base)
		if q.Person.Menu != nil {
			p.Menu = q.Person.Menu(q.Base)
			for i := range p.Menu {
				p.Menu[i].Label = q.Language().Word(p.Menu[i].Label)
			}
		}
		p.Nav = q.mounted(q.face.Nav(q.Principal, q.Base, func(path string) bool {
			return here == path || path != "/" && strings.HasPrefix(here, path+"/")
		}))
	}
	p.TestClock = q.testClock(&p)
	return p
}

// testClock is what a page says of the test clock; nil where there is none.
func (q *Request) testClock(p *Page) *TestClock {
	if q.face.TestClock == nil {
		return nil
	}
	ahead, on := q.face.TestClock()
	if !on {
		return nil
	}
	c := &TestClock{Now: p.At(p.Now), Ahead: testclock.InWords(ahead.Truncate(time.Second))}
	if to := q.Href(q.face.Places.TestClock); q.Person != nil && q.face.Places.TestClock != "" && q.MayOpen(to) {
		c.Href = to
	}
	return c
}

// mounted leaves out of a navigation what leads nowhere, and says it in the page's language.
func (q *Request) mounted(groups []NavGroup) []NavGroup {
	var kept []NavGroup
	made, base := q.face.made, q.Base
	for _, g := range groups {
		g.Items = slices.DeleteFunc(g.Items, func(i NavItem) bool {
			path := strings.TrimPrefix(i.Href, base)
			return !made.pages[path] && !made.pages[strings.Replace(path, "/", "/{$}", 1)]
		})
		g.Label = q.Language().Word(g.Label)
		for i := range g.Items {
			g.Items[i].Label = q.Language().Word(g.Items[i].Label)
		}
		if len(g.Items) > 0 {
			kept = append(kept, g)
		}
	}
	return kept
}

// Zone is where the viewer is: what the browser told, or the vendor's own.
func (q *Request) Zone() *time.Location {
	if c, err := q.R.Cookie("tz"); err == nil && len(c.Value) <= 64 {
		if name, err := url.QueryUnescape(c.Value); err == nil && name != "" && name != "Local" {
			if zone, err := time.LoadLocation(name); err == nil {
				return zone
			}
		}
	}
	if q.Vendor.Zone == "" {
		return time.UTC
	}
	return q.Vendor.Location()
}

// Until says until when something holds that has an exclusive end, as pages do.
func (q *Request) Until(end time.Time) string {
	p := Page{Zone: q.Zone(), VendorZone: q.VendorZone(), Language: q.Language()}
	return p.Until(end)
}

// ZoneOfDays names the zone that first and last days are of.
func (q *Request) ZoneOfDays() string { return zoneName(q.VendorZone()) }

// cookieOf gives a cookie's value when it is one of those known.
func cookieOf(r *http.Request, name string, known ...string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	for _, k := range known {
		if c.Value == k {
			return k
		}
	}
	return ""
}
