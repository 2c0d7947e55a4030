package server_test

import (
	"fmt"
	"net/url"
	"testing"

	"chancery/internal/server/servertest"
)

// A text that somebody types with loose accents (NFD, as some systems write file names)
// is kept composed, whichever door it comes in by: what looks the same is the same.
func TestFreeTextsAreKeptComposed(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		shop := servertest.OpenShop(t, s)
		n := 0
		loose := func() string { n++; return fmt.Sprintf("Gru\u0308n %02d", n) }
		send := func(method, path string, body servertest.Fields) {
			shop.Manage(t, method, path, body, "")
		}
		form := func(path string, values url.Values) {
			t.Helper()
			if p := shop.Fill(t, path, values); p.Status != 200 {
				t.Errorf("%s: %d %s", path, p.Status, p.Text("main"))
			}
		}
		license, key := shop.Issue(t, shop.Pro, servertest.Fields{"name": loose(), "legacy_license_key": loose()})
		shop.Activate(t, key, "drill-1", "hall")
		send("POST", "/licenses/"+license+"/consumptions", servertest.Fields{"limitation_id": shop.Limitation, "value": 2, "reason": loose()})
		send("POST", "/licenses/"+license+"/meters/reset", servertest.Fields{"limitation_id": shop.Limitation, "reason": loose()})
		send("PATCH", "/products/"+shop.Product, servertest.Fields{"name": loose(), "description": loose()})
		send("POST", "/products/"+shop.Product+"/releases", servertest.Fields{"software_release": "9.0", "description": loose()})
		send("PATCH", "/editions/"+shop.Pro, servertest.Fields{"name": loose(), "description": loose()})
		send("PATCH", "/customers/"+shop.Customer, servertest.Fields{"company_name": loose(), "customer_number": loose()})
		send("PUT", "/mail-templates", servertest.Fields{
			"kind": "test", "language": "en", "subject": loose(), "text": loose(), "html": "<p>" + loose() + "</p>",
		})
		form("/settings/vendor", url.Values{"name": {loose()}})
		form("/settings/vendor/branding", url.Values{"shown_name": {loose()}, "support_text": {loose()}})
		form("/settings/help", url.Values{"help_en": {loose()}})
		form("/settings/roles/new", url.Values{"name": {loose()}, "description": {loose()}, "permissions": {"view_licenses"}})
		form("/account/name", url.Values{"name": {loose()}})
		form("/products/"+shop.Product+"/usage-features/new", url.Values{"name": {loose()}})
		shop.Call(t, "/data_gathering/usage_heartbeats_by_name", servertest.Fields{
			"client_id": "drill-1", "usage_heartbeat": []servertest.Fields{{"usage_feature_name": loose(), "usage_module_name": loose(), "value": 1}},
		})
		for _, found := range remembered(t, s, []string{"u\u0308"}) {
			t.Errorf("kept as it came: %s", found)
		}
		for i := range n {
			if text := fmt.Sprintf("Grün %02d", i+1); len(remembered(t, s, []string{text})) == 0 {
				t.Errorf("%s was kept nowhere", text)
			}
		}
	})
}
