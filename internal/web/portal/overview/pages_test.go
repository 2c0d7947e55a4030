package overview_test

import (
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Who has one licence sees how it stands; who has several sees first what needs attention.
func TestOverview(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		stranger := server.AsOwner(t, s.Vendor, "stranger@example.com", nil)
		servertest.Says(t, stranger.Get(t, "/"), "main", "No licences yet", "stranger@example.com")

		id, key := s.Issue(t, s.Edition, servertest.Fields{"name": "Hers", "licensee_email": "anna@example.com", "expires_at": "2090-12-31"})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		p := anna.Get(t, "/")
		servertest.Says(t, p, "main", "Drill · Hers", "Valid", id, "0 used · 2 by contract · 3 allowed", "31 Dec 2090", "days left")
		if href, ok := p.Find(".app-tile a").First().Attr("href"); !ok || !strings.HasSuffix(href, "/licenses/"+id+"/activations") {
			t.Errorf("Activations lead to %s", href)
		}
		for _, client := range []string{"a", "b", "c"} {
			s.Activate(t, key, client, "")
		}
		servertest.Says(t, anna.Get(t, "/"), "main", "Goodwill is in use.", "3 used · 2 by contract · 3 allowed")
		if a := server.Do(t, "POST", "/api/v2/isv/"+s.Vendor.VendorID+"/provisioning/activations", servertest.Fields{
			"product_id": s.Product, "license_key": key, "client_id": "d",
		}, "ProvisioningKey", s.Vendor.ProvisioningKey); a.Status != 409 {
			t.Fatalf("a device too many: %d", a.Status)
		}
		servertest.Says(t, anna.Get(t, "/"), "main", "Used up.", "new devices have been refused since")

		over, _ := s.Issue(t, s.Pro, servertest.Fields{"name": "Over", "licensee_email": "anna@example.com"})
		s.Manage(t, "PATCH", "/licenses/"+over, servertest.Fields{"is_active": false}, "id")
		s.Issue(t, s.Pro, servertest.Fields{"name": "Well", "licensee_email": "ben@example.com"})
		p = anna.Get(t, "/")
		servertest.Says(t, p, "main", "What needs attention", "Drill · Over: Switched off.", "Drill · Hers: Used up.")
		if strings.Contains(p.Text("main"), "Well") {
			t.Error("a licence of somebody else is listed")
		}
		if first := p.Find(".app-notice").First().Text(); !strings.Contains(first, "Switched off") {
			t.Errorf("the first thing that needs attention is %s", first)
		}
		for query, want := range map[string]string{
			"?q=hers": "Hers", "?q=" + key[:9]: "Hers", "?q=basic": "Hers", "?q=zzz": "", "?state=Used+up": "Hers", "?state=Off": "Over", "?state=Valid": "",
			"?q=kirk": "Over Hers",
		} {
			var names []string
			for _, name := range []string{"Over", "Hers", "Well"} {
				if strings.Contains(anna.Get(t, "/licenses"+query).Text("#rows"), name) {
					names = append(names, name)
				}
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		admin := server.AsOwner(t, s.Vendor, "admin@example.com", map[string]owners.Role{s.Customer: owners.Administrator})
		if csv := admin.Get(t, "/licenses?format=csv"); !strings.Contains(csv.Body, "Well") || !strings.Contains(csv.Body, key) {
			t.Errorf("the file: %s", csv.Body)
		}
	})
}
