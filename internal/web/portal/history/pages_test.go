package history_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Owners read what was done to their licence, by whom and when: what they did, what devices
// did, and what the vendor did, who is called by its name and no other.
func TestHistory(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"licensee_email": "anna@example.com", "token_limit": 5})
		s.Activate(t, key, "drill-1", "hall-9")
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		admin := server.AsOwner(t, s.Vendor, "admin@example.com", map[string]owners.Role{s.Customer: owners.Administrator})
		viewer := server.AsOwner(t, s.Vendor, "viewer@example.com", map[string]owners.Role{s.Customer: owners.Viewer})
		path := "/licenses/" + id + "/history"
		device := strings.TrimPrefix(anna.Get(t, "/licenses/"+id+"/activations").Find("#rows a").First().AttrOr("href", ""), anna.Base)
		anna.Fill(t, device+"/name", url.Values{"display_name": {"Till 1"}})
		anna.Fill(t, device+"/name", url.Values{"display_name": {"Till 3, front"}})
		anna.Fill(t, "/licenses/"+id+"/requests/new", url.Values{"wish": {"renewal"}, "months": {"12"}, "message": {"Please"}})
		s.Manage(t, "PATCH", "/licenses/"+id, servertest.Fields{"token_limit": 7, "is_active": false, "expires_at": "2031-05-01"}, "id")
		s.Fill(t, "/devices/"+device[strings.LastIndex(device, "/")+1:]+"/suspend", url.Values{"until": {"2031-04-01"}})
		admin.Post(t, device+"/delete", nil)

		page := anna.Get(t, path)
		for _, sentence := range []string{
			"The licence was issued.", "Till 3, front was activated.", "A device is called Till 1 now.", "Till 1 is called Till 3, front now.", "A request was sent to Acme.",
			"It was switched off. Its last day is 1 May 2031 now. Activations by contract: 5 → 7.", "Till 3, front is suspended until",
			"Till 3, front is not activated any more: released by the owner in the dashboard.",
			"anna@example.com", "admin@example.com", "Acme", "The device itself",
		} {
			servertest.Says(t, page, "#rows", sentence)
		}
		for name, p := range map[string]*servertest.Page{
			"the page": page, "the file": anna.Get(t, path+"?format=csv"), "the viewer's": viewer.Get(t, path), "all": admin.Get(t, "/history"),
			"the file of all": admin.Get(t, "/history?format=csv"),
		} {
			for _, secret := range []string{s.Vendor.OwnerEmail, "127.0.0.1", "admin key", "API key", "owner@"} {
				if strings.Contains(p.Body, secret) {
					t.Errorf("%s tells %q", name, secret)
				}
			}
			if !strings.Contains(p.Body, "It was switched off.") {
				t.Errorf("%s lacks the vendor's change", name)
			}
		}
		// The administrator reads of the people too, and nobody else reads of all.
		servertest.Says(t, admin.Get(t, "/history"), "#rows", "viewer@example.com may look after the customer's licences, as viewer.")
		if p := anna.Get(t, path); strings.Contains(p.Body, "may look after") {
			t.Error("the licensee reads of the customer's people")
		}
		for _, b := range []*servertest.Browser{anna, viewer} {
			if p := b.Get(t, "/history"); p.Status != 403 && p.Status != 404 {
				t.Errorf("the history of all: %d", p.Status)
			}
		}
		// In German, and by pages.
		anna.Fill(t, "/account/language", url.Values{"language": {"de"}})
		servertest.Says(t, anna.Get(t, path), "#rows", "Die Lizenz wurde ausgestellt.", "Till 1 heißt jetzt Till 3, front.", "Eine Anfrage ging an Acme.", "Das Gerät selbst", "Sie wurde ausgeschaltet.")
		first := admin.Get(t, path+"?limit=2")
		if first.Find("#rows tr").Length() == 0 {
			t.Errorf("%d %s", first.Status, first.Text("main"))
		}

		// A licence that is handed over tells its new owner nothing of those before.
		other := s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Hall and Sons"}, "id")
		s.Manage(t, "PATCH", "/licenses/"+id, servertest.Fields{"customer_id": other, "licensee_email": "lena@example.com"}, "id")
		lena := server.AsOwner(t, s.Vendor, "lena@example.com", nil)
		hall := server.AsOwner(t, s.Vendor, "admin@hall.example", map[string]owners.Role{other: owners.Administrator})
		for name, p := range map[string]*servertest.Page{
			"lena": lena.Get(t, path), "the file": lena.Get(t, path+"?format=csv"), "hall": hall.Get(t, path), "all of hall": hall.Get(t, "/history"),
		} {
			if !strings.Contains(p.Body, "The licence was handed to this customer.") {
				t.Errorf("%s: %d %s", name, p.Status, p.Text("main"))
			}
			for _, before := range []string{"anna@example.com", "admin@example.com", "Till 3", "The licence was issued.", "Kirk"} {
				if strings.Contains(p.Body, before) {
					t.Errorf("%s reads of %q", name, before)
				}
			}
		}
		if p := anna.Get(t, path); p.Status != 404 {
			t.Errorf("who has it no more: %d", p.Status)
		}
		if p := admin.Get(t, "/history"); strings.Contains(p.Body, "It was switched off.") {
			t.Error("who has it no more reads of it")
		}
	})
}

// What was agreed is told from what to what, and nothing that owners may not see.
func TestHistoryOfTerms(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		edition := s.Manage(t, "POST", "/editions", servertest.Fields{
			"product_id": s.Product, "name": "Own", "token_limit": 3,
			"features":    []servertest.Fields{{"name": "export", "is_active": false, "adjustable": true}, {"name": "secret", "is_active": false, "adjustable": true, "hidden": true}},
			"limitations": []servertest.Fields{{"name": "pages", "limit": 100, "reset": "month", "adjustable": true}},
			"variables":   []servertest.Fields{{"name": "region", "value": "eu", "adjustable": true}},
		}, "id")
		id, _ := s.Issue(t, edition, servertest.Fields{"licensee_email": "anna@example.com", "deactivation_allowance": 3})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		path := "/licenses/" + id + "/history"
		var of map[string][]struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		}
		_ = json.Unmarshal(server.Do(t, "GET", "/api/v1/editions/"+edition, nil, "Authorization", "Bearer "+s.Vendor.AdminKey).Body, &of)
		one := func(kind, name string, more servertest.Fields) []servertest.Fields {
			t.Helper()
			for _, g := range of[kind] {
				if g.Name == name {
					more["id"] = g.ID
					return []servertest.Fields{more}
				}
			}
			t.Fatalf("no %s of %v", name, of)
			return nil
		}
		newest := func() string { return anna.Get(t, path).Find("#rows tr").First().Text() }
		change := func(body servertest.Fields, wants ...string) {
			t.Helper()
			s.Manage(t, "PATCH", "/licenses/"+id, body, "id")
			for _, want := range wants {
				if got := strings.Join(strings.Fields(newest()), " "); !strings.Contains(got, want) {
					t.Errorf("%v: it says %s, want %s", body, got, want)
				}
			}
		}
		change(servertest.Fields{"deactivation_allowance": 1000, "dashboard_deactivation_allowance": 4, "api_deactivation_allowed": true},
			"Deactivations in all: 3 → 1,000. Deactivations in the dashboard: as its edition says → 4.",
			"Releasing devices by access tokens: as its edition says → allowed.")
		change(servertest.Fields{"deactivation_allowance": nil, "api_deactivation_allowed": false},
			"Deactivations in all: 1,000 → as its edition says.", "Releasing devices by access tokens: allowed → not allowed.")
		change(servertest.Fields{"features": one("features", "export", servertest.Fields{"is_active": true})}, "“export”: as its edition says → included.")
		change(servertest.Fields{"limitations": one("limitations", "pages", servertest.Fields{"limit": 2500})}, "“pages”: as its edition says → 2,500.")
		change(servertest.Fields{"variables": one("variables", "region", servertest.Fields{"value": "us"})}, "“region”: as its edition says → “us”.")
		change(servertest.Fields{"activation_buffer": 17}, "Its terms were changed.")
		both := append(one("features", "export", servertest.Fields{"is_active": true}), one("features", "secret", servertest.Fields{"is_active": true})...)
		change(servertest.Fields{"features": both}, "Its terms were changed.")
		if p := anna.Get(t, path); strings.Contains(p.Text("#rows"), "secret") || strings.Contains(p.Text("#rows"), "17") {
			t.Errorf("owners read %s", p.Text("#rows"))
		}
		anna.Fill(t, "/account/language", url.Values{"language": {"de"}})
		servertest.Says(t, anna.Get(t, path), "#rows", "Deaktivierungen insgesamt: 3 → 1.000.", "Deaktivierungen im Dashboard: wie in der Edition → 4.")
	})
}
