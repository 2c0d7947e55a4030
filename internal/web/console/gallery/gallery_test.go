package gallery_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/console"
	"chancery/internal/web/console/gallery"
)

// nobody is signed in, and there is one vendor: what the gallery needs.
type nobody struct{}

func (nobody) Authenticate(context.Context, ident.VendorID, string) (identity.Principal, web.Person, error) {
	return identity.Principal{}, web.Person{}, &fault.Error{Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in."}
}

func (nobody) BySlug(_ context.Context, slug string) (vendors.Vendor, error) {
	if slug != "sample" {
		return vendors.Vendor{}, &fault.Error{Kind: fault.NotFound, Code: "vendor_not_found", Message: "There is no such vendor."}
	}
	return vendors.Vendor{Slug: slug, Name: "Sample vendor", Zone: "Europe/London"}, nil
}

func (nobody) Run(context.Context, func(tx.Tx) error) error { return nil }

func setup(t *testing.T) http.Handler {
	t.Helper()
	assets, err := web.NewAssets()
	if err != nil {
		t.Fatal(err)
	}
	ids := ident.Source{Clock: ident.SystemClock{}, Rand: rand.Reader}
	face, err := web.NewFace(web.Config{
		Name: console.Name, Assets: assets, Sessions: nobody{}, Vendors: nobody{}, Changes: edge.Changes{Runner: nobody{}},
		Clock: ident.SystemClock{}, IDs: ids, Nav: console.Nav, Places: console.Places(),
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := edge.New(edge.Config{IDs: ids})
	if err != nil {
		t.Fatal(err)
	}
	routes, err := gallery.Routes(face)
	if err != nil {
		t.Fatal(err)
	}
	routes = append(append(routes, assets.Routes()...), face.Routes()...)
	if err := e.Mount(routes...); err != nil {
		t.Fatal(err)
	}
	if err := face.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestGallery(t *testing.T) {
	t.Parallel()
	h := setup(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/console/sample/gallery", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	for _, forbidden := range []string{" style=", "<style", " onclick=", "<script>", "ZgotmplZ"} {
		if strings.Contains(w.Body.String(), forbidden) {
			t.Errorf("the page has %q, which its policy forbids", forbidden)
		}
	}
}
