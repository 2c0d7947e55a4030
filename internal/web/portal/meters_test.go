package portal_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// A meter that was asked for more than it has left is not all consumed: its owner reads
// how much is left, and once nothing is, that nothing is.
func TestAMeterThatWasAskedForTooMuch(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		edition := s.Manage(t, "POST", "/editions", servertest.Fields{
			"product_id": s.Product, "name": "Pages", "limitations": []servertest.Fields{{"name": "pages", "limit": 10, "reset": "month"}},
		}, "id")
		license, key := s.Issue(t, edition, servertest.Fields{"licensee_email": "anna@example.com"})
		s.Activate(t, key, "drill-1", "drill")
		anna := server.AsOwner(t, s.Vendor, "anna@example.com", nil)
		var meters struct {
			Items []struct {
				ID string `json:"limitation_id"`
			}
		}
		server.Do(t, "GET", "/api/v1/licenses/"+license+"/meters", nil, "Authorization", "Bearer "+s.Vendor.AdminKey).JSON(t, &meters)
		consume := func(n int) string {
			t.Helper()
			s.Call(t, "/data_gathering/consumption_heartbeats", servertest.Fields{
				"client_id": "drill-1", "consumption_heartbeat": []servertest.Fields{{"limitation_id": meters.Items[0].ID, "value": n}},
			})
			return anna.Get(t, "/").Text("main")
		}
		if got := consume(8); strings.Contains(got, "refused") {
			t.Error(got)
		}
		if got := consume(5); !strings.Contains(got, "and refused. 2 are left.") || strings.Contains(got, "All of it is consumed") {
			t.Error(got)
		}
		if got := consume(2); !strings.Contains(got, "All of it is consumed") || strings.Contains(got, "are left.") {
			t.Error(got)
		}
	})
}
