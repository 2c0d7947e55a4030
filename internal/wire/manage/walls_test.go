package manage_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// world is one thing of each kind that acme has, by the noun of its path.
type world map[string]string

func (b bundle) furnish(t testing.TB) world {
	t.Helper()
	w := world{}
	w["products"] = b.ok(t, "POST", "/api/v1/products", `{"name":"Drill","printed_keys":true}`).text("id")
	edition := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+w["products"]+`","name":"Pro","token_limit":2,
		"features":[{"name":"f"}],"limitations":[{"name":"l","reset":"never"}],"variables":[{"name":"v"}]}`)
	w["editions"] = edition.text("id")
	for _, kind := range []string{"features", "limitations", "variables"} {
		w[kind] = edition.body[kind].([]any)[0].(map[string]any)["id"].(string)
	}
	w["customers"] = b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Kirk","email":"kirk@example.com"}`).text("id")
	w["users"] = b.ok(t, "POST", "/api/v1/customers/"+w["customers"]+"/users", `{"email":"otto@example.com","role":"viewer"}`).text("user_id")
	license := b.ok(t, "POST", "/api/v1/licenses", `{"edition_id":"`+w["editions"]+`","customer_id":"`+w["customers"]+`"}`)
	w["licenses"], w["license_key"] = license.text("id"), license.text("license_key")
	w["activations"] = b.activate(t, w, "client-1")
	w["consumptions"] = b.ok(t, "POST", "/api/v1/licenses/"+w["licenses"]+"/consumptions", `{"limitation_id":"`+w["limitations"]+`","value":1,"reason":"x"}`).text("id")
	team := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+w["products"]+`","name":"Team","provisioning_mode":"floating",
		"client_type":"users","floating_token_limit":2}`).text("id")
	floats := b.ok(t, "POST", "/api/v1/licenses", `{"edition_id":"`+team+`","customer_id":"`+w["customers"]+`"}`)
	w["floating"], w["floating_key"] = floats.text("id"), floats.text("license_key")
	w["sessions"] = b.openSession(t, w, "client-7", "ann").UUID.String()
	w["api-keys"] = b.ok(t, "POST", "/api/v1/api-keys", `{"kind":"provisioning","name":"App"}`).text("id")
	for _, kind := range []string{"usage-features", "usage-modules", "analytical-fields"} {
		w[kind] = b.ok(t, "POST", "/api/v1/products/"+w["products"]+"/"+kind, `{"name":"reported"}`).text("id")
	}
	w["subscriptions"] = b.ok(t, "POST", "/api/v1/subscriptions", `{"kind":"mail","target":"ops@example.com","events":["license.issued"]}`).text("id")
	w["hosts"] = b.ok(t, "POST", "/api/v1/hosts", `{"host":"licences.example.com"}`).text("id")
	w["incoming-webhooks"] = b.ok(t, "POST", "/api/v1/incoming-webhooks", `{"provider":"shop"}`).text("id")
	w["releases"] = b.ok(t, "POST", "/api/v1/products/"+w["products"]+"/releases", `{"software_release":"9"}`).text("id")
	w["erasures"] = b.ok(t, "POST", "/api/v1/erasures", `{"licensee_email":"nobody@example.com"}`).text("id")
	w["prepaid/license-codes"] = b.ok(t, "POST", "/api/v1/prepaid/license-codes", `{"code":"TR-30","name":"Tracker","models":["GT06*"],"days":30}`).text("id")
	w["prepaid/customers"] = w["customers"]
	issued := b.ok(t, "POST", "/api/v1/prepaid/cards", `{"license_code":"TR-30","count":1}`, "Idempotency-Key", "furnish")
	w["prepaid/orders"] = issued.text("batch_id")
	w["card"] = issued.body["cards"].([]any)[0].(map[string]any)["number"].(string)
	w["device"] = b.ok(t, "POST", "/api/v1/prepaid/devices", `{"number":"356938035643809","model":"GT06N"}`).text("number")
	w["license-requests"] = b.ok(t, "POST", "/api/v1/license-requests", `{"license_id":"`+w["licenses"]+`","wish":"renewal","quantity":12}`).text("id")
	w["mails"] = b.ok(t, "GET", "/api/v1/mails", "").items()[0]["id"].(string)
	return w
}

func (b bundle) openSession(t testing.TB, w world, client, user string) floating.Session {
	t.Helper()
	out := storetest.Do(t, b.Env, func(x tx.Tx) (floating.Outcome, error) {
		return b.sessions.Open(x, floating.Call{Vendor: b.acme.ID, Presented: w["floating_key"], ClientID: client, UserID: user})
	})
	if out.Refusal != nil {
		t.Fatal(out.Refusal)
	}
	return out.Status.Session
}

func (b bundle) activate(t testing.TB, w world, client string) string {
	t.Helper()
	product, key := must[ident.UUID](t)(ident.ParseUUID(w["products"])), licensing.ParseKey(w["license_key"])
	out := storetest.Do(t, b.Env, func(x tx.Tx) (licensing.Outcome, error) {
		return b.licensing.Activate(x, licensing.ActivateCommand{Vendor: b.acme.ID, Product: product, Key: key, ClientID: client})
	})
	if out.Refusal != nil {
		t.Fatal(out.Refusal)
	}
	return out.State.Activation.UUID.String()
}

// bodies gives a good body for every route that takes one. A new route without
// one fails the walk.
func (w world) bodies() map[string]string {
	return map[string]string{
		"PATCH /api/v1/vendor":                               `{"name":"X"}`,
		"POST /api/v1/products":                              `{"name":"X"}`,
		"PATCH /api/v1/products/{id}":                        `{"name":"X"}`,
		"POST /api/v1/products/{id}/releases":                `{"software_release":"1"}`,
		"POST /api/v1/products/{id}/features":                `{"name":"X"}`,
		"POST /api/v1/products/{id}/limitations":             `{"name":"X"}`,
		"POST /api/v1/products/{id}/variables":               `{"name":"X"}`,
		"PATCH /api/v1/features/{id}":                        `{"name":"X"}`,
		"PATCH /api/v1/limitations/{id}":                     `{"name":"X"}`,
		"PATCH /api/v1/variables/{id}":                       `{"name":"X"}`,
		"POST /api/v1/editions":                              `{"product_id":"` + w["products"] + `","name":"X"}`,
		"PATCH /api/v1/editions/{id}":                        `{"name":"X"}`,
		"POST /api/v1/customers":                             `{"company_name":"X","superior_id":"` + w["customers"] + `"}`,
		"PATCH /api/v1/customers/{id}":                       `{"company_name":"X"}`,
		"POST /api/v1/licenses":                              `{"edition_id":"` + w["editions"] + `","customer_id":"` + w["customers"] + `"}`,
		"PATCH /api/v1/licenses/{id}":                        `{"name":"X"}`,
		"DELETE /api/v1/products/{id}":                       ``,
		"DELETE /api/v1/editions/{id}":                       ``,
		"DELETE /api/v1/features/{id}":                       ``,
		"DELETE /api/v1/limitations/{id}":                    ``,
		"DELETE /api/v1/variables/{id}":                      ``,
		"DELETE /api/v1/releases/{id}":                       ``,
		"DELETE /api/v1/customers/{id}":                      ``,
		"POST /api/v1/customers/{id}/users":                  `{"email":"anna@example.com","role":"viewer"}`,
		"PATCH /api/v1/customers/{id}/users":                 `{"user_id":"` + w["users"] + `","role":"viewer"}`,
		"DELETE /api/v1/customers/{id}/users":                ``,
		"DELETE /api/v1/licenses/{id}":                       ``,
		"POST /api/v1/erasures":                              `{"customer_id":"` + w["customers"] + `"}`,
		"POST /api/v1/licenses/{id}/new-key":                 `{}`,
		"POST /api/v1/licenses/{id}/reset-deactivations":     ``,
		"POST /api/v1/licenses/search":                       `{"key":"` + w["license_key"] + `"}`,
		"POST /api/v1/activations/{id}/suspension":           `{"until":"2030-01-01"}`,
		"POST /api/v1/licenses/{id}/consumptions":            `{"limitation_id":"` + w["limitations"] + `","value":1,"reason":"x"}`,
		"POST /api/v1/licenses/{id}/meters/reset":            `{"limitation_id":"` + w["limitations"] + `","reason":"x"}`,
		"POST /api/v1/consumptions/{id}/rollback":            `{"reason":"x"}`,
		"POST /api/v1/products/{id}/usage-features":          `{"name":"X"}`,
		"POST /api/v1/products/{id}/usage-modules":           `{"name":"X"}`,
		"POST /api/v1/products/{id}/analytical-fields":       `{"name":"X"}`,
		"POST /api/v1/products/{id}/usage-features/clear":    `{"created_since":"2026-01-01T00:00:00Z"}`,
		"POST /api/v1/products/{id}/usage-modules/clear":     `{"created_since":"2026-01-01T00:00:00Z"}`,
		"POST /api/v1/products/{id}/analytical-fields/clear": `{"created_since":"2026-01-01T00:00:00Z"}`,
		"DELETE /api/v1/usage-features/{id}":                 ``,
		"DELETE /api/v1/usage-modules/{id}":                  ``,
		"DELETE /api/v1/analytical-fields/{id}":              ``,
		"POST /api/v1/api-keys":                              `{"kind":"admin","name":"X"}`,
		"POST /api/v1/subscriptions":                         `{"kind":"mail","target":"x@example.com","events":["license.issued"]}`,
		"POST /api/v1/licenses/{id}/release-all":             ``,
		"DELETE /api/v1/activations/{id}":                    ``,
		"PATCH /api/v1/activations/{id}":                     `{"display_name":"X"}`,
		"PATCH /api/v1/api-keys/{id}":                        `{"name":"X"}`,
		"DELETE /api/v1/api-keys/{id}":                       ``,
		"PATCH /api/v1/subscriptions/{id}":                   `{"target":"x@example.com"}`,
		"POST /api/v1/subscriptions/{id}/rotate-secret":      ``,
		"POST /api/v1/subscriptions/{id}/test":               ``,
		"POST /api/v1/subscriptions/{id}/replay":             `{"all_dead":true}`,
		"POST /api/v1/mails/{id}/resend":                     ``,
		"POST /api/v1/mails/test":                            `{"to":"x@example.com"}`,
		"POST /api/v1/licenses/{id}/mail":                    ``,
		"PUT /api/v1/mail-rules":                             `{"kind":"goodwill","is_on":false,"to_customer":true,"staff":[]}`,
		"PUT /api/v1/mail-templates":                         `{"kind":"test","subject":"X","text":"X","html":"X"}`,
		"POST /api/v1/mail-templates/reset":                  `{"kind":"test"}`,
		"POST /api/v1/mail-templates/preview":                `{"kind":"test","subject":"X","text":"X","html":"X"}`,
		"DELETE /api/v1/subscriptions/{id}":                  ``,
		"DELETE /api/v1/sessions/{id}":                       ``,
		"POST /api/v1/prepaid/license-codes":                 `{"code":"X","name":"X","models":["X"],"days":1}`,
		"PATCH /api/v1/prepaid/license-codes/{id}":           `{"name":"X"}`,
		"POST /api/v1/prepaid/cards":                         `{"license_code":"TR-30","count":1}`,
		"POST /api/v1/prepaid/cards/bind":                    `{"card":"` + w["card"] + `","device":"` + w["device"] + `"}`,
		"POST /api/v1/prepaid/cards/bind-many":               `{"pairs":[{"card":"` + w["card"] + `","device":"` + w["device"] + `"}]}`,
		"POST /api/v1/prepaid/cards/unbind":                  `{"card":"` + w["card"] + `"}`,
		"POST /api/v1/prepaid/cards/lock":                    `{"cards":["` + w["card"] + `"]}`,
		"POST /api/v1/prepaid/cards/unlock":                  `{"cards":["` + w["card"] + `"]}`,
		"POST /api/v1/prepaid/cards/sell":                    `{"cards":["` + w["card"] + `"],"customer_id":"` + w["customers"] + `"}`,
		"POST /api/v1/prepaid/cards/return":                  `{"cards":["` + w["card"] + `"]}`,
		"POST /api/v1/prepaid/cards/top-up":                  `{"card":"` + w["card"] + `","days":1}`,
		"POST /api/v1/prepaid/cards/withdraw":                `{"cards":["` + w["card"] + `"]}`,
		"POST /api/v1/prepaid/devices":                       `{"number":"77","model":"X"}`,
		"PATCH /api/v1/prepaid/devices/{number}":             `{"model":"X"}`,
		"POST /api/v1/prepaid/devices/sell":                  `{"devices":["` + w["device"] + `"],"customer_id":"` + w["customers"] + `"}`,
		"POST /api/v1/prepaid/devices/return":                `{"devices":["` + w["device"] + `"]}`,
		"POST /api/v1/prepaid/reports":                       `{"reports":[{"device":"` + w["device"] + `"}]}`,
		"PATCH /api/v1/prepaid/settings":                     `{"grace_days":1}`,
		"PATCH /api/v1/prepaid/customers/{id}":               `{"allow_superior":true}`,
		"POST /api/v1/license-requests":                      `{"license_id":"` + w["licenses"] + `","wish":"activations","quantity":5}`,
		"POST /api/v1/license-requests/{id}/answer":          `{"state":"done"}`,
		"POST /api/v1/test-clock":                            `{"advance":"1h"}`,
		"POST /api/v1/licenses/{id}/users":                   `{"user_id":"ann"}`,
		"DELETE /api/v1/licenses/{id}/users":                 ``,
		"PUT /api/v1/licenses/{id}/subscription":             `{"provider":"billing","external_id":"sub_1","status":"active"}`,
		"DELETE /api/v1/licenses/{id}/subscription":          ``,
		"POST /api/v1/incoming-webhooks":                     `{"provider":"billing"}`,
		"POST /api/v1/incoming-webhooks/{id}/rotate-secret":  ``,
		"DELETE /api/v1/incoming-webhooks/{id}":              ``,
		"POST /api/v1/hosts":                                 `{"host":"x.example.com"}`,
		"POST /api/v1/hosts/{id}/check":                      ``,
		"DELETE /api/v1/hosts/{id}":                          ``,
	}
}

// Every route, as nobody, with a wrong key, a program's key, a key without the
// permission, and as another vendor with acme's ids: nothing comes through.
func TestEveryRouteKeepsStrangersOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		w := b.furnish(t)
		program := b.ok(t, "POST", "/api/v1/api-keys", `{"kind":"provisioning","name":"App",
			"permissions":["provision_clients","look_up_licenses","switch_licenses"]}`).text("secret")
		before := b.snapshot(t)
		walked := 0
		for _, route := range b.edge.Routes() {
			if route.Public != "" {
				continue
			}
			walked++
			pattern := route.Method + " " + route.Path
			body, known := w.bodies()[pattern]
			if !known && route.Method != http.MethodGet {
				t.Errorf("%s: the walk has no body for it", pattern)
			}
			noun, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/api/v1/"), "/{")
			if !strings.HasPrefix(noun, "prepaid/") {
				noun, _, _ = strings.Cut(noun, "/")
			}
			path := strings.Replace(route.Path, "{id}", w[noun], 1)
			path = strings.Replace(path, "{number}", w[strings.TrimSuffix(strings.TrimPrefix(noun, "prepaid/"), "s")], 1)
			if strings.Contains(route.Path, "{id}") && w[noun] == "" {
				t.Fatalf("%s: acme has none of %s", pattern, noun)
			}
			b.refused(t, 401, "key_missing", route.Method, path, body, "Authorization", "")
			b.refused(t, 401, "key_missing", route.Method, path, body, "Authorization", "Basic "+b.key)
			b.refused(t, 401, "key_unknown", route.Method, path, body, "Authorization", "Bearer "+b.key[:len(b.key)-1]+"!")
			b.refused(t, 403, "key_kind", route.Method, path, body, "Authorization", "Bearer "+program)
			lesser := "Bearer " + b.without(t, route.Permission)
			b.refused(t, 403, "permission_missing", route.Method, path, body, "Authorization", lesser)

			other := b.send(t, route.Method, path, body, "Authorization", "Bearer "+b.other)
			for noun, id := range w {
				if strings.Contains(other.raw, id) && !strings.Contains(path+body, id) { // what they sent, they may hear
					t.Errorf("%s: another vendor sees the id of acme's %s: %s", pattern, noun, other.raw)
				}
			}
			acmes := []string{w["products"], w["editions"], w["customers"], w["license_key"], w["card"]}
			takesAcmes := strings.Contains(route.Path, "{id}") ||
				slices.ContainsFunc(acmes, func(id string) bool { return strings.Contains(body, id) })
			if takesAcmes && (other.status < 400 || other.status >= 500) {
				t.Errorf("%s: another vendor gets %d %s", pattern, other.status, other.raw)
			}
			if strings.Contains(route.Path, "{") && other.status != 404 {
				t.Errorf("%s: another vendor gets %d for acme's id, want 404", pattern, other.status)
			}
		}
		if walked < 40 {
			t.Errorf("only %d routes were walked", walked)
		}
		if after := b.snapshot(t); after != before {
			t.Errorf("acme's data changed:\n%s\n%s", before, after)
		}
	})
}

// snapshot is what acme has, but for the keys that the walk makes.
func (b bundle) snapshot(t testing.TB) string {
	t.Helper()
	var all strings.Builder
	for _, list := range []string{
		"vendor", "products", "editions", "customers", "licenses", "subscriptions",
		"prepaid/cards", "prepaid/devices", "prepaid/transfers", "prepaid/license-codes",
	} {
		all.WriteString(b.ok(t, "GET", "/api/v1/"+list, "").raw)
	}
	return all.String()
}

// without makes an admin key of acme with every permission but one.
func (b bundle) without(t testing.TB, p identity.Permission) string {
	t.Helper()
	all := slices.DeleteFunc(identity.AllPermissions(), func(q identity.Permission) bool { return q == p })
	return storetest.Do(t, b.Env, func(x tx.Tx) (string, error) {
		_, secret, err := b.apiKeys.Create(x, identity.Operator(b.acme.ID), identity.CreateAPIKey{Kind: identity.Admin, Name: "Lesser", Permissions: all})
		return secret, err
	})
}

func TestAPIKeysCannotRaiseThemselves(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	lesser := storetest.Do(t, b.Env, func(x tx.Tx) (string, error) {
		_, secret, err := b.apiKeys.Create(x, identity.Operator(b.acme.ID), identity.CreateAPIKey{
			Kind: identity.Admin, Name: "Lesser", Permissions: []identity.Permission{identity.ManageAPIKeys, identity.ViewCatalog},
		})
		return secret, err
	})
	for _, body := range []string{
		`{"kind":"admin","name":"X"}`, `{"kind":"provisioning","name":"X"}`, `{"kind":"admin","name":"X","permissions":["manage_vendor"]}`,
	} {
		a := b.refused(t, 400, "invalid_request", "POST", "/api/v1/api-keys", body, "Authorization", "Bearer "+lesser)
		if a.wrong()["permissions"] == "" {
			t.Errorf("%s: %s", body, a.raw)
		}
	}
	made := b.ok(t, "POST", "/api/v1/api-keys", `{"kind":"admin","name":"X","permissions":["view_catalog"]}`, "Authorization", "Bearer "+lesser)
	b.ok(t, "GET", "/api/v1/products", "", "Authorization", "Bearer "+made.text("secret"))
	if got := b.ok(t, "GET", "/api/v1/api-keys", ""); strings.Contains(got.raw, made.text("secret")) || strings.Contains(got.raw, "secret") {
		t.Errorf("the list shows secrets: %s", got.raw)
	}
	mightier := b.ok(t, "POST", "/api/v1/api-keys", `{"kind":"admin","name":"Y","permissions":["manage_vendor"]}`)
	b.refused(t, 403, "permission_beyond", "DELETE", "/api/v1/api-keys/"+mightier.text("id"), "", "Authorization", "Bearer "+lesser)
	b.refused(t, 403, "permission_beyond", "PATCH", "/api/v1/api-keys/"+mightier.text("id"), `{"name":"Z"}`, "Authorization", "Bearer "+lesser)
	path := "/api/v1/api-keys/" + made.text("id")
	a := b.refused(t, 400, "invalid_request", "PATCH", path, `{"permissions":["view_catalog","manage_vendor"]}`, "Authorization", "Bearer "+lesser)
	if a.wrong()["permissions"] == "" {
		t.Errorf("%s", a.raw)
	}
	changed := b.ok(t, "PATCH", path, `{"name":"Y","permissions":[]}`, "Authorization", "Bearer "+lesser)
	if got := b.ok(t, "GET", path, ""); got.raw != changed.raw || got.text("name") != "Y" || len(got.body["permissions"].([]any)) != 0 {
		t.Errorf("changed to %s", got.raw)
	}
	b.Clock.Advance(2_000_000_000)
	b.refused(t, 403, "permission_missing", "GET", "/api/v1/products", "", "Authorization", "Bearer "+made.text("secret"))
	b.ok(t, "DELETE", path, "", "Authorization", "Bearer "+lesser)
	b.Clock.Advance(2_000_000_000)
	b.refused(t, 401, "key_unknown", "GET", "/api/v1/products", "", "Authorization", "Bearer "+made.text("secret"))
	if got := b.ok(t, "GET", "/api/v1/api-keys/"+made.text("id"), ""); got.body["revoked_at"] == nil {
		t.Errorf("%s", got.raw)
	}
}

func TestActivations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		w := b.furnish(t)
		second := b.activate(t, w, "client-2")
		list := "/api/v1/licenses/" + w["licenses"] + "/activations"
		if items := b.ok(t, "GET", list, "").items(); len(items) != 2 || items[0]["client_id"] != "client-2" {
			t.Errorf("%v", items)
		}
		tokens := b.ok(t, "GET", "/api/v1/licenses/"+w["licenses"]+"/tokens", "").items()
		if len(tokens) != 2 || tokens[0]["in_use"] != true {
			t.Errorf("%v", tokens)
		}
		one := "/api/v1/activations/" + w["activations"]
		b.ok(t, "POST", one+"/suspension", `{"until":"2026-12-31"}`)
		if got := b.ok(t, "GET", one, ""); got.text("suspended_until") != "2026-12-31T23:00:00Z" {
			t.Errorf("%s", got.raw)
		}
		b.refused(t, 400, "invalid_request", "POST", one+"/suspension", `{"until":"2020-01-01"}`)
		b.ok(t, "POST", one+"/suspension", `{"until":null}`)
		if got := b.ok(t, "GET", one, ""); got.body["suspended_until"] != nil {
			t.Errorf("%s", got.raw)
		}
		if a := b.ok(t, "DELETE", one, "", "Idempotency-Key", "k"); a.status != 204 || a.raw != "" {
			t.Errorf("%d %q", a.status, a.raw)
		}
		if a := b.ok(t, "DELETE", one, "", "Idempotency-Key", "k"); a.status != 204 {
			t.Errorf("repeated: %d", a.status)
		}
		b.refused(t, 404, "activation_not_found", "DELETE", one, "")
		if got := b.ok(t, "GET", one, ""); got.body["released_at"] == nil || got.text("release_reason") != "staff" {
			t.Errorf("%s", got.raw)
		}
		b.activate(t, w, "client-3")
		if got := b.ok(t, "POST", "/api/v1/licenses/"+w["licenses"]+"/release-all", ""); got.raw != "{\"released\":2,\"more\":false}\n" {
			t.Errorf("%s", got.raw)
		}
		if items := b.ok(t, "GET", list, "").items(); len(items) != 0 {
			t.Errorf("%v", items)
		}
		if items := b.ok(t, "GET", list+"?past=true", "").items(); len(items) != 3 {
			t.Errorf("%v", items)
		}
		if got := b.ok(t, "GET", "/api/v1/activations/"+second, ""); got.body["released_at"] == nil {
			t.Errorf("%s", got.raw)
		}
	})
}
