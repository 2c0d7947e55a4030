package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/edge"
	"chancery/internal/server/servertest"
)

// Every route that the server has, with the credentials that somebody outside
// may have: none, another vendor's of each kind in each header, revoked ones, and
// another vendor's own with this vendor's ids in path and body. Each is refused
// or gives nothing, and nothing of the vendor changes.
func TestVendorsAreWalledOff(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			a := furnish(t, s)
			before := contents(t, s)
			walked := 0
			for _, route := range s.Program.Routes() {
				if route.Surface.Name == "console" {
					continue // TestConsoleIsWalledOff
				}
				if route.Surface.Name == "portal" && route.Public == "" {
					continue // TestThePortalKeepsStrangersOut
				}
				if route.Public != "" {
					if a.public(t, route); route.Surface.Name == "portal" {
						before["failed_attempts"] = contents(t, s)["failed_attempts"] // tries to sign in are counted
					}
					continue
				}
				walked++
				// Failures are throttled; what is looked at here is the wall behind that.
				clock.Advance(10 * time.Minute)
				a.walk(t, route)
			}
			if walked < 55 {
				t.Errorf("only %d routes were walked", walked)
			}
			unchanged(t, s, before)
		})
	}
}

// attack is acme with one of everything, and what its attacker has.
type attack struct {
	acme, bolt vendor
	ids        map[string]string // acme's, by the noun of the path, and its keys
	revoked    map[string]string // acme's, by kind

	card, device string // acme's, by their numbers
}

func furnish(t *testing.T, s *servertest.Server) attack {
	t.Helper()
	a := attack{
		acme: open(t, s, "Acme", terms{
			"token_limit": 3, "features": []terms{{"name": "f"}}, "limitations": []terms{{"name": "l", "limit": 9, "reset": "never"}}, "variables": []terms{{"name": "v"}},
		}),
		bolt: open(t, s, "Bolt", nil), ids: map[string]string{}, revoked: map[string]string{},
	}
	edition := a.acme.manage(t, 200, "GET", "/editions/"+a.acme.edition, nil)
	for _, kind := range []string{"features", "limitations", "variables"} {
		a.ids[kind] = edition.field(t, kind).([]any)[0].(map[string]any)["id"].(string)
	}
	l := a.acme.issue(t, terms{"legacy_license_key": "OLD-1"})
	client := a.acme.call(t, "/activations", a.acme.activation(l.TokenKeys[0], "drill-1"))
	var active struct {
		Items []struct{ ID string }
	}
	a.acme.manage(t, 200, "GET", "/licenses/"+l.ID+"/activations", nil).JSON(t, &active)
	a.ids["products"], a.ids["editions"], a.ids["customers"], a.ids["licenses"] = a.acme.product, a.acme.edition, a.acme.customer, l.ID
	a.ids["license_key"], a.ids["token_key"], a.ids["activations"] = l.Key, client.text(t, "token_key"), active.Items[0].ID
	floating := a.acme.manage(t, 201, "POST", "/editions", terms{
		"product_id": a.acme.product, "name": "Team", "provisioning_mode": "floating", "floating_token_limit": 2, "session_period_minutes": 10080, // longer than the walk
	}).text(t, "id")
	team := a.acme.issue(t, terms{"edition_id": floating})
	a.ids["floating_key"] = team.Key
	if got := a.acme.call(t, "/session/open", terms{"license_id": team.Key, "client_id": "drill-2"}); got.Status != 200 {
		t.Fatalf("open a session: %d %s", got.Status, got.Body)
	}
	var open struct {
		Items []struct{ ID string }
	}
	a.acme.manage(t, 200, "GET", "/licenses/"+team.ID+"/sessions", nil).JSON(t, &open)
	a.ids["sessions"] = open.Items[0].ID
	a.ids["consumptions"] = a.acme.manage(t, 201, "POST", "/licenses/"+l.ID+"/consumptions", terms{
		"limitation_id": a.ids["limitations"], "value": 1, "reason": "a first entry",
	}).text(t, "id")
	for _, kind := range []string{"usage-features", "usage-modules", "analytical-fields"} {
		a.ids[kind] = a.acme.manage(t, 201, "POST", "/products/"+a.acme.product+"/"+kind, terms{"name": "reported"}).text(t, "id")
	}
	a.ids["subscriptions"] = a.acme.manage(t, 201, "POST", "/subscriptions", terms{
		"kind": "mail", "target": "ops@example.com", "events": []string{"license.issued"},
	}).text(t, "id")
	a.ids["license-requests"] = a.acme.manage(t, 201, "POST", "/license-requests", terms{"license_id": l.ID, "wish": "renewal", "quantity": 12}).text(t, "id")
	var mails struct {
		Items []struct{ ID string }
	}
	a.acme.manage(t, 200, "GET", "/mails", nil).JSON(t, &mails)
	a.ids["mails"] = mails.Items[0].ID
	a.ids["incoming-webhooks"] = a.acme.manage(t, 201, "POST", "/incoming-webhooks", terms{"provider": "Billing"}).text(t, "id")
	a.ids["hosts"] = a.acme.manage(t, 201, "POST", "/hosts", terms{"host": "licences.example.com"}).text(t, "id")
	a.ids["releases"] = a.acme.manage(t, 201, "POST", "/products/"+a.acme.product+"/releases", terms{"software_release": "9"}).text(t, "id")
	a.ids["erasures"] = a.acme.manage(t, 201, "POST", "/erasures", terms{"licensee_email": "nobody@example.com"}).text(t, "id")
	a.acme.finish(t, a.ids["erasures"])
	a.acme.settle(t)
	a.card, a.device = a.prepaid(t)
	for _, kind := range []string{"provisioning", "admin"} {
		key := a.acme.manage(t, 201, "POST", "/api-keys", terms{"kind": kind, "name": kind})
		a.ids["api-keys"], a.revoked[kind] = key.text(t, "id"), key.text(t, "secret")
		a.acme.manage(t, 204, "DELETE", "/api-keys/"+a.ids["api-keys"], nil)
	}
	return a
}

// prepaid gives acme a card and a device, and their numbers.
func (a attack) prepaid(t *testing.T) (card, device string) {
	t.Helper()
	a.ids["prepaid/license-codes"] = a.acme.manage(t, 201, "POST", "/prepaid/license-codes",
		terms{"code": "TR-30", "name": "Tracker", "models": []string{"GT06*"}, "days": 30}).text(t, "id")
	var issued struct {
		BatchID string `json:"batch_id"`
		Cards   []struct{ Number string }
	}
	answer{a.acme.Do(t, "POST", "/api/v1/prepaid/cards", terms{"license_code": "TR-30", "count": 1}, "Authorization", "Bearer "+a.acme.AdminKey,
		"Idempotency-Key", "furnish")}.JSON(t, &issued)
	a.ids["prepaid/orders"], a.ids["prepaid/customers"] = issued.BatchID, a.acme.customer
	device = a.acme.manage(t, 201, "POST", "/prepaid/devices", terms{"number": "356938035643809", "model": "GT06N"}).text(t, "number")
	return issued.Cards[0].Number, device
}

// pathOf is a route's path with acme's ids, and the noun of the id.
func (a attack) pathOf(route edge.Route) (path, noun string) {
	noun, _, _ = strings.Cut(strings.TrimPrefix(route.Path, "/api/v1/"), "/{")
	if !strings.HasPrefix(noun, "prepaid/") {
		noun, _, _ = strings.Cut(noun, "/")
	}
	number := a.card
	if noun == "prepaid/devices" {
		number = a.device
	}
	return strings.NewReplacer("{id}", a.ids[noun], "{number}", number, "{license_id}", a.ids["floating_key"], "{isv_id}", a.acme.VendorID).
		Replace(route.Path), noun
}

// body gives a good body with acme's ids for a route. A new route without one
// fails the walk; "-" stands for none.
func (a attack) body(route edge.Route) string {
	path := route.Path
	if _, call, ok := strings.Cut(path, "{isv_id}"); ok {
		path = strings.TrimPrefix(call, "/provisioning")
	}
	body := map[string]string{
		"POST /activations":                  `{"product_id":"$products","license_key":"$license_key","client_id":"drill-1"}`,
		"POST /heartbeats":                   `{"product_id":"$products","client_id":"drill-1","software_version":"2","operating_system":"Linux"}`,
		"POST /session/open":                 `{"license_id":"$floating_key","client_id":"drill-2"}`,
		"POST /session/close":                `{"license_id":"$floating_key","client_id":"drill-2"}`,
		"DELETE /api/v1/sessions/{id}":       `-`,
		"POST /api/v1/licenses/{id}/users":   `{"user_id":"ann"}`,
		"DELETE /api/v1/licenses/{id}/users": `-`,
		"POST /validate/consumption":         `{"license_id":"$license_key","limitation_id":"$limitations"}`,
		"POST /data_gathering/consumption_heartbeats": `{"client_id":"drill-1","token_key":"$token_key",
			"consumption_heartbeat":[{"limitation_id":"$limitations","value":1,"external_id":"x"}]}`,
		"POST /data_gathering/consumption_heartbeats/rollback": `{"limitation_id":"$limitations","transaction_id":"$consumptions"}`,
		"POST /data_gathering/analytical_heartbeats":           `{"client_id":"drill-1","analytical_heartbeat":[{"analytical_field_id":"$limitations","value":"1"}]}`,
		"POST /data_gathering/usage_heartbeats":                `{"client_id":"drill-1","usage_heartbeat":[{"usage_feature_id":"$features","value":1}]}`,
		"POST /data_gathering/usage_heartbeats_by_name":        `{"client_id":"drill-1","usage_heartbeat":[{"usage_feature_name":"f","value":1}]}`,
		"POST /api/v1/licenses/{id}/consumptions":              `{"limitation_id":"$limitations","value":1,"reason":"x"}`,
		"POST /api/v1/consumptions/{id}/rollback":              `{"reason":"x"}`,
		"POST /api/v1/products/{id}/usage-features":            `{"name":"X"}`,
		"POST /api/v1/products/{id}/usage-modules":             `{"name":"X"}`,
		"POST /api/v1/products/{id}/analytical-fields":         `{"name":"X"}`,
		"DELETE /api/v1/products/{id}":                         `-`,
		"DELETE /api/v1/editions/{id}":                         `-`,
		"DELETE /api/v1/features/{id}":                         `-`,
		"DELETE /api/v1/limitations/{id}":                      `-`,
		"DELETE /api/v1/variables/{id}":                        `-`,
		"DELETE /api/v1/releases/{id}":                         `-`,
		"DELETE /api/v1/customers/{id}":                        `-`,
		"DELETE /api/v1/licenses/{id}":                         `-`,
		"POST /api/v1/erasures":                                `{"licensee_email":"nobody@example.com"}`,
		"POST /api/v1/license-requests":                        `{"license_id":"$licenses","wish":"activations","quantity":5}`,
		"POST /api/v1/license-requests/{id}/answer":            `{"state":"done"}`,
		"POST /api/v1/licenses/{id}/new-key":                   `{}`,
		"POST /api/v1/licenses/{id}/reset-deactivations":       `-`,
		"POST /api/v1/licenses/{id}/meters/reset":              `{"limitation_id":"$limitations","reason":"x"}`,
		"POST /api/v1/customers/{id}/users":                    `{"email":"x@example.com","role":"viewer"}`,
		"PATCH /api/v1/customers/{id}/users":                   `{"user_id":"$customers","role":"viewer"}`,
		"DELETE /api/v1/customers/{id}/users":                  `-`,
		"DELETE /api/v1/usage-features/{id}":                   `-`,
		"DELETE /api/v1/usage-modules/{id}":                    `-`,
		"DELETE /api/v1/analytical-fields/{id}":                `-`,
		"POST /api/v1/products/{id}/usage-features/clear":      `{"created_since":"2026-01-01T00:00:00Z"}`,
		"POST /api/v1/products/{id}/usage-modules/clear":       `{"created_since":"2026-01-01T00:00:00Z"}`,
		"POST /api/v1/products/{id}/analytical-fields/clear":   `{"created_since":"2026-01-01T00:00:00Z"}`,
		"POST /unassign":                                       `{"token_key":"$token_key"}`,
		"POST /validate":                                       `{"license_key":"$license_key"}`,
		"GET /validate":                                        `{"license_key":"$license_key"}`,
		"GET /validate/consumption":                            `{"license_id":"$license_key","limitation_id":"$limitations"}`,
		"POST /licenses/by_license":                            `{"product_id":"$products","license_key":"$license_key"}`,
		"POST /licenses/by_customer":                           `{"product_id":"$products","customer_number":"K-1"}`,
		"POST /licenses/by_user":                               `{"product_id":"$products","user_id":"kirk@example.com"}`,
		"POST /licenses/state/toggle":                          `{"product_id":"$products","license_key":"$license_key","is_active":false}`,
		"PATCH /api/v1/vendor":                                 `{"name":"X"}`,
		"POST /api/v1/products":                                `{"name":"X"}`,
		"PATCH /api/v1/products/{id}":                          `{"name":"X"}`,
		"PATCH /api/v1/features/{id}":                          `{"name":"X"}`,
		"PATCH /api/v1/variables/{id}":                         `{"name":"X"}`,
		"PATCH /api/v1/editions/{id}":                          `{"name":"X"}`,
		"PATCH /api/v1/licenses/{id}":                          `{"name":"X"}`,
		"POST /api/v1/editions":                                `{"product_id":"$products","name":"X"}`,
		"POST /api/v1/customers":                               `{"company_name":"X","superior_id":"$customers"}`,
		"PATCH /api/v1/customers/{id}":                         `{"company_name":"X"}`,
		"POST /api/v1/licenses":                                `{"edition_id":"$editions","customer_id":"$customers"}`,
		"POST /api/v1/licenses/search":                         `{"key":"$license_key"}`,
		"POST /api/v1/api-keys":                                `{"kind":"admin","name":"X"}`,
		"POST /api/v1/subscriptions":                           `{"kind":"mail","target":"x@example.com","events":["license.issued"]}`,
		"PATCH /api/v1/api-keys/{id}":                          `{"name":"X"}`,
		"DELETE /api/v1/api-keys/{id}":                         `-`,
		"PATCH /api/v1/limitations/{id}":                       `{"name":"X"}`,
		"DELETE /api/v1/activations/{id}":                      `-`,
		"PATCH /api/v1/activations/{id}":                       `{"display_name":"X"}`,
		"PATCH /api/v1/subscriptions/{id}":                     `{"target":"x@example.com"}`,
		"POST /api/v1/subscriptions/{id}/rotate-secret":        `-`,
		"POST /api/v1/subscriptions/{id}/test":                 `-`,
		"POST /api/v1/subscriptions/{id}/replay":               `{"all_dead":true}`,
		"POST /api/v1/mails/{id}/resend":                       `-`,
		"POST /api/v1/mails/test":                              `{"to":"x@example.com"}`,
		"POST /api/v1/licenses/{id}/mail":                      `-`,
		"PUT /api/v1/mail-rules":                               `{"kind":"goodwill","is_on":false,"to_customer":true,"staff":[]}`,
		"PUT /api/v1/mail-templates":                           `{"kind":"test","subject":"X","text":"X","html":"X"}`,
		"POST /api/v1/mail-templates/reset":                    `{"kind":"test"}`,
		"POST /api/v1/mail-templates/preview":                  `{"kind":"test","subject":"X","text":"X","html":"X"}`,
		"DELETE /api/v1/subscriptions/{id}":                    `-`,
		"POST /api/v1/licenses/{id}/release-all":               `-`,
		"POST /api/v1/products/{id}/releases":                  `{"software_release":"1"}`,
		"POST /api/v1/products/{id}/features":                  `{"name":"X"}`,
		"POST /api/v1/products/{id}/variables":                 `{"name":"X"}`,
		"POST /api/v1/products/{id}/limitations":               `{"name":"X"}`,
		"POST /api/v1/activations/{id}/suspension":             `{"until":"2030-01-01"}`,
		"POST /api/v1/test-clock":                              `{"advance":"1h"}`,
		"PUT /api/v1/licenses/{id}/subscription":               `{"provider":"billing","external_id":"sub_1","status":"active"}`,
		"DELETE /api/v1/licenses/{id}/subscription":            `-`,
		"POST /api/v1/offline/files":                           `{"text":"X"}`,
		"POST /api/v1/activations/{id}/confirm-deletion":       `-`,
		"POST /api/v1/activations/{id}/decline-deletion":       `-`,
		"POST /api/v1/incoming-webhooks":                       `{"provider":"X"}`,
		"POST /api/v1/incoming-webhooks/{id}/rotate-secret":    `-`,
		"DELETE /api/v1/incoming-webhooks/{id}":                `-`,
		"POST /api/v1/hosts":                                   `{"host":"x.example.com"}`,
		"POST /api/v1/hosts/{id}/check":                        `-`,
		"DELETE /api/v1/hosts/{id}":                            `-`,
		"POST /api/v1/prepaid/license-codes":                   `{"code":"X","name":"X","models":["X"],"days":1}`,
		"PATCH /api/v1/prepaid/license-codes/{id}":             `{"name":"X"}`,
		"POST /api/v1/prepaid/cards":                           `{"license_code":"TR-30","count":1}`,
		"POST /api/v1/prepaid/cards/bind":                      `{"card":"$card","device":"$device"}`,
		"POST /api/v1/prepaid/cards/bind-many":                 `{"pairs":[{"card":"$card","device":"$device"}]}`,
		"POST /api/v1/prepaid/cards/unbind":                    `{"card":"$card"}`,
		"POST /api/v1/prepaid/cards/lock":                      `{"cards":["$card"]}`,
		"POST /api/v1/prepaid/cards/unlock":                    `{"cards":["$card"]}`,
		"POST /api/v1/prepaid/cards/sell":                      `{"cards":["$card"],"customer_id":"$customers"}`,
		"POST /api/v1/prepaid/cards/return":                    `{"cards":["$card"]}`,
		"POST /api/v1/prepaid/cards/top-up":                    `{"card":"$card","days":1}`,
		"POST /api/v1/prepaid/cards/withdraw":                  `{"cards":["$card"]}`,
		"POST /api/v1/prepaid/devices":                         `{"number":"77","model":"X"}`,
		"PATCH /api/v1/prepaid/devices/{number}":               `{"model":"X"}`,
		"POST /api/v1/prepaid/devices/sell":                    `{"devices":["$device"],"customer_id":"$customers"}`,
		"POST /api/v1/prepaid/devices/return":                  `{"devices":["$device"]}`,
		"POST /api/v1/prepaid/reports":                         `{"reports":[{"device":"$device"}]}`,
		"PATCH /api/v1/prepaid/settings":                       `{"grace_days":1}`,
		"PATCH /api/v1/prepaid/customers/{id}":                 `{"allow_superior":true}`,
		"POST /v1/events":                                      `[]`,
		"POST /v1/events/sessions":                             `{}`,
		"POST /v1/events/sessions/end":                         `{}`,
		"POST /v1/events/exceptions":                           `{}`,
		"POST /v1/actors/identify":                             `{}`,
	}[route.Method+" "+path]
	body = strings.NewReplacer("$card", a.card, "$device", a.device).Replace(body)
	for name, id := range a.ids {
		body = strings.ReplaceAll(body, "$"+name, id)
	}
	return body
}

// public routes hold nothing of anybody's but public keys.
func (a attack) public(t *testing.T, route edge.Route) {
	t.Helper()
	path := strings.NewReplacer("{isv_id}", a.acme.VendorID, "{vendor}", a.acme.Slug, "{$}", "", "{call...}", "provisioning/x").Replace(route.Path)
	got := a.acme.Do(t, route.Method, path, nil)
	leads := slices.Contains([]string{"portal", "offline"}, route.Surface.Name) && got.Status == 200 // to a page that is public itself
	asks := route.Method == http.MethodGet || route.Method == http.MethodOptions
	if got.Status >= 500 || !asks && !leads && (got.Status < 400 || got.Status == 429) {
		t.Errorf("%s %s: %d %s", route.Method, path, got.Status, got.Body)
	}
	a.holdsNothing(t, route, got)
}

func (a attack) walk(t *testing.T, route edge.Route) {
	t.Helper()
	name := route.Method + " " + route.Path
	body := a.body(route)
	if body == "" && route.Method != http.MethodGet {
		t.Errorf("%s: the walk has no body for it", name)
	}
	body = strings.TrimPrefix(body, "-")
	path, noun := a.pathOf(route)
	if strings.Contains(route.Path, "{id}") && a.ids[noun] == "" {
		t.Fatalf("%s: acme has none of %s", name, noun)
	}
	try := func(who string, path string, headers ...string) servertest.Answer {
		got := a.acme.Do(t, route.Method, path, body, headers...)
		if got.Status >= 500 || got.Status == 429 {
			t.Errorf("%s as %s: %d %s", name, who, got.Status, got.Body)
		}
		a.holdsNothing(t, route, got)
		return got
	}
	refused := func(who string, headers ...string) {
		if got := try(who, path, headers...); got.Status != 401 && got.Status != 403 {
			t.Errorf("%s as %s: %d %s", name, who, got.Status, got.Body)
		}
	}
	refused("nobody")
	secrets := map[string]string{
		"acme's revoked admin key": a.revoked["admin"], "acme's revoked provisioning key": a.revoked["provisioning"],
		"acme's id": a.acme.VendorID, "a key that was cut": a.acme.AdminKey[:len(a.acme.AdminKey)-1],
	}
	if strings.Contains(route.Path, "{isv_id}") {
		secrets["bolt's admin key"], secrets["bolt's provisioning key"] = a.bolt.AdminKey, a.bolt.ProvisioningKey
	} else {
		secrets["acme's provisioning key"], secrets["bolt's provisioning key"] = a.acme.ProvisioningKey, a.bolt.ProvisioningKey
	}
	for who, secret := range secrets {
		for header, value := range map[string]string{"ProvisioningKey": secret, "AdminKey": secret, "Authorization": "Bearer " + secret} {
			refused(who+" in "+header, header, value)
		}
	}
	a.asBolt(t, route, path, body, try)
}

// asBolt calls with bolt's own good keys, at bolt's own address, with acme's ids.
func (a attack) asBolt(t *testing.T, route edge.Route, path, body string, try func(who, path string, headers ...string) servertest.Answer) {
	t.Helper()
	names := slices.ContainsFunc([]string{"products", "editions", "customers", "licenses", "license_key", "token_key"}, func(noun string) bool {
		return strings.Contains(path+body, a.ids[noun])
	}) || strings.Contains(body, a.card)
	if strings.Contains(route.Path, "{isv_id}") {
		got := try("bolt's office", strings.ReplaceAll(path, a.acme.VendorID, a.bolt.VendorID), "AdminKey", a.bolt.AdminKey)
		if got.Status != 409 && got.Status != 404 && string(got.Body) != "[]" {
			t.Errorf("%s %s: bolt gets %d %s for acme's ids", route.Method, route.Path, got.Status, got.Body)
		}
		return
	}
	inPath := strings.Contains(route.Path, "{id}") || strings.Contains(route.Path, "{number}")
	if route.Method != http.MethodGet && !inPath && !names {
		return // changes bolt only
	}
	got := try("bolt", path, "Authorization", "Bearer "+a.bolt.AdminKey)
	if inPath && got.Status != 404 || names && got.Status < 400 {
		t.Errorf("%s %s: bolt gets %d %s for acme's ids", route.Method, route.Path, got.Status, got.Body)
	}
}

// holdsNothing: whatever the answer is, no id, key or name of acme's is in it.
func (a attack) holdsNothing(t *testing.T, route edge.Route, got servertest.Answer) {
	t.Helper()
	for noun, id := range a.ids {
		if bytes.Contains(got.Body, []byte(id)) {
			t.Errorf("%s %s: the answer shows acme's %s: %s", route.Method, route.Path, noun, got.Body)
		}
	}
	if route.Method == http.MethodGet && !strings.Contains(route.Path, "{") && (bytes.Contains(got.Body, []byte(a.card)) || bytes.Contains(got.Body, []byte(a.device))) {
		t.Errorf("%s %s: the answer shows acme's card or device: %s", route.Method, route.Path, got.Body)
	}
	var holder any
	if bytes.Contains(got.Body, []byte("kirk@example.com")) && json.Unmarshal(got.Body, &holder) == nil && !bytes.Contains(got.Body, []byte(a.bolt.customer)) {
		t.Errorf("%s %s: the answer shows acme's customer: %s", route.Method, route.Path, got.Body)
	}
}
