package entrance_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/entrance"
)

// stage is a server with several vendors, where nobody is signed in.
type stage struct{}

func (stage) Authenticate(context.Context, ident.VendorID, string) (identity.Principal, web.Person, error) {
	return identity.Principal{}, web.Person{}, &fault.Error{Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in."}
}

func (stage) BySlug(_ context.Context, slug string) (vendors.Vendor, error) {
	if slug == "unknown" {
		return vendors.Vendor{}, fault.Missing("vendor")
	}
	return vendors.Vendor{Slug: slug, Name: "Sample vendor", Zone: "Europe/London"}, nil
}

func (stage) Sole(context.Context) (vendors.Vendor, bool, error) {
	return vendors.Vendor{}, false, nil
}
func (stage) Any(context.Context) (bool, error)                 { return true, nil }
func (stage) Run(_ context.Context, fn func(tx.Tx) error) error { return fn(nil) }

// providers are none.
type providers struct{ entrance.Providers }

func (providers) Offered(context.Context, ident.VendorID) (access.Provider, bool, error) {
	return access.Provider{}, false, nil
}

// mount serves the entrance of a face.
func mount(t *testing.T, name string, front bool) *edge.Edge {
	t.Helper()
	assets, err := web.NewAssets()
	if err != nil {
		t.Fatal(err)
	}
	ids := ident.Source{Clock: ident.SystemClock{}, Rand: rand.Reader}
	face, err := web.NewFace(web.Config{
		Name: name, Assets: assets, Sessions: stage{}, Vendors: stage{}, Changes: edge.Changes{Runner: stage{}}, Clock: ident.SystemClock{}, IDs: ids,
		Nav: func(identity.Principal, string, func(string) bool) []web.NavGroup { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := entrance.New(entrance.Config{
		Face: face, SignIn: struct{ entrance.SignIn }{}, Links: struct{ entrance.Links }{}, Addresses: struct{ entrance.Addresses }{}, Sessions: struct{ entrance.Sessions }{},
		Passkeys: struct{ entrance.Passkeys }{}, Providers: providers{}, Vendors: stage{}, Front: front,
		Site:    func(*web.Request) (access.Site, error) { return access.Site{}, fault.Missing("site") },
		Address: func(q *web.Request) (string, error) { return "https://chancery.example" + q.Base, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Config{IDs: ids})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Mount(append(pages.Routes(), face.Routes()...)...); err != nil {
		t.Fatal(err)
	}

	return e
}

// The entrance is that of whichever face it is given, and leads nowhere else.
func TestEveryFaceHasItsEntrance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		face  string
		front bool
		path  string
		want  int
		holds string // part of the page, or of the address that it leads to
	}{
		{"console", true, "/", http.StatusSeeOther, "/console/"},
		{"console", true, "/console/?vendor=unknown", http.StatusNotFound, "after /console/ in the address"},
		{"portal", false, "/", http.StatusNotFound, ""},
		{"portal", false, "/portal/?vendor=unknown", http.StatusNotFound, "after /portal/ in the address"},
		{"portal", false, "/portal/?vendor=acme", http.StatusSeeOther, "/portal/acme/sign-in"},
		{"portal", false, "/portal/acme/sign-in", http.StatusOK, `href="/portal/acme/forgot"`},
		{"portal", false, "/console/acme/sign-in", http.StatusNotFound, ""},
	} {
		e := mount(t, test.face, test.front)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, http.NoBody)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if got := w.Header().Get("Location") + w.Body.String(); w.Code != test.want || !strings.Contains(got, test.holds) {
			t.Errorf("%s, %s: %d %s, want %d with %q", test.face, test.path, w.Code, got, test.want, test.holds)
		}
		if strings.Contains(w.Body.String(), `action="/`+test.face+`/acme/search"`) {
			t.Errorf("%s, %s: a search is offered that the face does not have", test.face, test.path)
		}
	}
}
