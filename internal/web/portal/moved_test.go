package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// A vendor's former name in addresses leads to the same page at its present one, on every
// face, and nobody else may take it; the vendor may take it back.
func TestAFormerNameLeadsOn(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		v, rival := server.Vendor(t, "Acme"), server.Vendor(t, "Rival")
		old := server.Browser(t, v)
		rename := func(key, slug string) int {
			t.Helper()
			return server.Do(t, "PATCH", "/api/v1/vendor", map[string]any{"slug": slug}, "Authorization", "Bearer "+key).Status
		}
		for _, slug := range []string{"acme-tools", "acme-works"} {
			if status := rename(v.AdminKey, slug); status != 200 {
				t.Fatalf("renaming to %s: %d", slug, status)
			}
		}
		for _, face := range []string{"console", "portal"} {
			for _, former := range []string{"acme", "acme-tools"} {
				b := old.At(face)
				b.Base = "/" + face + "/" + former
				if to := b.AwayBy(t, http.StatusTemporaryRedirect, "/reset?token=chl_x%2By"); to != "/"+face+"/acme-works/reset?token=chl_x%2By" {
					t.Errorf("%s, %s: a mailed link leads to %s", face, former, to)
				}
				p := b.Get(t, "/")
				if p.Status != 200 || !strings.HasPrefix(p.Path, "/"+face+"/acme-works/sign-in") && !strings.HasPrefix(b.Base+p.Path, "/"+face+"/acme-works/sign-in") {
					t.Errorf("%s, %s leads to %s: %d", face, former, p.Path, p.Status)
				}
				if p := b.Post(t, "/forgot", url.Values{"email": {"nobody@example.com"}}); p.Status != 200 || !strings.Contains(p.Text("main"), "on its way") {
					t.Errorf("%s, %s: a form that was open meanwhile: %d %s", face, former, p.Status, p.Text("main"))
				}
			}
		}
		for _, taken := range []string{"acme", "acme-tools", "acme-works"} {
			if status := rename(rival.AdminKey, taken); status != 409 {
				t.Errorf("another vendor takes %s: %d", taken, status)
			}
		}
		if other := server.Vendor(t, "Acme Tools"); other.Slug == "acme-tools" {
			t.Errorf("a new vendor gets %s", other.Slug)
		}
		if status := rename(v.AdminKey, "acme"); status != 200 {
			t.Errorf("taking it back: %d", status)
		}
		if p := old.Get(t, "/sign-in"); p.Status != 200 || p.Path != "/sign-in" {
			t.Errorf("back at %s: %d", p.Path, p.Status)
		}
	})
}
