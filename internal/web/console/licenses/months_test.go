package licenses_test

import (
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// An edition that counts by the month is made in the console, which asks for that once;
// the pages of its licence say how many devices of the month were used.
func TestConsoleALicenceThatCountsMonths(t *testing.T) {
	servertest.Each(t, func(t *testing.T, server *servertest.Server) {
		s := servertest.OpenShop(t, server)
		form := servertest.Filled(s.Get(t, "/products/"+s.Product+"/editions/new"))
		for name, value := range map[string]string{
			"name": "By the month", "activation_counting": "monthly", "token_limit": "1", "goodwill_token_limit": "1", "offline_allowed": "on",
		} {
			form.Set(name, value)
		}
		servertest.Refuses(t, s.Post(t, "/products/"+s.Product+"/editions/new", form), "offline_allowed", "can't be combined")
		form.Del("offline_allowed")
		made := s.Post(t, "/products/"+s.Product+"/editions/new", form)
		servertest.Says(t, made, "main", "Named, by the month", "In each calendar month up to 1 device may use it")
		edition := strings.TrimPrefix(made.Path, "/editions/")
		if got := s.Value(t, made.Path, "activation_counting"); got != "monthly" {
			t.Errorf("the API says %q", got)
		}
		edit := s.Get(t, made.Path+"/edit")
		if edit.Find("[name=activation_counting], [name=goodwill_days]").Length() != 0 {
			t.Error("what is fixed is asked for again, or what has no use")
		}
		changed := servertest.Filled(edit)
		changed.Set("description", "For fleets")
		servertest.Says(t, s.Post(t, made.Path+"/edit", changed), "main", "Named, by the month", "For fleets")

		id, key := s.Issue(t, edition, nil)
		page := "/licenses/" + id
		s.Activate(t, key, "drill-1", "hall-1")
		s.Activate(t, key, "drill-2", "hall-2")
		refused := s.Server.Do(t, "POST", "/api/v2/isv/"+s.Vendor.VendorID+"/provisioning/activations", servertest.Fields{
			"product_id": s.Product, "license_key": key, "client_id": "drill-3", "software_version": "3.1",
		}, "ProvisioningKey", s.Vendor.ProvisioningKey)
		if refused.Status != 409 || !strings.Contains(string(refused.Body), "All devices of this month are in use.") ||
			!strings.Contains(string(refused.Body), "2 devices of 2 were counted in this month, which ends") {
			t.Fatalf("a device too many: %d %s", refused.Status, refused.Body)
		}
		shown := s.Get(t, page)
		servertest.Says(t, shown, "main", "This month", "2 of 1 (2 allowed)", "2 · 1 · 2", "1 of 1", "The month ends", "Activated devices", "Named, by the month")
		servertest.Says(t, shown, ".app-notice:contains('Used up')", "releasing a device frees no place of this one", "Add activations")
		servertest.Says(t, shown, ".app-notice:contains('On goodwill')", "1 client is above the contract")
		servertest.Says(t, shown, "#months, main", "Devices in each month")
		devices := s.Get(t, page+"/devices")
		servertest.Says(t, devices, ".app-head", "this month 2 of 1 (2 allowed)")
		servertest.Says(t, devices, "#rows", "No. 1", "No. 2", "Goodwill")
		if devices.Find(".app-actions a:contains('Token keys')").Length() != 0 {
			t.Error("token keys are offered, and there are none")
		}
		add := s.Get(t, page+"/add-tokens")
		servertest.Says(t, add, "main", "1 device a month now", "2 were used")
		change := s.Get(t, page+"/change")
		if change.Find("[name=offline_allowed], [name=goodwill_days]").Length() != 0 || change.Find("[name=token_limit]").Length() != 1 {
			t.Error("the licence is asked for what it has no use for")
		}
	})
}
