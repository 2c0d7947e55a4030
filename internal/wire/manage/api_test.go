package manage_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"chancery/internal/store/storetest"
)

// The shapes that vendors' scripts rely on, from a product to an issued licence.
func TestFromProductToLicense(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		product := b.ok(t, "POST", "/api/v1/products", `{"name":"Drill","latest_release":"2.1","maximum_inactive_days":30}`)
		if product.status != http.StatusCreated || product.text("id") == "" {
			t.Fatalf("%d %s", product.status, product.raw)
		}
		edition := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+product.text("id")+`","name":"Pro","provisioning_mode":"named",
			"client_type":"devices","license_type":"time_limited","token_limit":2,"activation_buffer":1,"goodwill_token_limit":1,
			"goodwill_days":14,"floating_token_limit":0,"session_period_minutes":15,"heartbeat_period_days":1,"freeride_days":7,
			"expires_days":365,
			"features":[{"name":"export","is_active":true},{"name":"cloud","is_active":false,"adjustable":true}],
			"limitations":[{"name":"jobs","limit":12,"reset":"month","adjustable":true},{"name":"seats"}],
			"variables":[{"name":"region","value":"eu"}]}`)
		if edition.text("expires_mode") != "days_after_activation" ||
			!strings.Contains(edition.raw, `"limit":12,`) ||
			!strings.Contains(edition.raw, `"goodwill_days":14`) {
			t.Errorf("edition %s", edition.raw)
		}
		customer := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Müller AG","customer_number":"K-1","email":"anna@example.com"}`)
		license := b.ok(t, "POST", "/api/v1/licenses", `{"edition_id":"`+edition.text("id")+`","customer_id":"`+customer.text("id")+`",
			"licensee_email":"user@example.com","token_limit":3,"expires_at":"2027-10-31"}`)
		keys, _ := license.body["token_keys"].([]any)
		if license.text("license_key") == "" || len(keys) != 3 ||
			license.text("expires_at") != "2027-10-31T23:00:00Z" || license.text("licensee_email") != "user@example.com" {
			t.Errorf("license %s", license.raw)
		}
		path := "/api/v1/licenses/" + license.text("id")
		if got := b.ok(t, "GET", path, ""); got.raw != license.raw {
			t.Errorf("got\n%s\nafter\n%s", got.raw, license.raw)
		}
		for _, key := range []string{license.text("license_key"), keys[1].(string)} {
			found := b.ok(t, "POST", "/api/v1/licenses/search", `{"key":"`+key+`"}`)
			if found.text("id") != license.text("id") {
				t.Errorf("search for %s found %s", key, found.raw)
			}
		}
		b.refused(t, 404, "license_not_found", "POST", "/api/v1/licenses/search", `{"key":"XXXX"}`)

		changed := b.ok(t, "PATCH", path, `{"token_limit":null,"is_active":false,"expires_at":null,"name":"Shop floor"}`)
		if keys, _ := changed.body["token_keys"].([]any); len(keys) != 2 ||
			changed.body["is_active"] != false || changed.body["expires_at"] != nil || changed.text("validity_reason") != "inactive" {
			t.Errorf("changed %s", changed.raw)
		}
		b.refused(t, 400, "invalid_request", "PATCH", path, `{"customer_id":"`+edition.text("id")+`"}`)
		if list := b.ok(t, "GET", "/api/v1/licenses?customer_id="+customer.text("id")+"&is_active=false", "").items(); len(list) != 1 {
			t.Errorf("%d licences in the list", len(list))
		}
		if list := b.ok(t, "GET", "/api/v1/licenses?is_active=true", "").items(); len(list) != 0 {
			t.Errorf("%d active licences in the list", len(list))
		}
		history := b.ok(t, "GET", "/api/v1/audit-log?license_id="+license.text("id"), "").items()
		if len(history) != 2 || history[0]["action"] != "license.changed" || history[1]["action"] != "license.issued" {
			t.Errorf("history %v", history)
		}
	})
}

func TestWrongFieldsAreAllNamedAndNothingIsEchoed(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	const secret = "hunter2-hunter2"
	a := b.refused(t, 400, "invalid_request", "POST", "/api/v1/editions", `{"name":7,"provisioning_mode":"`+secret+`","token_limit":-1,
		"freeride_days":1.5,"product_id":"`+secret+`","colour":"`+secret+`","limitations":[{"name":"x","limit":"`+secret+`"},{"limt":1}],"features":{}}`)
	wrong := a.wrong()
	for name, message := range map[string]string{
		"name": "must be a text", "provisioning_mode": "must be one of \"named, floating\"", "token_limit": "must be at least 0",
		"freeride_days": "must be a whole number", "product_id": "must be a UUID", "colour": "is not a field of this request",
		"limitations[0].limit": "must be a number", "limitations[1].name": "is required", "limitations[1].limt": "is not a field of this request",
		"features": "must be a list",
	} {
		if wrong[name] != message {
			t.Errorf("%s: %q, want %q", name, wrong[name], message)
		}
	}
	if len(wrong) != 10 || strings.Contains(a.raw, secret) {
		t.Errorf("%s", a.raw)
	}
	for body, field := range map[string]string{
		`{"name":"x","product_id":"0190a8f0-0000-7000-8000-000000000000","expires_at":"` + secret + `"}`:                           "expires_at",
		`{"name":"x","product_id":"{0190a8f0-0000-7000-8000-000000000000}"}`:                                                       "product_id",
		`{"name":"x","product_id":"0190a8f0-0000-7000-8000-000000000000","limitations":[{"name":"l","limit":1.2345678}]}`:          "limitations[0].limit",
		`{"name":"x","product_id":"0190a8f0-0000-7000-8000-000000000000","features":[{"name":"a"},{"name":"a"}]}`:                  "features[1].name",
		`{"name":" x\u0007","product_id":"0190a8f0-0000-7000-8000-000000000000"}`:                                                  "name",
		`{"name":"x","product_id":"0190a8f0-0000-7000-8000-000000000000","limitations":[{"name":"l","reset":"days"}]}`:             "limitations[l].reset_days",
		`{"name":"x","product_id":"0190a8f0-0000-7000-8000-000000000000","expires_mode":"at"}`:                                     "expires_at",
		`{"name":"x","product_id":"0190a8f0-0000-7000-8000-000000000000","token_limit":99999999999999999999999999999999999999999}`: "token_limit",
	} {
		a := b.refused(t, 400, "invalid_request", "POST", "/api/v1/editions", body)
		if _, ok := a.wrong()[field]; !ok || strings.Contains(a.raw, secret) {
			t.Errorf("%s: %s does not name %s", body, a.raw, field)
		}
	}
	for _, body := range []string{``, `{`, `[]`, `"x"`, `null`, `{"name":"a\u0000b"}`, "{\"name\":\"\xff\"}", strings.Repeat(`{"name":`, 100)} {
		if a := b.send(t, "POST", "/api/v1/products", body); a.status != 400 || a.text("help") == "" {
			t.Errorf("%q: %d %s", body, a.status, a.raw)
		}
	}
	if a := b.send(t, "POST", "/api/v1/products", `{"name":"`+strings.Repeat("x", 2<<20)+`"}`); a.status != 413 {
		t.Errorf("a body of 2 MB: %d", a.status)
	}
}

func TestQueriesAreChecked(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	for query, field := range map[string]string{
		"limit=0": "limit", "limit=501": "limit", "limit=x": "limit", "cursor=x": "cursor", "sort=colour": "sort", "colour=red": "colour",
		"superior_id=1": "superior_id", "limit=1&limit=2": "limit", "email=a&sort=company_name": "email", "email=%00": "email", "email=%ff": "email",
	} {
		if _, ok := b.refused(t, 400, "invalid_request", "GET", "/api/v1/customers?"+query, "").wrong()[field]; !ok {
			t.Errorf("%s does not name %s", query, field)
		}
	}
	b.refused(t, 400, "invalid_request", "GET", "/api/v1/audit-log?from=yesterday", "")
	b.refused(t, 400, "invalid_request", "GET", "/api/v1/products/7", "")
	b.refused(t, 404, "product_not_found", "GET", "/api/v1/products/"+b.IDs.V7().String(), "")
	b.refused(t, 400, "body_unexpected", "DELETE", "/api/v1/activations/"+b.IDs.V7().String(), `{"force":true}`)
}

func TestListsPage(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	for _, name := range []string{"c", "a", "b"} {
		b.ok(t, "POST", "/api/v1/products", `{"name":"`+name+`"}`)
	}
	got, next := "", ""
	for {
		a := b.ok(t, "GET", "/api/v1/products?limit=1&sort=-name&cursor="+next, "")
		for _, item := range a.items() {
			got += item["name"].(string)
		}
		if next = a.text("next_cursor"); next == "" {
			break
		}
	}
	if got != "cba" {
		t.Errorf("got %s", got)
	}
	if a := b.ok(t, "GET", "/api/v1/editions", ""); a.raw != "{\"items\":[],\"next_cursor\":null}\n" {
		t.Errorf("an empty list is %s", a.raw)
	}
}

func TestRepeatedRequestsAreAnsweredAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		for path, body := range map[string]string{
			"/api/v1/products":  `{"name":"Drill <&> \u2028"}`,
			"/api/v1/customers": `{"company_name":"Kirk"}`,
			"/api/v1/api-keys":  `{"kind":"admin","name":"Script"}`,
		} {
			first := b.ok(t, "POST", path, body, "Idempotency-Key", "one")
			again := b.ok(t, "POST", path, body, "Idempotency-Key", "one")
			if again.raw != first.raw || again.status != first.status || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
				t.Errorf("%s:\n%d %s\n%d %s", path, first.status, first.raw, again.status, again.raw)
			}
			b.refused(t, 422, "idempotency_key_reused", "POST", path, strings.Replace(body, "{", "{ ", 1), "Idempotency-Key", "one")
		}
		if n := len(b.ok(t, "GET", "/api/v1/customers", "").items()); n != 1 {
			t.Errorf("%d customers, want 1", n)
		}
		// A refusal is not kept.
		b.refused(t, 409, "product_name_taken", "POST", "/api/v1/products", `{"name":"Drill <&> \u2028"}`, "Idempotency-Key", "two")
		b.ok(t, "PATCH", "/api/v1/products/"+b.ok(t, "GET", "/api/v1/products", "").items()[0]["id"].(string), `{"name":"Saw"}`)
		b.ok(t, "POST", "/api/v1/products", `{"name":"Drill <&> \u2028"}`, "Idempotency-Key", "two")
		// Secrets are not kept in the clear.
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM answers WHERE is_sealed = 1`); n != 1 {
			t.Errorf("%d sealed answers, want 1", n)
		}
	})
}

func TestCustomersMove(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	top := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Top"}`).text("id")
	sub := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Sub","superior_id":"`+top+`"}`)
	if sub.text("superior_id") != top || sub.text("customer_number") == "" {
		t.Errorf("%s", sub.raw)
	}
	b.refused(t, 409, "customer_cycle", "PATCH", "/api/v1/customers/"+top, `{"superior_id":"`+sub.text("id")+`"}`)
	if n := len(b.ok(t, "GET", "/api/v1/customers/"+top+"/sub-customers", "").items()); n != 1 {
		t.Errorf("%d sub-customers", n)
	}
	if n := len(b.ok(t, "GET", "/api/v1/customers/"+sub.text("id")+"/superiors", "").items()); n != 1 {
		t.Errorf("%d superiors", n)
	}
	if kept := b.ok(t, "PATCH", "/api/v1/customers/"+sub.text("id"), `{"company_name":"Sub II"}`); kept.text("superior_id") != top {
		t.Errorf("a field that was left out changed: %s", kept.raw)
	}
	if moved := b.ok(t, "PATCH", "/api/v1/customers/"+sub.text("id"), `{"superior_id":null}`); moved.body["superior_id"] != nil {
		t.Errorf("%s", moved.raw)
	}
}

func TestEditionPatchLeavesTheRest(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t))
	product := b.ok(t, "POST", "/api/v1/products", `{"name":"Drill"}`).text("id")
	made := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+product+`","name":"Trial","goodwill_days":3,"trial_days":14,"expires_at":"2027-01-31",
		"features":[{"name":"export"}]}`)
	if made.text("expires_at") != "2027-01-31T23:00:00Z" || made.text("expires_mode") != "at" {
		t.Errorf("%s", made.raw)
	}
	b.ok(t, "PATCH", "/api/v1/editions/"+made.text("id"), `{"token_limit":9}`)
	changed := b.ok(t, "PATCH", "/api/v1/editions/"+made.text("id"), `{"goodwill_days":null,"expires_at":null,"variables":[{"name":"v"}]}`)
	if changed.body["goodwill_days"] != nil || changed.text("expires_mode") != "never" || changed.body["token_limit"] != json.Number("9") ||
		changed.body["trial_days"] != json.Number("14") || !strings.Contains(changed.raw, `"export"`) || changed.body["revision"] != json.Number("3") {
		t.Errorf("%s", changed.raw)
	}
	b.refused(t, 400, "invalid_request", "PATCH", "/api/v1/editions/"+made.text("id"), `{"provisioning_mode":"floating"}`)
}
