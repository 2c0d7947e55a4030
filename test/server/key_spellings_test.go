package server_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/internal/entry/entrytest"
	"chancery/internal/server/servertest"
)

// A key that is pasted with what stood around it, wrapped, or with other dashes is
// taken at every door.
func TestKeysInEverySpelling(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 3, "offline_allowed": true, "xml_files_allowed": true, "limitations": []terms{{"name": "pages", "reset": "never"}}})
		pages := v.manage(t, 200, "GET", "/editions/"+v.edition, nil).field(t, "limitations").([]any)[0].(map[string]any)["id"].(string)
		team := v.manage(t, 201, "POST", "/editions", terms{
			"product_id": v.product, "name": "Team", "provisioning_mode": "floating", "floating_token_limit": 2,
		}).text(t, "id")
		l, shared := v.issue(t, nil), v.issue(t, terms{"edition_id": team})
		token := v.call(t, "/activations", v.activation(l.Key, "drill-1")).text(t, "token_key")
		p, browser := v.sdk(t), s.SignIn(t, v.NewVendor)

		call := func(method, path string, body any, headers ...string) answer {
			base := strings.TrimSuffix(v.clients(), "/provisioning")
			return answer{v.Do(t, method, base+path, body, append([]string{"ProvisioningKey", v.ProvisioningKey}, headers...)...)}
		}
		says := func(what, spelling string, a answer, field, want string) {
			t.Helper()
			if a.Status != http.StatusOK || !strings.EqualFold(a.text(t, field), want) {
				t.Errorf("%s, %q: %d %.200s", what, spelling, a.Status, a.Body)
			}
		}
		good := func(what, spelling string, a answer) {
			t.Helper()
			if a.Status != http.StatusOK {
				t.Errorf("%s, %q: %d %.200s", what, spelling, a.Status, a.Body)
			}
		}
		for _, key := range entrytest.Key(l.Key) {
			says("activate", key, v.call(t, "/activations", v.activation(key, "drill-1")), "license_key", l.Key)
			says("validate", key, v.call(t, "/validate", terms{"license_key": key}), "license_key", l.Key)
			good("by_license", key, v.call(t, "/licenses/by_license", terms{"product_id": v.product, "license_key": key}))
			good("validate/consumption", key, v.call(t, "/validate/consumption", terms{"license_id": key, "limitation_id": pages}))
			good("toggle", key, call("POST", "/provisioning/licenses/state/toggle", terms{
				"product_id": v.product, "license_key": key, "is_active": true,
			}, "AdminKey", v.AdminKey))
			good("file", key, call("GET", "/licenses/"+url.PathEscape(key)+"/xml", nil))
			good("offline", key, call("POST", "/provisioning/activations/offline?"+url.Values{
				"product_id": {v.product}, "license_key": {key}, "client_id": {"offline-1"},
			}.Encode(), nil))
			says("API", key, v.manage(t, 200, "POST", "/licenses/search", terms{"key": key}), "id", l.ID)
			for _, path := range []string{"/search?q=", "/licenses?q="} {
				if page := browser.Get(t, path+url.QueryEscape(key)); page.Find(`a[href$="/licenses/`+l.ID+`"]`).Length() == 0 {
					t.Errorf("console %s, %q: not found", path, key)
				}
			}
			if status, err := p.Activate(t.Context(), key); err != nil || !status.Valid() {
				t.Errorf("SDK, %q: %v", key, err)
			}
		}
		for _, key := range entrytest.Key(token) {
			beat := v.heartbeat("drill-1")
			beat["token_key"] = key
			says("heartbeat", key, v.call(t, "/heartbeats", beat), "token_key", token)
			good("consume", key, call("POST", "/data_gathering/consumption_heartbeats", terms{
				"client_id": "drill-1", "token_key": key, "consumption_heartbeat": []terms{{"limitation_id": pages, "value": 1}},
			}))
			good("usage", key, call("POST", "/data_gathering/usage_heartbeats_by_name", terms{
				"client_id": "drill-1", "token_key": key, "usage_heartbeat": []terms{{"usage_feature_name": "export", "value": 1}},
			}))
			good("file of a client", key, call("GET", "/licenses/"+l.Key+"/xml?token_key="+url.QueryEscape(key), nil))
			says("API", key, v.manage(t, 200, "POST", "/licenses/search", terms{"key": key}), "id", l.ID)
		}
		for _, key := range entrytest.Key(shared.Key) {
			session := terms{"license_id": key, "client_id": "desk-1", "session_id": "1"}
			good("session/open", key, v.call(t, "/session/open", session))
			good("sessions", key, call("GET", "/provisioning/licenses/"+url.PathEscape(key)+"/tokens/floating/active/count", nil))
			good("session/close", key, v.call(t, "/session/close", session))
		}
		once := v.issue(t, nil)
		for i, key := range entrytest.Key(once.TokenKeys[0]) {
			v.call(t, "/activations", v.activation(once.TokenKeys[0], "once-"+strconv.Itoa(i)))
			good("unassign", key, v.call(t, "/unassign", terms{"token_key": key}))
		}
	})
}

// What is no key is refused as an unknown one, and never as a call that is wrong.
func TestWhatIsNoKey(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 3, "offline_allowed": true, "xml_files_allowed": true, "limitations": []terms{{"name": "pages", "reset": "never"}}})
		pages := v.manage(t, 200, "GET", "/editions/"+v.edition, nil).field(t, "limitations").([]any)[0].(map[string]any)["id"].(string)
		l := v.issue(t, nil)
		v.call(t, "/activations", v.activation(l.Key, "drill-1"))
		base, callers := strings.TrimSuffix(v.clients(), "/provisioning"), 0
		call := func(method, path string, body any) answer {
			callers++ // each from an address of its own: nobody may guess for long
			from := fmt.Sprintf("%d.%d.0.9", 11+callers%100, callers/100)
			return answer{v.Do(t, method, base+path, body, "ProvisioningKey", v.ProvisioningKey, "X-Forwarded-For", from)}
		}
		for _, key := range []string{
			" ", "\r\n", "\u200b", "“”", "-", "null", l.Key[:35], l.Key + "0", l.Key + " " + l.Key, "\u202e" + l.Key[1:], strings.Repeat("x", 5000),
			"00000000-0000-0000-0000-000000000000", "{\"license_key\":1}", "Ключ",
		} {
			for _, c := range []struct {
				path string
				body terms
			}{
				{"/provisioning/activations", v.activation(key, "drill-1")},
				{"/provisioning/validate", terms{"license_key": key}},
				{"/provisioning/licenses/by_license", terms{"product_id": v.product, "license_key": key}},
				{"/provisioning/validate/consumption", terms{"license_id": key, "limitation_id": pages}},
				{"/provisioning/session/open", terms{"license_id": key, "client_id": "drill-1"}},
				{"/provisioning/session/close", terms{"license_id": key, "client_id": "drill-1", "session_id": "1"}},
				{"/provisioning/activations/offline?" + url.Values{"product_id": {v.product}, "license_key": {key}, "client_id": {"drill-1"}}.Encode(), nil},
			} {
				call("POST", c.path, c.body).refused(t, 1000)
			}
		}
		for _, key := range []any{" ", "\r\n", "\u200b", "“”", "-", l.Key[:35], strings.Repeat("x", 5000), 7, []string{l.Key}, "00000000-0000-0000-0000-000000000000"} {
			beat := v.heartbeat("drill-1")
			beat["token_key"] = key
			for path, body := range map[string]terms{
				"/provisioning/heartbeats": beat,
				"/provisioning/unassign":   {"token_key": key, "client_id": "drill-1"},
				"/data_gathering/consumption_heartbeats": {
					"client_id": "drill-1", "token_key": key, "consumption_heartbeat": []terms{{"limitation_id": pages, "value": 1}},
				},
				"/data_gathering/usage_heartbeats_by_name": {
					"client_id": "drill-1", "token_key": key, "usage_heartbeat": []terms{{"usage_feature_name": "export", "value": 1}},
				},
				"/data_gathering/analytical_heartbeats": {
					"client_id": "drill-1", "token_key": key, "analytical_heartbeat": []terms{{"analytical_field_id": nobody, "value": 1}},
				},
			} {
				call("POST", path, body).refused(t, 1000)
			}
		}
		call("GET", "/licenses/"+l.Key+"/xml?token_key=x", nil).refused(t, 1000)
	}, behindProxy)
}

// A legacy key is kept as it is: with one kind of dash, and nothing around it.
func TestLegacyKeysAsTheyArePasted(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 9})
		for stored, spellings := range map[string][]string{
			"-ABC-123":    {"-ABC-123", "\u2013ABC\u2011123", "“-ABC-123”", "-ABC-\r\n 123", "\u200e-ABC-123\u200b"},
			"Schlüssel 7": {"Schlu\u0308ssel 7", "Schlüssel\u00a07", "(Schlüssel 7)"},
		} {
			l := v.issue(t, terms{"legacy_license_key": " " + strings.ReplaceAll(stored, "-", "\u2011") + " "})
			if got := v.manage(t, 200, "GET", "/licenses/"+l.ID, nil).text(t, "legacy_license_key"); got != stored {
				t.Errorf("%q is kept as %q", stored, got)
			}
			for _, key := range spellings {
				if a := v.call(t, "/activations", v.activation(key, "old")); a.Status != 200 || a.text(t, "license_key") != l.Key {
					t.Errorf("%q: %d %.200s", key, a.Status, a.Body)
				}
			}
		}
		got := v.manage(t, 400, "POST", "/licenses", terms{"edition_id": v.edition, "customer_id": v.customer, "legacy_license_key": "AB\u200bC"})
		if !strings.Contains(string(got.Body), "U+200B") || !strings.Contains(string(got.Body), "legacy_license_key") {
			t.Errorf("a character that nobody sees: %s", got.Body)
		}
	})
}

// sdk is a program of the vendor's that uses the SDK.
func (v vendor) sdk(t *testing.T) *client.Client {
	t.Helper()
	key, err := base64.RawURLEncoding.DecodeString(v.Ed25519PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	p, err := client.New(client.Config{
		BaseURL: v.URL, VendorID: v.VendorID, ProductID: v.product, ProvisioningKey: v.ProvisioningKey,
		PublicKeys: []ed25519.PublicKey{key}, StateDir: t.TempDir(), SoftwareVersion: "1.0", ClientID: "sdk-1",
		Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}
