package server_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// A version that can't be read is refused where it is set, and judges nobody where a
// client says it.
func TestVersionsThatCantBeRead(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 9, "release_limit": " 2.0 ", "strict_heartbeats": true})
		if got := v.manage(t, 200, "GET", "/editions/"+v.edition, nil).text(t, "release_limit"); got != "2.0" {
			t.Errorf("the limit is kept as %q", got)
		}
		l := v.issue(t, nil)
		for _, wrong := range []string{"1,10", "latest", "all", "Version 2", "1.x", "\u0661.2"} {
			for _, c := range []struct{ method, path, field string }{
				{"PATCH", "/editions/" + v.edition, "release_limit"},
				{"PATCH", "/editions/" + v.edition, "minimum_release"},
				{"PATCH", "/licenses/" + l.ID, "release_limit"},
				{"PATCH", "/licenses/" + l.ID, "minimum_release"},
				{"PATCH", "/products/" + v.product, "latest_release"},
				{"POST", "/products/" + v.product + "/releases", "software_release"},
			} {
				if got := v.manage(t, 400, c.method, c.path, terms{c.field: wrong}); !strings.Contains(string(got.Body), c.field) {
					t.Errorf("%s of %q: %s", c.field, wrong, got.Body)
				}
			}
			v.manage(t, 400, "POST", "/licenses", terms{"edition_id": v.edition, "customer_id": v.customer, "release_limit": wrong})
		}

		activate := func(client, version string) answer {
			body := v.activation(l.Key, client)
			body["software_version"] = version
			return v.call(t, "/activations", body)
		}
		activate("new", "2.1").refused(t, 1003)
		for _, version := range []string{"Version 9", "build-7", "1,10", "nightly"} {
			a := activate("odd", version)
			if a.Status != 200 || a.field(t, "is_software_version_valid") != true || a.field(t, "is_newer_software_shipment_available") != false {
				t.Errorf("%q: %d %s", version, a.Status, a.Body)
			}
			beat := v.heartbeat("odd")
			beat["software_version"] = version
			if a := v.call(t, "/heartbeats", beat); a.Status != 200 {
				t.Errorf("a heartbeat of %q: %d %s", version, a.Status, a.Body)
			}
		}
		if p := s.SignIn(t, v.NewVendor).Get(t, "/licenses/"+l.ID+"/devices"); !strings.Contains(p.Text("main"), "nightlycan't be read as a version") {
			t.Errorf("staff read %s", p.Text("main"))
		}
	})
}
