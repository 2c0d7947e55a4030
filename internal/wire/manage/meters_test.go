package manage_test

import (
	"strings"
	"testing"

	"chancery/internal/store/storetest"
)

func TestMeters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		product := b.ok(t, "POST", "/api/v1/products", `{"name":"Printer"}`).text("id")
		edition := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+product+`","name":"Pro","limitations":[
			{"name":"pages","limit":11,"reset":"quarter","goodwill_percent":10,"alerts":[50,90]},{"name":"seats","limit":2},{"name":"scans","reset":"never","alerts":[]}]}`)
		customer := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Kirk","email":"k@example.com"}`).text("id")
		license := "/api/v1/licenses/" + b.ok(t, "POST", "/api/v1/licenses", `{"edition_id":"`+edition.text("id")+`","customer_id":"`+customer+`"}`).text("id")
		limitations := edition.body["limitations"].([]any)
		pages := limitations[0].(map[string]any)["id"].(string)
		seats := limitations[1].(map[string]any)["id"].(string)

		items := b.ok(t, "GET", license+"/meters", "").items()
		if len(items) != 2 || items[0]["name"] != "pages" || items[0]["consumed"].(interface{ String() string }).String() != "0" ||
			items[0]["period_ends_at"] != "2026-03-31T22:00:00Z" || items[1]["period_started_at"] != nil || items[1]["allowed"] != nil {
			t.Errorf("%v", items)
		}
		add := func(value string) answer {
			return b.ok(t, "POST", license+"/consumptions", `{"limitation_id":"`+pages+`","value":`+value+`,"reason":"read by hand"}`)
		}
		first := add("11.25")
		add("1")
		for range 2 {
			if got := b.ok(t, "POST", "/api/v1/consumptions/"+first.text("id")+"/rollback", `{"reason":"a mistake"}`); got.status != 200 {
				t.Errorf("%d %s", got.status, got.raw)
			}
		}
		raw := b.ok(t, "GET", license+"/meters", "").raw
		if !strings.Contains(raw, `"consumed":1,"gross":1,"contract_allowed":null,"balance":10,`) || !strings.Contains(raw, `"alerts":[50,90]`) {
			t.Errorf("%s", raw)
		}
		ledger := license + "/consumptions?limitation_id=" + pages
		page := b.ok(t, "GET", ledger+"&limit=2", "")
		rest := b.ok(t, "GET", ledger+"&limit=2&cursor="+page.text("next_cursor"), "").items()
		if len(page.items()) != 2 || page.items()[0]["kind"] != "rollback" || len(rest) != 1 || rest[0]["is_rolled_back"] != true || rest[0]["reason"] != "read by hand" {
			t.Errorf("%s, %v", page.raw, rest)
		}
		for body, field := range map[string]string{
			`{"limitation_id":"` + seats + `","value":1,"reason":"x"}`:  "limitation_id",
			`{"limitation_id":"` + pages + `","value":0,"reason":"x"}`:  "value",
			`{"limitation_id":"` + pages + `","value":-2,"reason":"x"}`: "value", // more than there is
			`{"limitation_id":"` + pages + `","value":1}`:               "reason",
		} {
			if a := b.refused(t, 400, "invalid_request", "POST", license+"/consumptions", body); a.wrong()[field] == "" {
				t.Errorf("%s: %s", body, a.raw)
			}
		}
		b.refused(t, 400, "invalid_request", "GET", license+"/consumptions", "")
		b.refused(t, 404, "consumption_not_found", "POST", "/api/v1/consumptions/"+pages+"/rollback", `{"reason":"x"}`)
		b.refused(t, 400, "invalid_request", "POST", "/api/v1/editions", `{"product_id":"`+product+`","name":"X","limitations":[{"name":"l","alerts":[0]}]}`)
	})
}

// Staff correct in both directions and begin a count anew; the ledger can be narrowed,
// paged and taken as a file.
func TestCorrectingAMeter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		product := b.ok(t, "POST", "/api/v1/products", `{"name":"Printer"}`).text("id")
		edition := b.ok(t, "POST", "/api/v1/editions", `{"product_id":"`+product+`","name":"Pro","limitations":[
			{"name":"pages","limit":10,"reset":"month","expires_license":true,"contract_allowed":15,"adjustable":true}]}`)
		customer := b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Kirk","email":"k@example.com"}`).text("id")
		license := "/api/v1/licenses/" + b.ok(t, "POST", "/api/v1/licenses", `{"edition_id":"`+edition.text("id")+`","customer_id":"`+customer+`"}`).text("id")
		pages := edition.body["limitations"].([]any)[0].(map[string]any)["id"].(string)
		add := func(value, reason string) {
			t.Helper()
			b.ok(t, "POST", license+"/consumptions", `{"limitation_id":"`+pages+`","value":`+value+`,"reason":"`+reason+`"}`)
		}
		add("8.5", "read on site")
		add("-2.25", "=read twice")
		if got := b.ok(t, "POST", license+"/meters/reset", `{"limitation_id":"`+pages+`","reason":"agreed"}`); got.status != 200 || !strings.Contains(got.raw, `"consumed":0`) {
			t.Errorf("%d %s", got.status, got.raw)
		}
		if raw := b.ok(t, "GET", license+"/meters", "").raw; !strings.Contains(raw, `"consumed":0,"gross":6.25,"contract_allowed":15,`) {
			t.Error(raw)
		}
		ledger := "/consumptions?limitation_id=" + pages
		for query, want := range map[string]int{
			"": 3, "&kind=adjustment": 2, "&kind=reset": 1, "&kind=rollback": 0, "&client_id=nobody": 0, "&from=2000-01-01T00:00:00Z": 3, "&to=2000-01-01T00:00:00Z": 0,
		} {
			if items := b.ok(t, "GET", license+ledger+query, "").items(); len(items) != want {
				t.Errorf("%s: %d entries, want %d", query, len(items), want)
			}
		}
		b.refused(t, 400, "invalid_request", "GET", license+ledger+"&kind=gift", "")
		file := b.ok(t, "GET", license+"/consumptions.csv?limitation_id="+pages+"&kind=adjustment", "").raw
		lines := strings.Split(strings.TrimSpace(file), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "id,kind,amount,") || !strings.Contains(lines[1], ",adjustment,-2.25,") || !strings.HasSuffix(lines[1], ",6.25,false,'=read twice") ||
			!strings.Contains(lines[2], ",8.5,") {
			t.Errorf("the file holds\n%s", file)
		}
		b.refused(t, 400, "invalid_request", "GET", license+"/consumptions.csv", "")
		b.refused(t, 400, "invalid_request", "POST", license+"/meters/reset", `{"limitation_id":"`+pages+`"}`)

		// What the whole life ends is told with its reason and what to do; a reset changes nothing of it.
		add("9", "read on site")
		for range 2 {
			shown := b.ok(t, "GET", license, "")
			if shown.body["is_valid"] != false || shown.text("validity_reason") != "measurements_exceeded" ||
				!strings.HasPrefix(shown.text("help"), `All 15 of "pages" in the contract are consumed since `) || shown.body["expires_at"] == nil {
				t.Errorf("%s", shown.raw)
			}
			b.ok(t, "POST", license+"/meters/reset", `{"limitation_id":"`+pages+`","reason":"agreed"}`)
		}
		b.ok(t, "PATCH", license, `{"limitations":[{"id":"`+pages+`","contract_allowed":20}]}`)
		if shown := b.ok(t, "GET", license, ""); shown.body["is_valid"] != true || shown.text("validity_reason") != "" || shown.text("help") != "" {
			t.Errorf("%s", shown.raw)
		}
	})
}
