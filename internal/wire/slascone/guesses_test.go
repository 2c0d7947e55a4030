package slascone_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chancery/internal/server/servertest"
	"chancery/signed"
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
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
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
			guess := func(key string) servertest.Answer {
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

// The attack: the provisioning key, which is in every copy of a program, and client
// ids tried one after another, by every call that names a client. The hit answered
// the keys with which the seat was given away, and used up meters.
func TestGuessingClientsIsThrottled(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		admin := []string{"Authorization", "Bearer " + m.vendor.AdminKey}
		var team struct{ ID string }
		m.Do(t, "POST", "/api/v1/editions", fmt.Sprintf(`{"product_id":%q,"name":"Team","provisioning_mode":"floating","floating_token_limit":5}`, m.product),
			admin...).JSON(t, &team)
		var customers struct{ Items []struct{ ID string } }
		m.Do(t, "GET", "/api/v1/customers", nil, admin...).JSON(t, &customers)
		var floating struct {
			ID  string
			Key string `json:"license_key"`
		}
		m.Do(t, "POST", "/api/v1/licenses", map[string]string{"edition_id": team.ID, "customer_id": customers.Items[0].ID}, admin...).JSON(t, &floating)
		activate := func(client, key string) {
			t.Helper()
			if a := m.call(t, "/provisioning/activations", fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":%q}`, m.product, key, client)); a.Status != 200 {
				t.Fatalf("activate %s: %d %s", client, a.Status, a.Body)
			}
		}
		activate("seldom", m.key)
		activate("guest", floating.Key)
		heartbeat := `{"product_id":%q,"client_id":%q,"software_version":"1","operating_system":"Linux"}`
		calls := map[string]func(client string) string{
			"/provisioning/heartbeats": func(client string) string { return fmt.Sprintf(heartbeat, m.product, client) },
			"/data_gathering/consumption_heartbeats": func(client string) string {
				return fmt.Sprintf(`{"client_id":%q,"consumption_heartbeat":[{"limitation_id":%q,"value":1}]}`, client, m.pages)
			},
			"/data_gathering/usage_heartbeats_by_name": func(client string) string {
				return fmt.Sprintf(`{"client_id":%q,"usage_heartbeat":[{"usage_feature_name":"Print","value":1}]}`, client)
			},
			"/data_gathering/analytical_heartbeats": func(client string) string {
				return fmt.Sprintf(`{"client_id":%q,"analytical_heartbeat":[{"analytical_field_id":%q,"value":1}]}`, client, m.pages)
			},
			"/provisioning/session/open": func(client string) string {
				return fmt.Sprintf(`{"license_id":%q,"client_id":%q}`, floating.ID, client)
			},
			"/provisioning/session/close": func(client string) string {
				return fmt.Sprintf(`{"license_id":%q,"client_id":%q}`, floating.ID, client)
			},
		}
		for path, body := range calls {
			m.vendor.ProvisioningKey = m.newKey(t, path) // with a budget of its own
			hit := "c1"
			if strings.Contains(path, "session") {
				hit = "guest"
			}
			if strings.Contains(path, "/provisioning/heartbeats") {
				if a := m.call(t, path, body(hit)); a.Status != 200 { // served before: it goes on afterwards
					t.Fatalf("%s: %d %s", path, a.Status, a.Body)
				}
				activate("fresh", m.key) // an activation counts as served
			}
			answered := 0
			for i := range 60 {
				switch a := m.call(t, path, body(fmt.Sprintf("guess-%d", i))); {
				case a.Status == 409:
					answered++
				case a.Status != 429 || a.Header.Get("Retry-After") == "":
					t.Fatalf("%s: guess %d was answered %d %s", path, i, a.Status, a.Body)
				}
			}
			if answered != 20 {
				t.Errorf("%s: %d of sixty guesses were answered, want 20", path, answered)
			}
			stranger := hit
			if strings.Contains(path, "/provisioning/heartbeats") {
				for _, client := range []string{hit, "fresh"} {
					if a := m.call(t, path, body(client)); a.Status != 200 {
						t.Errorf("%s: %s, which was served before, is answered %d %s", path, client, a.Status, a.Body)
					}
				}
				stranger = "seldom"
			}
			if a := m.call(t, path, body(stranger)); a.Status != 429 {
				t.Errorf("%s: the right guess after them is answered %d %s", path, a.Status, a.Body)
			}
		}
		// Whoever presents what can't be guessed is served, with the last key too.
		withToken := fmt.Sprintf(`{"product_id":%q,"client_id":"c1","token_key":%q,"software_version":"1","operating_system":"Linux"}`, m.product, m.token)
		for path, body := range map[string]string{
			"/provisioning/heartbeats":   withToken,
			"/provisioning/validate":     fmt.Sprintf(`{"license_key":%q}`, m.key),
			"/provisioning/session/open": fmt.Sprintf(`{"license_id":%q,"client_id":"guest"}`, floating.Key),
		} {
			if a := m.call(t, path, body); a.Status != 200 {
				t.Errorf("%s with a key that can't be guessed, from an address that guessed: %d %s", path, a.Status, a.Body)
			}
		}
	})
}

// A machine that signs its calls goes on where somebody has guessed, or where many
// released machines ask; a signature by any other key proves nothing.
func TestSignedCallsGoOnAmongGuesses(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		own, other := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
		counter := int64(0)
		call := func(key ed25519.PrivateKey, path, body string) int {
			t.Helper()
			counter++
			url := "/api/v2/isv/" + m.vendor.VendorID + path
			nonce := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 16))
			signature, err := signed.SignCall(key, signed.Call{Method: "POST", Path: signed.CallPath(url), Nonce: nonce, IssuedAt: time.Unix(1772366400, 0), Counter: counter}, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			return m.Do(t, "POST", url, body, "ProvisioningKey", m.vendor.ProvisioningKey,
				signed.NonceHeader, nonce, signed.CallSignatureHeader, signature).Status
		}
		public := base64.RawURLEncoding.EncodeToString(own.Public().(ed25519.PublicKey))
		activation := fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":"sdk","client_public_key":%q}`, m.product, m.key, public)
		if status := call(own, "/provisioning/activations", activation); status != 200 {
			t.Fatalf("activate: %d", status)
		}
		for path, body := range map[string]string{
			"/provisioning/heartbeats":                 fmt.Sprintf(`{"product_id":%q,"client_id":"sdk","software_version":"1","operating_system":"Linux"}`, m.product),
			"/data_gathering/consumption_heartbeats":   fmt.Sprintf(`{"client_id":"sdk","consumption_heartbeat":[{"limitation_id":%q,"value":1}]}`, m.pages),
			"/data_gathering/usage_heartbeats_by_name": `{"client_id":"sdk","usage_heartbeat":[{"usage_feature_name":"Print","value":1}]}`,
		} {
			m.vendor.ProvisioningKey = m.newKey(t, path) // with a budget of its own
			for i := range 30 {
				m.call(t, path, strings.Replace(body, `"sdk"`, fmt.Sprintf(`"guess-%d"`, i), 1))
			}
			for name, c := range map[string]struct {
				key  ed25519.PrivateKey
				body string
				want int
			}{
				"another's signature":          {other, body, 429},
				"a client without a key pair":  {own, strings.Replace(body, `"sdk"`, `"c1"`, 1), 429},
				"a client that does not exist": {own, strings.Replace(body, `"sdk"`, `"nobody"`, 1), 429},
			} {
				if status := call(c.key, path, c.body); status != c.want {
					t.Errorf("%s: %s: %d, want %d", path, name, status, c.want)
				}
			}
			if status := call(own, path, body); status != 200 {
				t.Errorf("%s: the client's own signature: %d", path, status)
			}
		}
	})
}

// Where the product says so, a client's name alone brings no keys.
func TestKeysAreHiddenFromWhoNamesAClient(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		said := func(tokenKey string) string {
			t.Helper()
			if tokenKey != "" {
				tokenKey = fmt.Sprintf(`"token_key":%q,`, tokenKey)
			}
			a := m.call(t, "/provisioning/heartbeats", fmt.Sprintf(`{"product_id":%q,"client_id":"c1",%s"software_version":"1","operating_system":"Linux"}`, m.product, tokenKey))
			if a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			return string(a.Body)
		}
		if body := said(""); !strings.Contains(body, m.key) || !strings.Contains(body, m.token) {
			t.Errorf("the keys are missing where clients read them: %s", body)
		}
		if a := m.Do(t, "PATCH", "/api/v1/products/"+m.product, `{"hide_keys_in_heartbeats":true}`, "Authorization", "Bearer "+m.vendor.AdminKey); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if body := said(""); strings.Contains(body, m.key) || strings.Contains(body, m.token) || !strings.Contains(body, `"license_key":null,"token_key":null`) {
			t.Errorf("a client's name alone brings the keys: %s", body)
		}
		if body := said(m.token); !strings.Contains(body, m.key) || !strings.Contains(body, m.token) {
			t.Errorf("the keys are hidden from who presents the token key: %s", body)
		}
	})
}

// newKey makes another provisioning key of the vendor.
func (m *metered) newKey(t *testing.T, name string) string {
	t.Helper()
	var made struct{ Secret string }
	m.Do(t, "POST", "/api/v1/api-keys", map[string]string{"kind": "provisioning", "name": name}, "Authorization", "Bearer "+m.vendor.AdminKey).JSON(t, &made)
	return made.Secret
}

// The attack: trying legacy keys against a licence whose keys were replaced: the answer
// tells the old key from one that never was. Who has an old license key has not guessed.
func TestReplacedKeysAreGuessedLikeOthers(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		manage := func(method, path, body string) {
			if a := m.Do(t, method, "/api/v1"+path, body, "Authorization", "Bearer "+m.vendor.AdminKey); a.Status >= 300 {
				t.Fatalf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		manage("PATCH", "/licenses/"+m.license, `{"legacy_license_key":"OLD-TRUE"}`)
		manage("POST", "/licenses/"+m.license+"/new-key", `{}`)
		for key, throttled := range map[string]bool{m.key: false, "OLD-TRUE": true} {
			m.vendor.ProvisioningKey = m.newKey(t, key) // with a budget of its own
			held := false
			for range 40 {
				a := m.call(t, "/provisioning/validate", fmt.Sprintf(`{"license_key":%q}`, key))
				if held = held || a.Status == http.StatusTooManyRequests; !held && !strings.HasPrefix(string(a.Body), `{"id":20023,`) {
					t.Fatalf("%s: %d %s", key, a.Status, a.Body)
				}
			}
			if held != throttled {
				t.Errorf("forty times %s: held %v, want %v", key, held, throttled)
			}
		}
	})
}

// The attack: asking with a free place of a licence which client ids others have. Those
// that are there are refused, those that are not get the place, which is given back.
func TestAFreePlaceTellsFewClientIds(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		var other, license struct {
			ID         string
			LicenseKey string `json:"license_key"`
		}
		admin := []string{"Authorization", "Bearer " + m.vendor.AdminKey}
		m.Do(t, "POST", "/api/v1/customers", `{"company_name":"Spock","email":"spock@example.com"}`, admin...).JSON(t, &other)
		m.Do(t, "POST", "/api/v1/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q}`, m.edition, other.ID), admin...).JSON(t, &license)
		ask := func(client string) servertest.Answer {
			return m.call(t, "/provisioning/activations", fmt.Sprintf(`{"product_id":%q,"license_key":%q,"client_id":%q}`, m.product, license.LicenseKey, client))
		}
		if a := ask("own"); a.Status != 200 {
			t.Fatalf("a place: %d %s", a.Status, a.Body)
		}
		keys := make([]string, 0, 3) // which have budgets of their own
		for i := range 3 {
			m.vendor.ProvisioningKey = m.newKey(t, fmt.Sprint(i))
			keys = append(keys, m.vendor.ProvisioningKey)
			ask("own")
		}
		for _, m.vendor.ProvisioningKey = range keys {
			for range 15 {
				ask("c1")
			}
		}
		for _, client := range []string{"c1", "nobody"} {
			if a := ask(client); a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s after many tries: %d %s", client, a.Status, a.Body)
			}
		}
		if a := ask("own"); a.Status != 200 {
			t.Errorf("a client that was served here: %d %s", a.Status, a.Body)
		}
		m.clock.Advance(time.Minute)
		if a := ask("nobody"); a.Status != 200 {
			t.Errorf("a new client, later: %d %s", a.Status, a.Body)
		}

		// One legacy key with which ids are tried takes nothing from another one's holder.
		for _, legacy := range []string{"OLD-TRIED", "OLD-HONEST"} {
			m.Do(t, "POST", "/api/v1/licenses", fmt.Sprintf(`{"edition_id":%q,"customer_id":%q,"legacy_license_key":%q}`, m.edition, other.ID, legacy), admin...)
		}
		license.LicenseKey = "OLD-TRIED"
		for range 30 {
			ask("c1")
		}
		license.LicenseKey = "OLD-HONEST"
		if a := ask("honest"); a.Status != 200 {
			t.Errorf("a client with another legacy key: %d %s", a.Status, a.Body)
		}
	})
}

// The attack: filling the list of names that programs define, so that genuine ones
// find no room. It is slow from one client and one address; staff take the names out.
func TestFillingNamesIsSlow(t *testing.T) {
	eachMetered(t, func(t *testing.T, m *metered) {
		report := func(call int) servertest.Answer {
			all := make([]string, 0, 100)
			for i := range 100 {
				all = append(all, fmt.Sprintf(`{"usage_feature_name":"x%d.%d","value":1}`, call, i))
			}
			return m.call(t, "/data_gathering/usage_heartbeats_by_name", `{"client_id":"c1","usage_heartbeat":[`+strings.Join(all, ",")+`]}`)
		}
		for i := range 2 {
			if a := report(i); a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		if a := report(2); a.Status != 429 || !strings.Contains(string(a.Body), "too_many_names") {
			t.Errorf("the third hundred: %d %s", a.Status, a.Body)
		}
		if a := report(1); a.Status != 200 {
			t.Errorf("names that are there: %d %s", a.Status, a.Body)
		}
		admin := []string{"Authorization", "Bearer " + m.vendor.AdminKey}
		path := "/api/v1/products/" + m.product + "/usage-features"
		if a := m.Do(t, "POST", path+"/clear", `{"created_since":"2020-01-01T00:00:00Z"}`, admin...); a.Status != 200 || !strings.Contains(string(a.Body), `"deleted":200`) {
			t.Errorf("clearing: %d %s", a.Status, a.Body)
		}
		if a := m.Do(t, "GET", path, nil, admin...); !strings.Contains(string(a.Body), `"items":[]`) {
			t.Errorf("afterwards: %s", a.Body)
		}
	})
}
