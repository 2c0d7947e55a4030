package licenses_test

import (
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// An owner sees everything about a licence, and what its meters counted; others see none
// of it.
func TestLicence(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{
			"name": "Hers", "licensee_email": "anna@example.com", "expires_at": "2090-12-31",
			"deactivation_allowance": 5, "dashboard_deactivation_allowance": 2,
		})
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		s.Activate(t, key, "drill-1", "HALL-9")
		s.Call(t, "/data_gathering/consumption_heartbeats", servertest.Fields{
			"client_id": "drill-1", "consumption_heartbeat": []servertest.Fields{{"limitation_id": s.Limitation, "value": 95.5}},
		})
		p := anna.Get(t, "/licenses/"+id)
		servertest.Says(t, p, "main", key, id, s.Product, "anna@example.com", "Kirk AG", "K-1001", "Pro", "Perpetual", "31 Dec 2090",
			"export", "not included", "region", "eu", "Meter attributes", "Allowed", "100", "Consumed now", "95.5", "gross", "Next reset", "Consumed per day",
			"“pages” is nearly used up.", "0 of 2 used, 2 left", "0 of 5 used, 5 left")
		if copied := p.Find(`[data-copy="` + key + `"]`).Length(); copied == 0 {
			t.Error("the key can't be copied")
		}
		for name, b := range map[string]*servertest.Browser{
			"a stranger": server.AsOwner(t, s.Vendor, "stranger@example.com", nil),
			"who administers another customer": server.AsOwner(t, s.Vendor, "other@example.com", map[string]owners.Role{
				s.Manage(t, "POST", "/customers", servertest.Fields{"company_name": "Other"}, "id"): owners.Administrator,
			}),
		} {
			for _, path := range []string{"", "/activations", "/activations?format=csv", "/activations/delete", "/files"} {
				if p := b.Get(t, "/licenses/"+id+path); p.Status != 404 {
					t.Errorf("%s at %s: %d", name, path, p.Status)
				}
			}
			if p := b.Post(t, "/licenses/"+id+"/files", nil); p.Status != 404 {
				t.Errorf("%s gets a file: %d", name, p.Status)
			}
		}
	})
}
