package activations_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// Owners call a device as they like: the name comes first wherever the device is shown, with
// its hostname beside it, and the device is found by it.
func TestNames(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"licensee_email": "anna@example.com"})
		s.Activate(t, key, "drill-1", "hall-9")
		s.Activate(t, key, "drill-2", "annex")
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		operator := server.AsOwner(t, s.Vendor, "operator@example.com", map[string]owners.Role{s.Customer: owners.Operator})
		viewer := server.AsOwner(t, s.Vendor, "viewer@example.com", map[string]owners.Role{s.Customer: owners.Viewer})
		stranger := server.AsOwner(t, s.Vendor, "stranger@example.com", nil)
		list := "/licenses/" + id + "/activations"
		one := strings.TrimPrefix(anna.Get(t, list+"?q=hall-9").Find("#rows a").First().AttrOr("href", ""), anna.Base)
		named := func(b *servertest.Browser, name string) *servertest.Page {
			t.Helper()
			return b.Fill(t, one+"/name", url.Values{"display_name": {name}})
		}

		servertest.Says(t, named(anna, "  Kasse 3, vorn "), "main", "The name is saved.")
		servertest.Says(t, anna.Get(t, one), "h1", "Kasse 3, vorn")
		servertest.Says(t, anna.Get(t, one), "main", "hall-9")
		servertest.Says(t, anna.Get(t, list+"?q=kasse+3"), "#rows", "Kasse 3, vorn", "hall-9")
		if rows := anna.Get(t, list+"?q=KASSE+3").Text("#rows"); strings.Contains(rows, "annex") {
			t.Errorf("found %s", rows)
		}
		csv := anna.Get(t, list+"?format=csv").Body
		if !strings.Contains(csv, `"Kasse 3, vorn"`) || !strings.Contains(csv, "hall-9") || !strings.Contains(csv, "Display name") {
			t.Errorf("the file: %s", csv)
		}
		if p := anna.Get(t, list+"?sort=name"); p.Status != 200 || strings.Index(p.Text("#rows"), "annex") > strings.Index(p.Text("#rows"), "Kasse") {
			t.Errorf("sorted by name: %d %s", p.Status, p.Text("#rows"))
		}
		servertest.Says(t, anna.Get(t, one+"/delete"), "main", "Kasse 3, vorn loses its activation at once")

		// A name is one line of what can be seen.
		for _, bad := range []string{strings.Repeat("x", 101), "a\u200bb"} {
			if p := named(anna, bad); p.Status != 400 {
				t.Errorf("%q: %d", bad, p.Status)
			}
		}
		// Who may: the licensee and the customer's operators, and nobody else.
		servertest.Says(t, named(operator, "Till 3"), "h1", "Till 3")
		if p := viewer.Get(t, one); strings.Contains(p.Body, one+"/name") {
			t.Error("a viewer is offered to name it")
		}
		for who, b := range map[string]*servertest.Browser{"viewer": viewer, "stranger": stranger} {
			want := map[string]int{"viewer": 403, "stranger": 404}[who]
			if p := b.Post(t, one+"/name", url.Values{"display_name": {"Eve's"}, "seen": {""}}); p.Status != want && p.Status != 409 {
				t.Errorf("a %s names a device: %d", who, p.Status)
			}
		}
		servertest.Says(t, anna.Get(t, one), "h1", "Till 3")

		// Staff see it, find it, and may change it.
		servertest.Says(t, s.Get(t, "/devices?q=till+3"), "#rows", "Till 3", "hall-9")
		servertest.Says(t, s.Get(t, "/search?q=till"), "main", "Till 3", "hall-9")
		device := "/devices" + one[strings.LastIndex(one, "/"):]
		servertest.Says(t, s.Fill(t, device+"/name", url.Values{"display_name": {"Front desk"}}), "h1", "Front desk")
		servertest.Says(t, anna.Get(t, one), "h1", "Front desk")

		// A heartbeat says what it likes, and the name stays.
		s.Call(t, "/provisioning/heartbeats", servertest.Fields{"product_id": s.Product, "client_id": "drill-1", "software_version": "2.0", "operating_system": "Linux 6", "hostname": "hall-10"})
		servertest.Says(t, anna.Get(t, one), "h1", "Front desk")
		servertest.Says(t, anna.Get(t, one), "main", "hall-10")
		servertest.Says(t, named(anna, ""), "h1", "hall-10")
	})
}
