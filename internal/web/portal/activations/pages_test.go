package activations_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// An owner finds a device of the licence, sees all of it, and deletes within the allowance.
func TestActivations(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{
			"licensee_email": "anna@example.com", "token_limit": 5, "dashboard_deactivation_allowance": 2,
		})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		list := "/licenses/" + id + "/activations"
		servertest.Says(t, anna.Get(t, list), "main", "No device is activated yet")
		for client, host := range map[string]string{"drill-1": "hall-9", "drill-2": "annex", "saw-1": "hall-1", "saw-2": "yard"} {
			s.Activate(t, key, client, host)
		}
		s.Call(t, "/provisioning/heartbeats", servertest.Fields{
			"product_id": s.Product, "client_id": "drill-1", "software_version": "2.0", "operating_system": "Linux 6", "hostname": "hall-9",
			"device_variables": servertest.Fields{"room": "north"},
		})
		p := anna.Get(t, list)
		servertest.Says(t, p, "thead", "Hostname", "IP", "Activation date", "Last sync", "Platform", "Place")
		hosts := func(query string) string {
			var all []string
			for row := range strings.SplitSeq(anna.Get(t, list+query).Text("#rows"), "\n") {
				for _, host := range []string{"hall-9", "annex", "hall-1", "yard"} {
					if strings.Contains(row, host) {
						all = append(all, host)
					}
				}
			}
			return strings.Join(all, " ")
		}
		if got := hosts("?q=HALL"); !strings.Contains(got, "hall-9") || strings.Contains(got, "annex") {
			t.Errorf("found %s", got)
		}
		if got := hosts("?state=silent"); got != "" {
			t.Errorf("silent: %s", got)
		}
		if csv := anna.Get(t, list+"?format=csv&q=annex"); !strings.Contains(csv.Body, "annex") || strings.Contains(csv.Body, "yard") {
			t.Errorf("the file: %s", csv.Body)
		}
		device := func(name string) string {
			t.Helper()
			return strings.TrimPrefix(anna.Get(t, list+"?q="+name).Find("#rows a").First().AttrOr("href", ""), anna.Base)
		}
		one := device("hall-9")
		p = anna.Get(t, one)
		servertest.Says(t, p, "main", "hall-9", "drill-1", "2.0", "Linux 6", "room", "north", "Activation date", "Last sync", "Local network", "Versions", "Syncs per day")
		if p.Find(".app-more-actions a").Text() != "Delete" {
			t.Errorf("the menu has %s", p.Find(".app-more-actions").Text())
		}
		servertest.Says(t, anna.Get(t, one+"/heartbeats"), "#rows", "2.0")
		servertest.Says(t, anna.Get(t, one+"/delete"), "main", "hall-9 loses its activation at once", "0 of 2 used, 2 left")

		viewer := server.AsOwner(t, s.Vendor, "viewer@example.com", map[string]owners.Role{s.Customer: owners.Viewer})
		if p := viewer.Get(t, one); p.Status != 200 || p.Find(".app-more-actions").Length() != 0 {
			t.Errorf("a viewer: %d, %s", p.Status, p.Find(".app-more-actions").Text())
		}
		if p := viewer.Post(t, one+"/delete", nil); p.Status != 403 {
			t.Errorf("a viewer deletes: %d", p.Status)
		}
		stranger := server.AsOwner(t, s.Vendor, "stranger@example.com", nil)
		for _, path := range []string{one, one + "/heartbeats", one + "/delete"} {
			if p := stranger.Get(t, path); p.Status != 404 {
				t.Errorf("a stranger at %s: %d", path, p.Status)
			}
		}
		if p := stranger.Post(t, one+"/delete", nil); p.Status != 404 {
			t.Errorf("a stranger deletes: %d", p.Status)
		}

		servertest.Says(t, anna.Post(t, one+"/delete", nil), "main", "1 activation was deleted. You can delete 1 more.")
		servertest.Says(t, anna.Get(t, one), "main", "No longer activated.", "released by the owner in the dashboard")
		if p := anna.Get(t, one); p.Find(".app-more-actions").Length() != 0 {
			t.Error("a deleted activation can be deleted")
		}
		// Two are more than there is left of the allowance: none is deleted.
		refused := func(p *servertest.Page, all ...string) {
			t.Helper()
			for _, text := range all {
				if p.Status != 409 || !strings.Contains(p.Text("main"), text) {
					t.Errorf("%d, without %q: %s", p.Status, text, p.Text("main"))
				}
			}
		}
		ids := url.Values{"id": {idOf(device("annex")), idOf(device("hall-1"))}}
		refused(anna.Post(t, list+"/delete", ids), "Delete 2 activations?")
		ids.Set("sure", "yes")
		refused(anna.Post(t, list+"/delete", ids), "Nothing was deleted.", "You can delete 1 more and not that many.")
		ids.Set("id", idOf(device("annex")))
		servertest.Says(t, anna.Post(t, list+"/delete", ids), "main", "1 activation was deleted. You can delete 0 more.")
		last := device("hall-1")
		p = anna.Get(t, last)
		if p.Find(".app-more-actions a").Text() != "Delete: none left" {
			t.Errorf("the menu has %s", p.Find(".app-more-actions").Text())
		}
		why := "All 2 deactivations that you can do here are used up. Ask Acme"
		servertest.Says(t, anna.Get(t, last+"/delete"), "main", why, "No deletion is left")
		refused(anna.Post(t, last+"/delete", nil), why)
		if got := hosts(""); !strings.Contains(got, "hall-1") || !strings.Contains(got, "yard") || strings.Contains(got, "annex") {
			t.Errorf("left: %s", got)
		}
		if got := hosts("?state=deleted"); !strings.Contains(got, "annex") || !strings.Contains(got, "hall-9") {
			t.Errorf("deleted: %s", got)
		}
	})
}

// idOf is the id at the end of an address.
func idOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// All activations of a licence go in one step.
func TestDeleteAll(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"licensee_email": "anna@example.com"})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		for _, client := range []string{"a", "b", "c"} {
			s.Activate(t, key, client, "")
		}
		list := "/licenses/" + id + "/activations"
		servertest.Says(t, anna.Get(t, list+"/delete"), "main", "Delete all activations", "3 devices lose their activations at once")
		servertest.Says(t, anna.Post(t, list+"/delete", url.Values{"sure": {"yes"}}), "main", "3 activations were deleted.")
		servertest.Says(t, anna.Get(t, list), "main", "No device is activated yet")
	})
}
