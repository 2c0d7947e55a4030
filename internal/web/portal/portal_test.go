package portal_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Owners see what is in their reach, and the navigation leads somewhere.
func TestPortal(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		s.Issue(t, s.Edition, servertest.Fields{"name": "Hers", "licensee_email": "anna@example.com"})
		s.Issue(t, s.Edition, servertest.Fields{"name": "The firm's"})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		admin := server.AsOwner(t, s.Vendor, "admin@example.com", map[string]owners.Role{s.Customer: owners.Administrator})
		stranger := server.AsOwner(t, s.Vendor, "stranger@example.com", nil)
		for name, b := range map[string]*servertest.Browser{"anna": anna, "admin": admin, "stranger": stranger} {
			p := b.Get(t, "/")
			hers, firms := strings.Contains(p.Text("main"), "Hers"), strings.Contains(p.Text("main"), "The firm's")
			if p.Status != 200 || hers != (name != "stranger") || firms != (name == "admin") {
				t.Errorf("%s: %d, %s", name, p.Status, p.Text("main"))
			}
			p.Find(".app-side-nav a").Each(func(_ int, a *goquery.Selection) {
				path := strings.TrimPrefix(a.AttrOr("href", ""), b.Base)
				if p := b.Get(t, path); p.Status != 200 || p.Text("h1") == "" {
					t.Errorf("%s: %s (%s): %d", name, a.Text(), path, p.Status)
				}
			})
		}
	})
}

// Who is both staff and licensee has a session for each face. One is worth nothing on
// the other, nor at another vendor.
func TestSessionsAreOfOneFace(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		v, rival := server.Vendor(t, "Acme"), server.Vendor(t, "Rival")
		staff := server.SignIn(t, v)
		owner := server.Browser(t, v).At("portal")
		owner.Enter(t, v.OwnerEmail, v.OwnerPassword)
		for name, try := range map[string]struct {
			at      *servertest.Browser
			cookie  string
			session string
			in      bool
		}{
			"staff at the console":              {server.Browser(t, v), "chancery_console", staff.Cookie(t, "chancery_console"), true},
			"an owner at the portal":            {server.Browser(t, v).At("portal"), "chancery_portal", owner.Cookie(t, "chancery_portal"), true},
			"staff at the portal":               {server.Browser(t, v).At("portal"), "chancery_portal", staff.Cookie(t, "chancery_console"), false},
			"an owner at the console":           {server.Browser(t, v), "chancery_console", owner.Cookie(t, "chancery_portal"), false},
			"an owner at another vendor":        {server.Browser(t, rival).At("portal"), "chancery_portal", owner.Cookie(t, "chancery_portal"), false},
			"staff of one at another's portal":  {server.Browser(t, rival).At("portal"), "chancery_portal", staff.Cookie(t, "chancery_console"), false},
			"staff of one at another's console": {server.Browser(t, rival), "chancery_console", staff.Cookie(t, "chancery_console"), false},
		} {
			if try.session == "" {
				t.Fatalf("%s: there is no session", name)
			}
			try.at.Bring(t, try.cookie, try.session)
			if p := try.at.Get(t, "/account"); strings.Contains(p.Path, "/sign-in") == try.in {
				t.Errorf("%s: %d at %s", name, p.Status, p.Path)
			}
		}
		if p := owner.Get(t, "/account"); strings.Contains(p.Text("nav"), "Settings") || p.Status != 200 {
			t.Errorf("the portal shows staff the console's pages: %s", p.Text("nav"))
		}
		owner.Post(t, "/sign-out", nil)
		if p := staff.Get(t, "/account"); p.Status != 200 || strings.Contains(p.Path, "/sign-in") {
			t.Errorf("leaving the portal leaves the console, too: %s", p.Path)
		}
	})
}
