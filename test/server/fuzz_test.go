package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"chancery/internal/server/servertest"
)

// fuzzed sends body as a request's and holds what is true of every answer: it is
// the caller's doing or none's, never the server's failure, and always JSON.
func fuzzed(t *testing.T, v vendor, path string, body []byte, headers ...string) answer {
	t.Helper()
	a := answer{v.Do(t, http.MethodPost, path, body, headers...)}
	if a.Status >= 500 || !json.Valid(a.Body) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a.Status == http.StatusConflict && a.field(t, "id") == nil && a.field(t, "code") == nil {
		t.Errorf("a refusal without a reason: %s", a.Body)
	}
	if a.Status == http.StatusBadRequest && (a.text(t, "code") == "" || !sentence(a.text(t, "detail")) || !sentence(a.text(t, "help"))) {
		t.Errorf("a problem that says nothing: %s", a.Body)
	}
	return a
}

// target is a request that takes a body: all fields that it may have, and what
// holds whatever is sent.
type target struct {
	fields terms
	holds  func(t *testing.T, body []byte)
}

// targets makes them, by name, each on a server of its own.
func targets() map[string]func(tb testing.TB, v vendor, l license) target {
	return map[string]func(tb testing.TB, v vendor, l license) target{
		"activation": activationTarget, "heartbeat": heartbeatTarget, "unassign": unassignTarget, "issue": issueTarget,
	}
}

func shop(tb testing.TB, s *servertest.Server) (vendor, license) {
	tb.Helper()
	v := open(tb, s, "Acme", terms{"token_limit": 50, "goodwill_token_limit": 1})
	return v, v.issue(tb, terms{"legacy_license_key": "OLD-1"})
}

func (v vendor) program() []string {
	return []string{"ProvisioningKey", v.ProvisioningKey, "Chancery-Accept-Signature", "ed25519"}
}

func activationTarget(_ testing.TB, v vendor, l license) target {
	return target{terms{
		"product_id": v.product, "license_key": l.Key, "client_id": "drill-1", "client_name": "Bench 1", "client_description": "x",
		"software_version": "1.0", "timestamp_utc": "2026-01-01T00:00:00Z", "tags": []string{"a"}, "hostname": "h", "platform": "p",
		"operating_system": "Linux", "device_variables": terms{"a": "b"}, "client_public_key": v.Ed25519PublicKey,
	}, func(t *testing.T, body []byte) {
		a := fuzzed(t, v, v.clients()+"/activations", body, v.program()...)
		if a.Status == http.StatusOK && (a.text(t, "token_key") == "" || a.text(t, "client_id") == "") {
			t.Errorf("activated without a token or a client: %s", a.Body)
		}
	}}
}

func heartbeatTarget(tb testing.TB, v vendor, l license) target {
	tb.Helper()
	token := v.call(tb, "/activations", v.activation(l.Key, "drill-1")).text(tb, "token_key")
	fields := v.heartbeat("drill-1")
	maps.Copy(fields, terms{
		"token_key": token, "user_id": "u", "group_id": "g", "heartbeat_type_id": nobody, "hostname": "h", "platform": "p", "device_variables": terms{"a": "b"},
	})
	return target{fields, func(t *testing.T, body []byte) {
		a := fuzzed(t, v, v.clients()+"/heartbeats", body, v.program()...)
		if a.Status == http.StatusOK && a.text(t, "token_key") != token {
			t.Errorf("a heartbeat of another client: %s", a.Body)
		}
	}}
}

func unassignTarget(tb testing.TB, v vendor, l license) target {
	tb.Helper()
	token := v.call(tb, "/activations", v.activation(l.Key, "drill-1")).text(tb, "token_key")
	return target{terms{"token_key": token}, func(t *testing.T, body []byte) {
		fuzzed(t, v, v.clients()+"/unassign", body, v.program()...)
	}}
}

func issueTarget(_ testing.TB, v vendor, _ license) target {
	return target{terms{
		"edition_id": v.edition, "customer_id": v.customer,
		"name": "Shop floor", "licensee_email": "a@example.com", "legacy_license_key": "OLD-2", "is_temporary": true, "is_active": false,
		"starts_at": "2026-01-01T00:00:00Z", "expires_at": "2037-01-01", "activate_client_id": "drill-1",
		"token_limit": 3, "activation_buffer": 1, "goodwill_token_limit": 1, "goodwill_days": 2, "release_limit": "2.0", "trial_days": 3,
		"heartbeat_period_days": 1, "client_may_unassign": false, "offline_allowed": true, "features": []terms{}, "limitations": []terms{}, "variables": []terms{},
	}, func(t *testing.T, body []byte) {
		a := fuzzed(t, v, "/api/v1/licenses", body, "Authorization", "Bearer "+v.AdminKey)
		if a.Status != http.StatusCreated {
			return
		}
		// What was made can be read again, and is found by its key.
		v.manage(t, 200, "GET", "/licenses/"+a.text(t, "id"), nil)
		if got := v.call(t, "/validate", terms{"license_key": a.text(t, "license_key")}); got.Status != http.StatusOK || !json.Valid(got.Body) {
			t.Errorf("%s made a licence that is answered with %d %s", body, got.Status, got.Body)
		}
	}}
}

// strange are values that no field is meant for, or only some.
func strange() []any {
	return []any{
		nil, 0, -1, 1e300, true, "", " ", "ü\u202e\U0001F600", "\u0007",
		[]any{},
		[]any{nil},
		terms{},
		terms{"": nil},
		json.RawMessage("null"), json.RawMessage(`"\ud83d"`),
		json.RawMessage(`99999999999999999999999`), "9999-12-31T23:59:59Z", "9999-12-31", "10000-01-01", nobody,
	}
}

// Every field of the calls that change most, with every strange value: refused or
// taken, but never a failure of the server's, on both engines.
func TestStrangeValues(t *testing.T) {
	t.Parallel()
	for engine, storage := range servertest.Engines() {
		for name, prepare := range targets() {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				v, l := shop(t, servertest.Start(t, storage(t)))
				of := prepare(t, v, l)
				for name := range of.fields {
					for _, value := range strange() {
						// Alone and among all the others, which may be refused before it.
						of.holds(t, encoded(t, with(of.fields, name, value)))
						of.holds(t, encoded(t, with(least(of.fields), name, value)))
					}
				}
			})
		}
	}
}

// least are the fields that a request can't do without.
func least(fields terms) terms {
	few := terms{}
	for _, name := range []string{"product_id", "license_key", "client_id", "software_version", "operating_system", "token_key", "edition_id", "customer_id"} {
		if value, ok := fields[name]; ok {
			few[name] = value
		}
	}
	return few
}

func encoded(tb testing.TB, fields terms) []byte {
	tb.Helper()
	data, err := json.Marshal(fields)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// fuzz runs one target on what the fuzzer makes of a few good bodies and bad ones.
func fuzz(f *testing.F, prepare func(tb testing.TB, v vendor, l license) target) {
	f.Helper()
	v, l := shop(f, servertest.Start(f, servertest.SQLite(f)))
	of := prepare(f, v, l)
	f.Add(encoded(f, of.fields))
	f.Add(encoded(f, least(of.fields)))
	for _, body := range []string{"", "{", "[]", "null", "{}", `{"":""}`, `{"a":1,"a":2}`, "\xff", "\x00", `{"product_id":"` + nobody + `","PRODUCT_ID":7}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(of.holds)
}

func FuzzActivation(f *testing.F) { fuzz(f, activationTarget) }
func FuzzHeartbeat(f *testing.F)  { fuzz(f, heartbeatTarget) }
func FuzzUnassign(f *testing.F)   { fuzz(f, unassignTarget) }
func FuzzIssue(f *testing.F)      { fuzz(f, issueTarget) }
