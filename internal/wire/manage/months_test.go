package manage_test

import (
	"encoding/json"
	"strings"
	"testing"

	"chancery/internal/store/storetest"
)

// An edition that counts by the month, and what is answered of a licence of it.
func TestALicenceThatCountsMonths(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e) // the vendor is in Berlin, on 14 March 2026
		product := b.ok(t, "POST", "/api/v1/products", `{"name":"Drill"}`).text("id")
		ask := func(more string) string {
			return `{"product_id":"` + product + `","name":"By the month","token_limit":2,"goodwill_token_limit":1,"activation_counting":"monthly"` + more + `}`
		}
		for more, words := range map[string]string{
			`,"offline_allowed":true`:                   "offline_allowed",
			`,"provisioning_mode":"floating"`:           "activation_counting",
			`,"goodwill_days":3`:                        "goodwill_days",
			`,"activation_on_creation":"token_key"`:     "activation_on_creation",
			`,"offline_allowed":true,"goodwill_days":3`: "goodwill_days",
		} {
			if a := b.refused(t, 400, "invalid_request", "POST", "/api/v1/editions", ask(more)); !strings.Contains(a.raw, words) {
				t.Errorf("%s is answered %s", more, a.raw)
			}
		}
		edition := b.ok(t, "POST", "/api/v1/editions", ask(""))
		if edition.text("activation_counting") != "monthly" {
			t.Errorf("%s", edition.raw)
		}
		path := "/api/v1/editions/" + edition.text("id")
		if a := b.refused(t, 400, "invalid_request", "PATCH", path, `{"activation_counting":"held"}`); !strings.Contains(a.raw, "is fixed when an edition is made") {
			t.Errorf("%s", a.raw)
		}
		b.ok(t, "PATCH", path, `{"activation_counting":"monthly","activation_buffer":1}`)
		held := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+product+`","name":"Held"}`)
		if held.text("activation_counting") != "held" {
			t.Errorf("%s", held.raw)
		}

		customer := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Müller AG","email":"anna@example.com"}`).text("id")
		issue := func(edition answer) answer {
			return b.ok(t, "POST", "/api/v1/licenses", `{"edition_id":"`+edition.text("id")+`","customer_id":"`+customer+`"}`)
		}
		if l := issue(held); l.body["month_used"] != nil || l.body["month_allowed"] != nil || l.body["month_begins_at"] != nil || l.body["month_ends_at"] != nil {
			t.Errorf("%s", l.raw)
		}
		l := issue(edition)
		if keys, _ := l.body["token_keys"].([]any); len(keys) != 0 || l.body["activations_allowed"] != nil {
			t.Errorf("%s", l.raw)
		}
		one := "/api/v1/licenses/" + l.text("id")
		b.refused(t, 400, "invalid_request", "PATCH", one, `{"offline_allowed":true}`)
		w := world{"products": product, "license_key": l.text("license_key")}
		for _, client := range []string{"a", "b", "c", "d"} {
			b.activate(t, w, client)
		}
		for range 2 {
			got := b.ok(t, "GET", one, "")
			if got.body["month_used"] != json.Number("4") || got.body["month_allowed"] != json.Number("4") || got.body["goodwill_used"] != json.Number("1") ||
				got.text("month_begins_at") != "2026-02-28T23:00:00Z" || got.text("month_ends_at") != "2026-03-31T22:00:00Z" ||
				got.body["activations_used"] != json.Number("4") || got.body["activations_allowed"] != nil {
				t.Errorf("%s", got.raw)
			}
			if keys, _ := got.body["token_keys"].([]any); len(keys) != 0 {
				t.Errorf("%s", got.raw)
			}
			listed := b.ok(t, "GET", "/api/v1/licenses?on_goodwill=true", "").items()
			if len(listed) != 1 || listed[0]["month_ends_at"] != "2026-03-31T22:00:00Z" {
				t.Errorf("%v", listed)
			}
		}
		devices := b.ok(t, "GET", one+"/activations", "").items()
		if len(devices) != 4 || devices[0]["counts_this_month"] != true || devices[0]["is_goodwill"] != true || devices[3]["is_goodwill"] != false {
			t.Errorf("%v", devices)
		}
		e.Clock.Advance(storetest.Days(30)) // in April
		got := b.ok(t, "GET", one, "")
		if got.body["month_used"] != json.Number("0") || got.text("month_begins_at") != "2026-03-31T22:00:00Z" ||
			got.text("month_ends_at") != "2026-04-30T22:00:00Z" || got.body["goodwill_used"] != json.Number("0") {
			t.Errorf("%s", got.raw)
		}
		id, _ := devices[0]["id"].(string)
		if a := b.ok(t, "GET", "/api/v1/activations/"+id, ""); a.body["counts_this_month"] != false || a.body["is_goodwill"] != false {
			t.Errorf("%s", a.raw)
		}
	})
}
