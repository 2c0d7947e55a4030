package licenses_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// tokenOf gives the token key of a licence's one activation.
func tokenOf(t *testing.T, s *servertest.Shop, license string) string {
	t.Helper()
	var found struct {
		Items []struct {
			TokenKey string `json:"token_key"`
		}
	}
	s.Server.Do(t, "GET", "/api/v1/licenses/"+license+"/activations", nil, "Authorization", "Bearer "+s.Vendor.AdminKey).JSON(t, &found)
	if len(found.Items) != 1 {
		t.Fatalf("%d activations", len(found.Items))
	}
	return found.Items[0].TokenKey
}

func TestConsoleDeactivations(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		id, key := s.Issue(t, s.Pro, servertest.Fields{"deactivation_allowance": 2, "dashboard_deactivation_allowance": 1})
		page := "/licenses/" + id
		servertest.Says(t, s.Get(t, page), "aside", "Deactivations", "0 of 2", "Of those, in the dashboard", "0 of 1")
		for _, client := range []string{"drill-1", "drill-2"} {
			s.Activate(t, key, client, "hall")
			s.Call(t, "/provisioning/unassign", servertest.Fields{"token_key": tokenOf(t, s, id)})
		}
		shown := s.Get(t, page)
		servertest.Says(t, shown, "aside", "2 of 2")
		servertest.Says(t, shown, ".app-notice:contains('Deactivations used up') .app-notice-acts", "Allow more", "Reset the count", "Release a device")
		servertest.Says(t, s.Get(t, page+"/reset-deactivations"), "main", "2 deactivations are used now, 0 of them in the dashboard", "can't be taken back")
		servertest.Refuses(t, s.Post(t, page+"/allow-deactivations", url.Values{"more": {"0"}, "dashboard": {"0"}}), "more", "other than 0")
		servertest.Refuses(t, s.Post(t, page+"/allow-deactivations", url.Values{"more": {"-9"}, "dashboard": {"0"}}), "more", "must be between")
		servertest.Says(t, s.Post(t, page+"/allow-deactivations", url.Values{"more": {"3"}, "dashboard": {"1"}}), "#flash", "now allows 5", "now allows 2")
		if p := s.Get(t, page); strings.Contains(p.Text("main"), "used up") {
			t.Error("it is still said to be used up")
		}
		servertest.Says(t, s.Post(t, page+"/reset-deactivations", nil), "main", "begins again", "0 of 5")
		servertest.Says(t, s.Get(t, page+"/history"), "main", "Licence deactivations reset", "before: 2 → after: 0")
		plain, _ := s.Issue(t, s.Pro, servertest.Fields{})
		servertest.Says(t, s.Get(t, "/licenses/"+plain), "aside", "any number is allowed")
		servertest.Refuses(t, s.Post(t, "/licenses/"+plain+"/allow-deactivations", url.Values{"more": {"3"}}), "", "allows any number")
	})
}
