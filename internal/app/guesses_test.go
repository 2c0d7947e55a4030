package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"chancery/internal/app/apptest"
)

// The attack: trying token keys, by calls that report something. A token key can't
// be guessed, but who tries is noticed there as everywhere.
func TestWrongTokenKeysAreNoticedInReports(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		for path, list := range map[string]string{
			"consumption_heartbeats":   fmt.Sprintf(`"consumption_heartbeat":[{"limitation_id":%q,"value":1}]`, m.pages),
			"usage_heartbeats_by_name": `"usage_heartbeat":[{"usage_feature_name":"Print","value":1}]`,
			"analytical_heartbeats":    fmt.Sprintf(`"analytical_heartbeat":[{"analytical_field_id":%q,"value":1}]`, m.pages),
		} {
			m.vendor = m.Vendor(t, path) // with a provisioning key, and so a budget, of its own
			throttled := false
			for i := range 40 {
				a := m.call(t, "/data_gathering/"+path, fmt.Sprintf(`{"client_id":"c1","token_key":"00000000-0000-4000-8000-0000000000%02d",%s}`, i, list))
				throttled = throttled || a.Status == http.StatusTooManyRequests
			}
			if !throttled {
				t.Errorf("%s: forty wrong token keys, and nobody minds", path)
			}
		}
	})
}

// The attack: trying legacy keys one after another, which may be short, by every
// call that takes a key.
func TestGuessingLegacyKeysIsThrottled(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		id := "0190a8f0-0000-7000-8000-00000000dead"
		for call, field := range map[string]string{
			"validate": "license_key", "activations": "license_key", "licenses/by_license": "license_key",
			"session/open": "license_id", "session/close": "license_id", "validate/consumption": "license_id",
		} {
			v := s.Vendor(t, call) // with a provisioning key, and so a budget, of its own
			create := func(what string, fields map[string]string) string {
				var made struct{ ID string }
				s.Do(t, http.MethodPost, "/api/v1/"+what, fields, "Authorization", "Bearer "+v.AdminKey).JSON(t, &made)
				return made.ID
			}
			product := create("products", map[string]string{"name": "Drill"})
			edition := create("editions", map[string]string{"product_id": product, "name": "Pro"})
			customer := create("customers", map[string]string{"company_name": "Kirk", "email": "kirk@example.com"})
			create("licenses", map[string]string{"edition_id": edition, "customer_id": customer, "legacy_license_key": "OLD-TRUE"})
			guess := func(key string) apptest.Answer {
				return s.Do(t, http.MethodPost, "/isv/"+v.VendorID+"/provisioning/"+call, map[string]string{
					field: key, "client_id": "c", "product_id": product, "limitation_id": id,
				}, "ProvisioningKey", v.ProvisioningKey)
			}
			throttled := false
			for i := range 40 {
				switch a := guess(fmt.Sprintf("OLD-%04d", i)); {
				case a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") != "":
					throttled = true
				case a.Status != http.StatusConflict || throttled:
					t.Fatalf("%s: guess %d was answered %d %s", call, i, a.Status, a.Body)
				}
			}
			if !throttled {
				t.Errorf("%s: forty guesses, and nobody minds", call)
			}
			if a := guess("OLD-TRUE"); a.Status != http.StatusTooManyRequests {
				t.Errorf("%s: the right guess after them is answered %d %s", call, a.Status, a.Body)
			}
		}
	})
}
