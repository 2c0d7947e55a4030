package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Who only sees a licence is led to no form that refuses them, and is told why at its address.
func TestWhoOnlySeesALicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"licensee_email": "anna@example.com", "expires_at": "2027-01-31", "token_limit": 1})
		s.Activate(t, key, "drill-1", "hall-9")
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		viewer := server.AsOwner(t, s.Vendor, "viewer@example.com", map[string]owners.Role{s.Customer: owners.Viewer})
		licence := "/licenses/" + id
		device := strings.TrimPrefix(anna.Get(t, licence+"/activations").Find("#rows a").First().AttrOr("href", ""), anna.Base)
		forms := []string{
			licence + "/hand-over", licence + "/requests/new", licence + "/requests/new?wish=renewal", licence + "/activations/delete",
			device + "/name", device + "/delete",
		}
		for _, path := range forms {
			if p := anna.Get(t, path); p.Status != 200 {
				t.Errorf("the licensee at %s: %d", path, p.Status)
			}
			for _, p := range []*servertest.Page{viewer.Get(t, path), viewer.Post(t, path, url.Values{"once": {"1"}})} {
				says := p.Text("main")
				if p.Status != 403 || !strings.Contains(says, "Your role at this customer does not allow this.") ||
					!strings.Contains(says, "Ask the licensee, or an administrator of the customer.") {
					t.Errorf("a viewer at %s: %d %s", path, p.Status, says)
				}
			}
		}
		for _, path := range []string{"/", licence, licence + "/activations", licence + "/history", device, device + "/heartbeats", "/help"} {
			p := viewer.Get(t, path)
			if p.Status != 200 {
				t.Errorf("a viewer at %s: %d", path, p.Status)
			}
			for _, a := range p.Find("a[href], form[action], button[formaction]").EachIter() {
				to := a.AttrOr("href", a.AttrOr("action", a.AttrOr("formaction", "")))
				for _, form := range forms {
					if strings.HasPrefix(to, viewer.Base+form) {
						t.Errorf("%s leads a viewer to %s", path, to)
					}
				}
			}
		}
	})
}

// What an edition hides from customers is on no page of theirs.
func TestHiddenGrants(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		grant := func(name string, more servertest.Fields) servertest.Fields {
			more["name"], more["hidden"] = name, true
			return more
		}
		edition := s.Manage(t, "POST", "/editions", servertest.Fields{
			"product_id": s.Product, "name": "Own", "token_limit": 3,
			"features":    []servertest.Fields{grant("secret-feature", servertest.Fields{})},
			"limitations": []servertest.Fields{grant("secret-limit", servertest.Fields{"limit": 5, "reset": "none"}), grant("secret-meter", servertest.Fields{"limit": 0, "reset": "month"})},
			"variables":   []servertest.Fields{grant("secret-variable", servertest.Fields{"value": "eu"})},
		}, "id")
		id, _ := s.Issue(t, edition, servertest.Fields{"licensee_email": "anna@example.com"})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		for _, path := range []string{"/", "/licenses/" + id, "/licenses/" + id + "/requests/new"} {
			if p := anna.Get(t, path); p.Status != 200 || strings.Contains(p.Body, "secret-") {
				t.Errorf("%s: %d %s", path, p.Status, p.Text("main"))
			}
		}
	})
}
