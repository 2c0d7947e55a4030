package server_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// An XML file is made only where the edition says so; where files want a refresh it names a
// device and ends by then; and a device with a key pair of its own gets none.
func TestXMLFilesByTheRulesOfTheOthers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 4, "offline_allowed": true})
		l := v.issue(t, nil)
		file := func(of, token string) answer {
			path := "/api/v2/isv/" + v.VendorID + "/licenses/" + of + "/xml"
			if token != "" {
				path += "?token_key=" + token
			}
			return answer{v.Do(t, "GET", path, nil, "ProvisioningKey", v.ProvisioningKey)}
		}
		ask := func(client string) answer {
			return answer{v.Do(t, "POST", v.clients()+"/activations/offline?"+url.Values{
				"product_id": {v.product}, "license_key": {l.Key}, "client_id": {client},
			}.Encode(), nil)}
		}
		allow := func(change terms) { v.manage(t, 200, "PATCH", "/editions/"+v.edition, change) }

		file(l.Key, "").refused(t, 20005)
		if a := ask("m-1"); a.Status != 409 {
			t.Errorf("an activation file where there is none: %d %s", a.Status, a.Body)
		}
		allow(terms{"xml_files_allowed": true})
		if a := ask("m-1"); a.Status != 200 {
			t.Fatalf("an activation file: %d %s", a.Status, a.Body)
		}
		if a := file(l.Key, ""); a.Status != 200 || !strings.Contains(string(a.Body), "<expiration_date_utc>9999") {
			t.Errorf("a file without an end: %d %s", a.Status, a.Body)
		}
		token := v.call(t, "/heartbeats", v.heartbeat("m-1")).text(t, "token_key")

		allow(terms{"offline_days": 10})
		file(l.Key, "").refused(t, 20005)
		a := file(l.Key, token)
		_, end, _ := strings.Cut(string(a.Body), "<expiration_date_utc>")
		end, _, _ = strings.Cut(end, "<")
		ends, err := time.Parse(time.RFC3339, end)
		if left := time.Until(ends); err != nil || left < 9*24*time.Hour || left > 10*24*time.Hour || !strings.Contains(string(a.Body), "<client_id>m-1<") {
			t.Errorf("with offline days: %d, ends %q: %s", a.Status, end, a.Body)
		}

		// Attack: who has seen a device's token key fetches a file for it that asks nothing of the device.
		native := v.far(t, "m-2")
		native.activate(t, l.Key)
		keyed := ""
		for _, k := range v.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).field(t, "items").([]any) {
			if one := k.(map[string]any); one["client_id"] == "m-2" {
				keyed, _ = one["token_key"].(string)
			}
		}
		file(l.Key, keyed).refused(t, 2005)
	})
}
