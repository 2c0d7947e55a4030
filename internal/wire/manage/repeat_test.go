package manage_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/store/storetest"
)

// Many copies of one request at once, as impatient clients and proxies send
// them: one of them creates, all get its answer.
func TestOneKeyAtOnceCreatesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := setup(t, e)
		const copies = 8
		answers := make(chan answer, copies)
		for range copies {
			go func() {
				answers <- b.send(t, "POST", "/api/v1/customers", `{"company_name":"Kirk"}`, "Idempotency-Key", "k")
			}()
		}
		first := <-answers
		for range copies - 1 {
			if again := <-answers; again.status != 201 || again.raw != first.raw {
				t.Errorf("%d %s\n%d %s", first.status, first.raw, again.status, again.raw)
			}
		}
		if n := len(b.ok(t, "GET", "/api/v1/customers", "").items()); n != 1 {
			t.Errorf("%d customers, want 1", n)
		}
		// The key is this vendor's and this route's alone.
		b.ok(t, "POST", "/api/v1/customers", `{"company_name":"Kirk"}`, "Idempotency-Key", "k", "Authorization", "Bearer "+b.other)
		b.ok(t, "POST", "/api/v1/products", `{"name":"Kirk"}`, "Idempotency-Key", "k")
	})
}

func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x","token_limit":1e400}`, `{"features":[{"name":"a","expires_at":null}]}`, `{"limitations":[{"name":"l","limit":-0}]}`,
		`{"name":"\ud800"}`, `{"expires_at":"0000-00-00"}`, `{"expires_at":"9999-12-31","name":"x"}`, `[[[[`, `{"a":{"a":{"a":1}}}`, `{"name":null}`,
		`{"goodwill_days":1.0}`, `{"NAME":"x"}`, `{"name":"a","name":"b"}`,
	} {
		f.Add(seed)
	}
	b := setup(f, storetest.SQLite(f))
	w := b.furnish(f)
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{
			"POST /api/v1/editions", "PATCH /api/v1/editions/" + w["editions"], "PATCH /api/v1/licenses/" + w["licenses"], "POST /api/v1/customers",
			"POST /api/v1/subscriptions", "POST /api/v1/licenses/search",
		} {
			method, path, _ := strings.Cut(path, " ")
			a := b.send(t, method, path, body)
			if a.status >= 500 {
				t.Errorf("%s %s: %d %s", method, path, a.status, a.raw)
			}
			if a.status >= 400 && (a.text("code") == "" || a.text("help") == "") {
				t.Errorf("%s %s: the refusal does not help: %s", method, path, a.raw)
			}
		}
	})
}

func FuzzCursors(f *testing.F) {
	b := setup(f, storetest.SQLite(f))
	for i := range 3 {
		b.ok(f, "POST", "/api/v1/customers", fmt.Sprintf(`{"company_name":"c%d"}`, i))
	}
	f.Add(b.ok(f, "GET", "/api/v1/customers?limit=1", "").text("next_cursor"), "company_name")
	f.Add("eyJzIjoiZW1haWwifQ", "email")
	f.Fuzz(func(t *testing.T, cursor, sort string) {
		for _, list := range []string{"customers", "products", "audit-log", "licenses"} {
			query := "?cursor=" + url.QueryEscape(cursor)
			if list == "customers" || list == "products" {
				query += "&sort=" + url.QueryEscape(sort)
			}
			if a := b.send(t, "GET", "/api/v1/"+list+query, ""); a.status >= 500 {
				t.Errorf("%s%s: %d %s", list, query, a.status, a.raw)
			}
		}
	})
}
