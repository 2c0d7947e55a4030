package prepaid_test

import (
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// The section is behind the name of who has a role at a customer, and nobody else's; on the
// console it is for staff who may see it.
func TestWhereTheSectionIs(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		shop, licensee := d.As(t, "shop", owners.Viewer), s.AsOwner(t, d.Vendor, "licensee@example.com", nil)
		menu := ".app-top a[href$='/portal/acme/prepaid']"
		if p := shop.Get(t, "/"); p.Text(menu) != "License Management" {
			t.Errorf("the menu behind the name: %q", p.Text(".app-top"))
		}
		if p := licensee.Get(t, "/"); p.Find(menu).Length() != 0 {
			t.Error("a licensee without a customer is led to License Management")
		}
		if p := licensee.Get(t, "/prepaid"); p.Status != 404 {
			t.Errorf("a licensee opens it: %d", p.Status)
		}
		if p := shop.Get(t, "/prepaid"); p.Path != d.At("shop", "/overview") || p.Text(".app-head p") != "shop · C-shop" {
			t.Errorf("it leads to %s: %s", p.Path, p.Text(".app-head"))
		}
		console := s.SignIn(t, d.Vendor)
		if p := console.Get(t, "/"); p.Find(".app-side-nav a[href$='/prepaid']").Text() != "Prepaid" {
			t.Errorf("the console's navigation: %s", p.Text(".app-side-nav"))
		}
		servertest.Says(t, console.Get(t, "/prepaid"), ".app-head", "License Management", "All customers")
	})
}

// A vendor without license codes has no prepaid licences, and its customers see nothing of them.
func TestNoMenuWithoutCodes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		shop := servertest.OpenShop(t, s)
		b := s.AsOwner(t, shop.Vendor, "admin@example.com", map[string]owners.Role{shop.Customer: owners.Administrator})
		if p := b.Get(t, "/"); strings.Contains(p.Text(".app-top"), "License Management") {
			t.Errorf("the menu: %s", p.Text(".app-top"))
		}
	})
}

// One looks at customers below, and at nobody beside, above or elsewhere; acting for a
// customer takes a role there.
func TestAtWhoseThingsOneLooks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		d.Hand(t, d.Issue(t, 3), "top", "mid", "shop")
		d.Hand(t, d.Issue(t, 2), "top", "mid")
		mid := d.As(t, "mid", owners.Administrator)
		list := func(b *servertest.Browser, acting, query string) *servertest.Page {
			return b.Get(t, d.At(acting, "/licenses"+query))
		}
		total := func(p *servertest.Page) string { return p.Find("#rows td[data-label=Total]").Text() }
		for query, want := range map[string]string{
			"":                                  "2",
			"?below=1":                          "5",
			"?customer=" + d.Customers["shop"]:  "3",
			"?customer=" + d.Customers["end"]:   "",
			"?customer=" + d.Customers["mid"]:   "2",
			"?customer=" + d.Customers["top"]:   "missing",
			"?customer=" + d.Customers["rival"]: "missing",
			"?customer=stock":                   "missing",
			"?customer=x":                       "missing",
		} {
			p := list(mid, "mid", query)
			if got := total(p); want == "missing" && p.Status != 404 || want != "missing" && (p.Status != 200 || got != want) {
				t.Errorf("mid at %q: %d %q, want %s", query, p.Status, got, want)
			}
		}
		for _, acting := range []string{"top", "shop", "rival"} {
			if p := list(mid, acting, ""); p.Status != 404 {
				t.Errorf("mid acts for %s: %d", acting, p.Status)
			}
		}
		console := s.SignIn(t, d.Vendor)
		d.Issue(t, 4)
		for query, want := range map[string]string{"": "9", "?customer=stock": "4", "?customer=" + d.Customers["top"] + "&below=1": "5"} {
			if got := total(console.Get(t, "/prepaid/licenses"+query)); got != want {
				t.Errorf("staff at %q: %q, want %s", query, got, want)
			}
		}
		other := s.SignIn(t, s.Vendor(t, "Other"))
		if p := other.Get(t, "/prepaid/licenses?customer="+d.Customers["top"]); p.Status != 404 {
			t.Errorf("another vendor's staff: %d", p.Status)
		}
	})
}
