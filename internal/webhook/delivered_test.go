package webhook_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// From the change to the receiver, while another receiver hangs.
func TestWebhooks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		call := func(status int, method, path string, body any) map[string]any {
			t.Helper()
			a := s.Do(t, method, "/api/v1"+path, body, "Authorization", "Bearer "+v.AdminKey)
			if a.Status != status {
				t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
			}
			var m map[string]any
			if len(a.Body) > 0 {
				a.JSON(t, &m)
			}
			return m
		}
		hang := make(chan struct{})
		hanging, _ := servertest.Receiver(t, func(*http.Request) int { <-hang; return 200 })
		t.Cleanup(func() { close(hang) })
		url, got := servertest.Receiver(t, func(r *http.Request) int {
			if r.URL.Path == "/gone" {
				return 410
			}
			return 204
		})
		subscribe := func(target string) (id, secret string) {
			m := call(201, "POST", "/subscriptions", fmt.Sprintf(`{"kind":"webhook","target":%q,"events":["customer.created","customer.updated"]}`, target))
			return m["id"].(string), m["secret"].(string)
		}
		subscribe(hanging)
		id, secret := subscribe(url + "/hooks")
		customer := call(201, "POST", "/customers", `{"company_name":"Kirk"}`)["id"].(string)
		for i := range 3 {
			call(200, "PATCH", "/customers/"+customer, fmt.Sprintf(`{"company_name":"Kirk %d"}`, i))
		}
		last := 0.0
		for i := range 4 {
			r := servertest.Await(t, got)
			var m struct {
				Type     string         `json:"type"`
				Sequence float64        `json:"sequence"`
				Stream   string         `json:"stream"`
				Data     map[string]any `json:"data"`
			}
			if err := json.Unmarshal(r.Body, &m); err != nil || !servertest.SignedWith(secret, r) || m.Sequence <= last || m.Stream != customer {
				t.Errorf("%s, signed: %t, %v", r.Body, servertest.SignedWith(secret, r), err)
			}
			if want := "customer.updated"; i > 0 && m.Type != want {
				t.Errorf("%d: %s", i, m.Type)
			}
			last = m.Sequence
		}
		if shown := s.Do(t, "GET", "/api/v1/subscriptions/"+id, nil, "Authorization", "Bearer "+v.AdminKey); strings.Contains(string(shown.Body), "whsec_") {
			t.Errorf("the secret is shown again: %s", shown.Body)
		}
		// A new secret signs beside the old one.
		next := call(201, "POST", "/subscriptions/"+id+"/rotate-secret", nil)["secret"].(string)
		call(201, "POST", "/subscriptions/"+id+"/test", nil)
		if r := servertest.Await(t, got); next == secret || !servertest.SignedWith(secret, r) || !servertest.SignedWith(next, r) || !strings.Contains(string(r.Body), `"webhook.test"`) {
			t.Errorf("%v %s", r.Head, r.Body)
		}
		// One is sent again under the id that it had.
		call(200, "POST", "/subscriptions/"+id+"/replay", fmt.Sprintf(`{"sequence":%.0f}`, last))
		if r := servertest.Await(t, got); !strings.Contains(string(r.Body), fmt.Sprintf(`"sequence":%.0f,`, last)) {
			t.Errorf("%s", r.Body)
		}
		// What fails is told, and tried again.
		call(200, "PATCH", "/subscriptions/"+id, fmt.Sprintf(`{"target":%q}`, url+"/gone"))
		item := call(201, "POST", "/subscriptions/"+id+"/test", nil)["sequence"].(float64)
		servertest.Await(t, got)
		for {
			all := call(200, "GET", fmt.Sprintf("/subscriptions/%s/deliveries?sequence=%.0f", id, item), nil)["items"].([]any)
			if len(all) > 0 {
				if d := all[0].(map[string]any); d["status"] != 410.0 || !strings.Contains(d["error"].(string), "switched off") || d["event"] != "webhook.test" {
					t.Errorf("%v", d)
				}
				break
			}
		}
		// Who answers 410 gets nothing any more, and the audit log says since when.
		if now := call(200, "GET", "/subscriptions/"+id, nil); now["is_enabled"] != false {
			t.Errorf("the receiver is gone, and it is still on: %v", now)
		}
		if log := s.Do(t, "GET", "/api/v1/audit-log?action=subscription.updated", nil, "Authorization", "Bearer "+v.AdminKey); !strings.Contains(string(log.Body), `"is_enabled":false`) {
			t.Errorf("%s", log.Body)
		}
	}, servertest.AllowLoopback)
}

// The attack: a webhook that points at the inside of the server's network.
func TestWebhooksStayOutside(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		url, got := servertest.Receiver(t, func(*http.Request) int { return 200 })
		a := s.Do(t, "POST", "/api/v1/subscriptions", fmt.Sprintf(`{"kind":"webhook","target":%q,"events":["customer.created"]}`, url),
			"Authorization", "Bearer "+v.AdminKey)
		var sub struct{ ID string }
		a.JSON(t, &sub)
		s.Do(t, "POST", "/api/v1/subscriptions/"+sub.ID+"/test", nil, "Authorization", "Bearer "+v.AdminKey)
		var all struct {
			Items []struct{ Error, Request string }
		}
		for len(all.Items) == 0 {
			s.Do(t, "GET", "/api/v1/subscriptions/"+sub.ID+"/deliveries", nil, "Authorization", "Bearer "+v.AdminKey).JSON(t, &all)
		}
		if !strings.Contains(all.Items[0].Error, "--allow-outbound") || len(got) > 0 {
			t.Errorf("%+v", all)
		}
	})
}
