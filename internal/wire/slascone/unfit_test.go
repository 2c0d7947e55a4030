package slascone_test

import (
	"fmt"
	"strings"
	"testing"
)

// What shows nothing is no client id, and what can't be kept is no key: every call says
// so with the protocol's numbers, as a program of another vendor sends such texts.
func TestTextsThatShowNothing(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		known := strings.NewReplacer("PRODUCT", m.product, "KEY", m.key, "LIMITATION", m.pages)
		entries := `"consumption_heartbeat":[{"limitation_id":"LIMITATION","value":1}]`
		for _, text := range []string{`\t`, ` `, `\u0000`, `\u200b`, ` \r\n\u0000\u2060`} {
			for path, body := range map[string]string{
				"/provisioning/activations":                `{"product_id":"PRODUCT","license_key":"KEY","client_id":"TEXT"}`,
				"/provisioning/heartbeats":                 `{"product_id":"PRODUCT","software_version":"1","operating_system":"x","client_id":"TEXT"}`,
				"/provisioning/session/open":               `{"license_id":"KEY","client_id":"TEXT"}`,
				"/provisioning/session/close":              `{"license_id":"KEY","client_id":"TEXT"}`,
				"/data_gathering/consumption_heartbeats":   `{"client_id":"TEXT",` + entries + `}`,
				"/data_gathering/usage_heartbeats_by_name": `{"client_id":"TEXT","usage_heartbeat":[{"usage_feature_name":"Print","value":1}]}`,
			} {
				m.refused(t, 2010, path, strings.ReplaceAll(known.Replace(body), "TEXT", text))
			}
		}
		for _, text := range []string{`\t`, ` `, `\u0000`, `\u0000abc`, `\ud800`, `\u200b`, "\xff"} {
			for path, body := range map[string]string{
				"/provisioning/activations":              `{"product_id":"PRODUCT","license_key":"TEXT","client_id":"c2"}`,
				"/provisioning/heartbeats":               `{"product_id":"PRODUCT","software_version":"1","operating_system":"x","client_id":"c1","token_key":"TEXT"}`,
				"/provisioning/unassign":                 `{"token_key":"TEXT","client_id":"c1"}`,
				"/provisioning/validate":                 `{"license_key":"TEXT"}`,
				"/provisioning/licenses/by_license":      `{"product_id":"PRODUCT","license_key":"TEXT"}`,
				"/provisioning/session/open":             `{"license_id":"TEXT","client_id":"c1"}`,
				"/provisioning/validate/consumption":     `{"license_id":"TEXT","limitation_id":"LIMITATION"}`,
				"/data_gathering/consumption_heartbeats": `{"client_id":"c1","token_key":"TEXT",` + entries + `}`,
			} {
				m.vendor.ProvisioningKey = m.newKey(t, fmt.Sprintf("%q %s", text, path)) // with a budget of its own
				m.refused(t, 1000, path, strings.ReplaceAll(known.Replace(body), "TEXT", text))
			}
		}
		// A key with more around it is the key all the same.
		for _, around := range []string{`\u0000KEY`, `KEY\u0000`, `\tKEY\r\n`} {
			body := known.Replace(strings.Replace(`{"license_key":"TEXT"}`, "TEXT", around, 1))
			if a := m.call(t, "/provisioning/validate", body); a.Status != 200 {
				t.Errorf("%s: %d %s", body, a.Status, a.Body)
			}
		}
	})
}
