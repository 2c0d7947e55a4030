package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// secret stands for what a caller sent: no answer may repeat it.
const secret = "hunter2-of-the-caller"

// badInput is a request that must be refused: with the problem code, or on the
// clients' surface with the protocol's number, and naming the field.
type badInput struct {
	name         string
	method, path string
	body         any
	status       int
	why          any    // a code, or the number of a refusal
	field        string // the wrong field, where the code is invalid_request
	headers      []string
}

// Whatever is sent: the documented refusal, in one sentence, without an echo, and
// nothing has changed. Never a 500.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			w := badWorld(t, s)
			clock.Advance(2 * time.Hour) // over the end of the one that expires
			for surface, cases := range map[string][]badInput{"clients": w.toClients(), "manage": w.toManage()} {
				w.settle(t)
				before := contents(t, s)
				for _, c := range cases {
					w.try(t, surface, c)
				}
				unchanged(t, s, before)
			}
			if strings.Contains(s.Log.String(), secret) {
				t.Error("the log repeats what was sent")
			}
		})
	}
}

// bad is a vendor with licences in every state that refuses.
type bad struct {
	vendor

	good, expired, inactive, limited license
	activation                       string // of drill-1 on good
	token                            string // its token key
}

func badWorld(t *testing.T, s *servertest.Server) bad {
	t.Helper()
	w := bad{vendor: open(t, s, "Acme", terms{"token_limit": 3})}
	w.good = w.issue(t, nil)
	w.expired = w.issue(t, terms{"expires_at": "2026-03-14T10:00:00Z"})
	w.inactive = w.issue(t, terms{"is_active": false})
	w.limited = w.issue(t, terms{"release_limit": "2.0"})
	w.token = w.call(t, "/activations", w.vendor.activation(w.good.Key, "drill-1")).text(t, "token_key")
	w.call(t, "/activations", w.vendor.activation(w.good.Key, "suspended-1"))
	w.call(t, "/heartbeats", w.heartbeat("drill-1")) // the first of the day is history
	for _, a := range w.manage(t, 200, "GET", "/licenses/"+w.good.ID+"/activations", nil).field(t, "items").([]any) {
		if id := a.(map[string]any)["id"].(string); a.(map[string]any)["client_id"] == "suspended-1" {
			w.manage(t, 204, "POST", "/activations/"+id+"/suspension", terms{"until": "2030-01-01"})
		} else {
			w.activation = id
		}
	}
	return w
}

func (w bad) try(t *testing.T, surface string, c badInput) {
	t.Helper()
	var a answer
	if surface == "clients" {
		a = answer{w.Do(t, c.method, w.clients()+c.path, c.body, append([]string{"ProvisioningKey", w.ProvisioningKey}, c.headers...)...)}
	} else {
		a = answer{w.Do(t, c.method, "/api/v1"+c.path, c.body, append([]string{"Authorization", "Bearer " + w.AdminKey}, c.headers...)...)}
	}
	name := surface + ": " + c.name
	if strings.Contains(string(a.Body), secret) || len(a.Body) > 4096 {
		t.Errorf("%s: an echo: %.500s", name, a.Body)
	}
	if id, ok := c.why.(int); ok {
		t.Run(name, func(t *testing.T) { a.refused(t, id) })
		return
	}
	var p struct {
		Status             int
		Code, Detail, Help string
	}
	a.JSON(t, &p)
	if a.Status != c.status || p.Status != c.status || p.Code != c.why || !sentence(p.Detail) || !sentence(p.Help) {
		t.Errorf("%s: %d %s, want %d %v", name, a.Status, a.Body, c.status, c.why)
	}
	names := func(wrong string) bool { return wrong == c.field || strings.HasPrefix(wrong, c.field+"[") }
	if wrong := a.wrong(t); c.field != "" && !slices.ContainsFunc(wrong, names) {
		t.Errorf("%s: %s does not name %s", name, a.Body, c.field)
	}
}

// malformed are bodies that are no JSON object of any request.
func malformed(method, path string) (all []badInput) {
	for name, body := range map[string]string{
		"nothing": "", "half an object": "{", "two objects": "{}{}", "NUL": "{\"x\":\"a\\u0000b\"}", "a raw NUL": "{\"x\":\"a\x00b\"}",
		"no UTF-8": "{\"x\":\"\xff\"}", "half a surrogate pair": `{"x":"\ud800"}`, "a raw control character": "{\"x\":\"\x07\"}",
		"deep lists":   `{"x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`,
		"deep objects": strings.Repeat(`{"x":`, 50) + "1" + strings.Repeat("}", 50), "a form": "key=" + secret, "XML": "<key>" + secret + "</key>",
	} {
		all = append(all, badInput{name: name + " to " + path, method: method, path: path, body: body, status: 400, why: "malformed_body"})
	}
	for name, body := range map[string]string{"a list": "[]", "a text": `"` + secret + `"`, "a number": "7"} {
		all = append(all, badInput{name: name + " to " + path, method: method, path: path, body: body, status: 400, why: "invalid_request", field: "body"})
	}
	return append(all,
		badInput{name: "10 MB to " + path, method: method, path: path, body: `{"x":"` + strings.Repeat("x", 10<<20) + `"}`, status: 413, why: "body_too_large"},
		badInput{
			name: "compressed to " + path, method: method, path: path, body: "{}", status: 400, why: "content_encoding",
			headers: []string{"Content-Encoding", "gzip"},
		})
}

// with gives the fields with one replaced, or left out where value is nil.
func with(fields terms, name string, value any) terms {
	changed := maps.Clone(fields)
	if changed[name] = value; value == nil {
		delete(changed, name)
	}
	return changed
}

// written gives the body of fields with one text as it is written in JSON, valid or not.
func written(fields terms, name, text string) string {
	body, _ := json.Marshal(with(fields, name, "HERE")) //nolint:errchkjson // texts and numbers
	return strings.Replace(string(body), `"HERE"`, `"`+text+`"`, 1)
}

func (w bad) toClients() (all []badInput) {
	for _, path := range []string{"/activations", "/heartbeats", "/unassign", "/validate", "/licenses/by_license"} {
		all = append(all, malformed("POST", path)...)
	}
	activation, heartbeat := w.vendor.activation(w.good.Key, "drill-9"), w.heartbeat("drill-1")
	field := func(path string, fields terms, name string, values ...any) {
		for _, value := range values {
			all = append(all, badInput{
				name: fmt.Sprintf("%s of %s is %.60v", name, path, value), method: "POST", path: path, body: with(fields, name, value),
				status: 400, why: "invalid_request", field: name,
			})
		}
	}
	long := strings.Repeat(secret, 200)
	field("/activations", activation, "product_id", nil, 7, true, []string{}, secret, "{"+w.product+"}", w.product+" ", "")
	field("/activations", activation, "license_key", nil, "", 7, terms{})
	field("/activations", activation, "client_id", 7, []string{secret}, long, "drill\n9", "\u007fx")
	field("/activations", activation, "client_name", 7, long, secret+"\u001b[31m")
	field("/activations", activation, "software_version", 1.5, long)
	field("/activations", activation, "tags", secret, terms{secret: 1}, make([]string, 33), []string{long}, []string{"\t"})
	field("/activations", activation, "device_variables", secret, []string{secret}, terms{secret: long}, terms{long: "x"}, terms{"\u0001": "x"}, many(65))
	field("/activations", activation, "client_public_key", secret, long, w.Ed25519PublicKey)
	field("/heartbeats", heartbeat, "product_id", nil, 7, secret)
	field("/heartbeats", heartbeat, "software_version", nil, "", " ", 7, long)
	field("/heartbeats", heartbeat, "operating_system", nil, "", 7, long)
	field("/heartbeats", heartbeat, "heartbeat_type_id", 7, secret)
	field("/heartbeats", heartbeat, "user_id", 7, long, "\u0000x"[1:]+"\u0002")
	field("/unassign", terms{}, "token_key", nil, "")
	field("/validate", terms{}, "license_key", nil, "", 7)
	field("/licenses/by_license", terms{"license_key": w.good.Key}, "product_id", nil, 7, secret)
	refused := func(name string, id int, path string, body any) {
		all = append(all, badInput{name: name, method: "POST", path: path, body: body, status: 409, why: id})
	}
	refused("no client id", 2010, "/activations", with(activation, "client_id", nil))
	refused("an empty client id", 2010, "/activations", with(activation, "client_id", ""))
	refused("a client id that shows nothing", 2010, "/activations", with(activation, "client_id", "\u200b \u3164"))
	for name, nothing := range map[string]string{"a tab": `\t`, "NUL": `\u0000`, "a line break and NUL": `\n\u0000`} {
		refused(name+" for a client id", 2010, "/activations", written(activation, "client_id", nothing))
		refused(name+" for a heartbeat's client id", 2010, "/heartbeats", written(heartbeat, "client_id", nothing))
	}
	refused("a null client id", 2010, "/activations", terms{"product_id": w.product, "license_key": w.good.Key, "client_id": any(nil)})
	refused("an unknown product", 3000, "/activations", with(activation, "product_id", nobody))
	refused("an unknown key", 1000, "/activations", with(activation, "license_key", nobody))
	refused("an unknown legacy key", 1000, "/activations", with(activation, "license_key", secret))
	refused("a long text for a key", 1000, "/activations", with(activation, "license_key", long))
	refused("a control character and more for a key", 1000, "/validate", terms{"license_key": "\u0007" + secret})
	refused("a text for a token key", 1000, "/heartbeats", with(heartbeat, "token_key", secret))
	refused("a number for a token key", 1000, "/unassign", terms{"token_key": 7})
	refused("an expired licence", 1001, "/activations", with(activation, "license_key", w.expired.Key))
	refused("an inactive licence", 1002, "/activations", with(activation, "license_key", w.inactive.Key))
	refused("a version above the limit", 1003, "/activations", with(with(activation, "license_key", w.limited.Key), "software_version", "2.0.1"))
	refused("a version with huge numbers", 1003, "/activations",
		with(with(activation, "license_key", w.limited.Key), "software_version", strings.Repeat("9", 200)))
	refused("a suspended client", 20001, "/activations", with(activation, "client_id", "suspended-1"))
	refused("a token in use", 2001, "/activations", with(activation, "license_key", w.token))
	refused("an unknown client", 2006, "/heartbeats", w.heartbeat("drill-9"))
	refused("an unknown product's client", 3000, "/heartbeats", with(heartbeat, "product_id", nobody))
	refused("a heartbeat without a client id", 2010, "/heartbeats", with(heartbeat, "client_id", nil))
	refused("a suspended client's heartbeat", 20001, "/heartbeats", w.heartbeat("suspended-1"))
	refused("a free token's heartbeat", 2002, "/heartbeats", with(heartbeat, "token_key", w.expired.TokenKeys[0]))
	refused("an unknown token's heartbeat", 2003, "/heartbeats", with(heartbeat, "token_key", nobody))
	refused("another client's token", 5000, "/heartbeats", with(w.heartbeat("drill-9"), "token_key", w.token))
	refused("an unknown heartbeat type", 5001, "/heartbeats", with(heartbeat, "heartbeat_type_id", nobody))
	refused("an unknown token", 2003, "/unassign", terms{"token_key": nobody})
	refused("a free token", 2004, "/unassign", terms{"token_key": w.expired.TokenKeys[0]})
	refused("an unknown key to validate", 1000, "/validate", terms{"license_key": secret})
	refused("another product's key", 1000, "/licenses/by_license", terms{"product_id": nobody, "license_key": w.good.Key})
	return all
}

func many(n int) terms {
	all := terms{}
	for i := range n {
		all[fmt.Sprint(i)] = ""
	}
	return all
}

func (w bad) toManage() (all []badInput) {
	license := "/licenses/" + w.good.ID
	for _, target := range [][2]string{{"POST", "/licenses"}, {"PATCH", license}, {"POST", "/editions"}, {"POST", "/customers"}} {
		all = append(all, malformed(target[0], target[1])...)
	}
	field := func(method, path string, fields terms, name string, values ...any) {
		for _, value := range values {
			all = append(all, badInput{
				name: fmt.Sprintf("%s of %s is %.60v", name, path, value), method: method, path: path, body: with(fields, name, value),
				status: 400, why: "invalid_request", field: name,
			})
		}
	}
	issue := terms{"edition_id": w.edition, "customer_id": w.customer}
	long, late := strings.Repeat(secret, 500), []any{
		"10000-01-01", "9999-12-31T24:00:00Z", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+14:00", "2026-02-30", "2026-13-01",
		secret, 7, "+2026-01-01",
	}
	for _, name := range []string{"edition_id", "customer_id"} {
		field("POST", "/licenses", issue, name, nil, 7, secret, nobody, w.good.ID)
	}
	for _, name := range []string{"token_limit", "activation_buffer", "goodwill_token_limit", "floating_token_limit"} {
		field("POST", "/licenses", issue, name, -1, 100_001, 1.5, "3", secret, true, 9e18, 1e300)
		field("PATCH", license, terms{}, name, -1, 100_001, 1.5, "3")
	}
	field("POST", "/licenses", issue, "expires_at", late...)
	field("PATCH", license, terms{}, "expires_at", late...)
	field("POST", "/licenses", issue, "starts_at", late...)
	field("PATCH", license, terms{}, "starts_at", late...)
	field("POST", "/licenses", issue, "expires_days", 0, -1, 36_501, "7", 1e99)
	field("POST", "/licenses", issue, "name", 7, long, "a\u0007b")
	field("POST", "/licenses", issue, "licensee_email", 7, long, secret, "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example")
	field("POST", "/licenses", issue, "legacy_license_key", 7, long, "\u0007")
	field("POST", "/licenses", issue, "activate_client_id", 7, long, "drill\n9", strings.Repeat("ü", 200))
	field("POST", "/licenses", issue, "features", secret, []terms{{"id": secret}}, []terms{{"id": nobody}})
	field("POST", "/licenses", issue, "colour", secret)
	field("POST", "/activations/"+w.activation+"/suspension", terms{}, "until", late...)
	field("POST", "/editions", terms{"product_id": w.product, "name": "X"}, "expires_at", late...)
	field("POST", "/editions", terms{"product_id": w.product, "name": "X"}, "name", nil, "", " ", 7, long, "\u0007")
	field("POST", "/customers", terms{"company_name": "X"}, "company_name", nil, "", "  ", 7, long, "\u0007")
	field("POST", "/customers", terms{"company_name": "X"}, "superior_id", 7, secret, nobody)
	field("POST", "/subscriptions", terms{"kind": "mail", "target": "a@b.example"}, "events", nil, []string{}, []string{secret})
	field("POST", "/api-keys", terms{"kind": "admin", "name": "X"}, "permissions", []string{secret}, "all", 7)
	field("PATCH", "/vendor", terms{}, "zone", secret, 7, "../../etc/passwd", "")
	for query, name := range map[string]string{
		"limit=-1": "limit", "limit=0": "limit", "limit=501": "limit", "limit=99999999999999999999": "limit", "limit=1e2": "limit",
		"cursor=" + secret: "cursor",
		"sort=" + secret:   "sort", "customer_id=" + secret: "customer_id", "licensee_email=%00": "licensee_email", "licensee_email=%ff": "licensee_email",
		"is_active=maybe": "is_active", "colour=" + secret: "colour", "cursor=" + strings.Repeat("A", 4000): "cursor",
	} {
		all = append(all, badInput{name: "?" + query, method: "GET", path: "/licenses?" + query, status: 400, why: "invalid_request", field: name})
	}
	all = append(all,
		badInput{name: "from year 10000", method: "GET", path: "/audit-log?from=10000-01-01T00:00:00Z", status: 400, why: "invalid_request", field: "from"},
		badInput{name: "a look at what is sent", method: "GET", path: "/licenses/search", status: 405, why: "method_not_allowed"},
		badInput{name: "a change of what is sent", method: "PATCH", path: "/mails/test", status: 405, why: "method_not_allowed"},
		badInput{name: "no UUID", method: "GET", path: "/licenses/" + secret, status: 400, why: "invalid_request", field: "id"},
		badInput{name: "NUL in the path", method: "GET", path: "/licenses/%00", status: 400, why: "invalid_request", field: "id"},
		badInput{name: "an unknown licence", method: "GET", path: "/licenses/" + nobody, status: 404, why: "license_not_found"},
		badInput{name: "an unknown licence to change", method: "PATCH", path: "/licenses/" + nobody, body: "{}", status: 404, why: "license_not_found"},
		badInput{name: "an unknown activation", method: "DELETE", path: "/activations/" + nobody, status: 404, why: "activation_not_found"},
		badInput{name: "an unknown key", method: "POST", path: "/licenses/search", body: terms{"key": secret}, status: 404, why: "license_not_found"},
		badInput{name: "nothing there", method: "GET", path: "/" + secret, status: 404, why: "route_not_found"},
	)
	return all
}
