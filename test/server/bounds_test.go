package server_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/server/servertest"
)

// calls is how often each route is called with ever new values: more than a day's
// history rows of a client.
const boundCalls = 40

// bound is what docs/bounds.md says of a table: how many rows one client's calls
// make at most, or each of them, and how long a row is.
type bound struct {
	rows, bytes int
	aCall       bool
}

// bounds reads the page.
func bounds(t *testing.T) map[string]bound {
	t.Helper()
	page, err := os.ReadFile("../../docs/bounds.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bound{}
	for _, m := range regexp.MustCompile(`(?m)^\| [^|]+ \| ([^|]+) \| ([0-9,]+) rows?( a call)?, ([0-9]+) KB`).FindAllStringSubmatch(string(page), -1) {
		rows, _ := strconv.Atoi(strings.ReplaceAll(m[2], ",", "")) // digits
		kb, _ := strconv.Atoi(m[4])                                // digits
		for _, table := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(m[1], -1) {
			all[table[1]] = bound{rows: rows, bytes: kb << 10, aCall: m[3] != ""}
		}
	}
	if len(all) < 15 {
		t.Fatalf("docs/bounds.md states the bounds of %d tables", len(all))
	}
	return all
}

// size is how much there is of a table.
type size struct{ rows, bytes int }

func sizes(t *testing.T, s *servertest.Server) map[string]size {
	t.Helper()
	db := s.Program.Rooms().DB
	all := map[string]size{}
	for _, name := range s.Tables(t) {
		rows, err := db.Query(t.Context(), "SELECT * FROM "+name) //nolint:unqueryvet // whatever there is
		if err != nil {
			t.Fatal(err)
		}
		bytes, n := len(dump(t, rows)), 0
		if _, err := db.QueryRow(t.Context(), "SELECT COUNT(*) FROM "+name, nil, &n); err != nil {
			t.Fatal(err)
		}
		all[name] = size{n, bytes}
	}
	return all
}

// ours are tables that the server's own work writes while clients call: at times,
// whatever they say.
func ours() []string {
	return []string{"leases", "change_counter", "goose_db_version", "schema_serves", "audit_seals", "audit_heads", "figures", "figure_days", "word_progress"}
}

// Each route of the clients, called time and again with ever new values in every
// field, by a client that is activated and in the names of ever new ones: no table
// grows by more than docs/bounds.md says. A new route, or a table that grows without
// a line on the page, fails.
func TestWhatClientsFillIsBounded(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			stated, f := bounds(t), fill(t, s)
			walked := 0
			for _, route := range s.Program.Routes() {
				suffix, ours := strings.CutPrefix(route.Path, "/api/v2/isv/{isv_id}")
				if !ours || strings.Contains(suffix, "{call...}") {
					continue
				}
				walked++
				shapes := f.shapes(route.Method + " " + suffix)
				if shapes == nil {
					t.Errorf("%s %s: the walk has no body for it", route.Method, suffix)
				}
				for _, shape := range shapes {
					f.walk(t, route, shape, stated)
				}
			}
			if walked < 20 {
				t.Errorf("only %d routes were walked", walked)
			}
		})
	}
}

// filling is a vendor whose tables are filled.
type filling struct {
	vendor

	ids map[string]string
}

func fill(t *testing.T, s *servertest.Server) filling {
	t.Helper()
	v := open(t, s, "Acme", terms{
		"token_limit": 3, "goodwill_token_limit": 1, "offline_allowed": true, "xml_files_allowed": true, "limitations": []terms{{"name": "l", "limit": 1e9, "reset": "never"}},
	})
	f := filling{vendor: v, ids: map[string]string{}}
	f.ids["product"], f.ids["isv"] = v.product, v.VendorID
	edition := v.manage(t, 200, "GET", "/editions/"+v.edition, nil)
	f.ids["limitation"] = edition.field(t, "limitations").([]any)[0].(map[string]any)["id"].(string)
	l := v.issue(t, nil)
	f.ids["key"], f.ids["token"] = l.Key, v.call(t, "/activations", v.activation(l.Key, "genuine")).text(t, "token_key")
	f.ids["spare"] = v.issue(t, terms{"offline_allowed": false}).Key
	team := v.manage(t, 201, "POST", "/editions", terms{
		"product_id": v.product, "name": "Team", "provisioning_mode": "floating", "floating_token_limit": 2,
	}).text(t, "id")
	f.ids["team"] = v.issue(t, terms{"edition_id": team}).Key
	f.ids["field"] = v.manage(t, 201, "POST", "/products/"+v.product+"/analytical-fields", terms{"name": "Mood"}).text(t, "id")
	f.ids["feature"] = v.manage(t, 201, "POST", "/products/"+v.product+"/usage-features", terms{"name": "Print"}).text(t, "id")
	v.manage(t, 201, "POST", "/subscriptions", terms{"kind": "mail", "target": "ops@example.com", "events": []string{"activation.created", "activation.deleted"}})
	v.settle(t)
	return f
}

// shapes are the addresses and bodies of a route. $new is new in each call, and long.
func (f filling) shapes(route string) []string {
	const machine = `"hostname":"$new","platform":"$new","operating_system":"$new","software_version":"$new",
		"device_variables":{"a$new":"$new","b$new":"$new","c$new":"$new","d$new":"$new","e$new":"$new"}`
	const client = machine + `,"client_name":"$new","client_description":"$new","tags":["$new","t$new"]`
	return map[string][]string{
		"POST /provisioning/activations": {
			`{"product_id":"$product","license_key":"$key","client_id":"genuine",` + client + `}`,
			`{"product_id":"$product","license_key":"$spare","client_id":"$new",` + client + `}`,
			`{"product_id":"$product","license_key":"$team","client_id":"$new",` + client + `}`,
			`{"product_id":"$product","license_key":"$new","client_id":"$new",` + client + `}`,
			`{"product_id":"$product","user_email":"$new@example.com","user_password":"$new","client_id":"$new",` + client + `}`,
		},
		"POST /provisioning/heartbeats": {
			`{"product_id":"$product","client_id":"genuine","token_key":"$token","user_id":"$new","group_id":"$new",` + machine + `}`,
			`{"product_id":"$product","client_id":"nobody$new","user_id":"$new","group_id":"$new",` + machine + `}`,
		},
		"POST /provisioning/unassign":             {`{"token_key":"$uuid","client_id":"$new"}`},
		"GET /provisioning/validate":              {`{"license_key":"$key"}`},
		"GET /provisioning/validate/consumption":  {`{"license_id":"$key","limitation_id":"$uuid"}`},
		"POST /provisioning/validate":             {`{"license_key":"$key"}`, `{"license_key":"$new"}`},
		"POST /provisioning/licenses/by_license":  {`{"product_id":"$product","license_key":"$new"}`},
		"POST /provisioning/licenses/by_customer": {`{"product_id":"$product","customer_number":"$new"}`},
		"POST /provisioning/licenses/by_user":     {`{"product_id":"$product","user_id":"$new"}`},
		"POST /provisioning/licenses/state/toggle": {
			`{"product_id":"$product","license_key":"$new","is_active":true}`,
		},
		"POST /provisioning/session/open": {
			`{"license_id":"$team","client_id":"$new","session_id":"$new","user_id":"$new"}`,
			`{"license_id":"$uuid","client_id":"$new","session_id":"$new","user_id":"$new"}`,
		},
		"POST /provisioning/session/close":        {`{"license_id":"$team","client_id":"$new","session_id":"$new","user_id":"$new"}`},
		"POST /provisioning/validate/consumption": {`{"license_id":"$key","limitation_id":"$uuid"}`},
		"POST /data_gathering/consumption_heartbeats": {
			`{"client_id":"genuine","token_key":"$token","consumption_heartbeat":[
				{"limitation_id":"$limitation","value":1,"external_id":"a$new","user_id":"$new"},{"limitation_id":"$limitation","value":1,"external_id":"b$new","user_id":"$new"}]}`,
			`{"client_id":"$new","consumption_heartbeat":[{"limitation_id":"$limitation","value":1,"external_id":"$new","user_id":"$new"}]}`,
		},
		"POST /data_gathering/consumption_heartbeats/rollback": {`{"limitation_id":"$limitation","transaction_id":"$uuid"}`},
		"POST /data_gathering/analytical_heartbeats": {
			`{"client_id":"genuine","token_key":"$token","analytical_heartbeat":[{"analytical_field_id":"$field","value":"$new"}]}`,
		},
		"POST /data_gathering/usage_heartbeats": {
			`{"client_id":"genuine","token_key":"$token","usage_heartbeat":[{"usage_feature_id":"$feature","value":1,"timestamp_utc":"$day"}]}`,
		},
		"POST /data_gathering/usage_heartbeats_by_name": {
			`{"client_id":"genuine","token_key":"$token","usage_heartbeat":[` + strings.TrimSuffix(strings.Repeat(
				`{"usage_feature_name":"$short$next","usage_module_name":"$short$next","value":1},`, 10), ",") + `]}`,
		},
		"GET /provisioning/licenses/{license_id}/tokens/floating/active/count": {"?x=$new"},
		"GET /licenses/{license_id}/xml":                                       {"?token_key=$token"},
		"GET /provisioning/activations/offline":                                {"?product_id=$product&license_key=$key&client_id=genuine&client_name=$new&software_version=$new", "?product_id=$product&license_key=$key&client_id=$new"},
		"POST /provisioning/activations/offline":                               {"?product_id=$product&license_key=$uuid&client_id=$new"},
	}[route]
}

// walk calls a route time and again, and looks at what has grown.
func (f filling) walk(t *testing.T, route edge.Route, shape string, stated map[string]bound) {
	t.Helper()
	before := sizes(t, f.Server)
	for i := range boundCalls {
		text := shape
		for name, id := range f.ids {
			text = strings.ReplaceAll(text, "$"+name, id)
		}
		text = strings.NewReplacer(
			"$new", fmt.Sprintf("n%d%s", i, strings.Repeat("x", 180)), "$short", fmt.Sprintf("n%d.", i), "$uuid", fmt.Sprintf("0190a8f0-0000-7000-8000-%012d", i),
			"$day", fmt.Sprintf("2026-01-%02dT00:00:00Z", i%28+1),
		).Replace(text)
		for n := 0; strings.Contains(text, "$next"); n++ {
			text = strings.Replace(text, "$next", strconv.Itoa(n/2), 1)
		}
		path, body := strings.NewReplacer("{isv_id}", f.VendorID, "{license_id}", f.ids["key"]).Replace(route.Path), text
		if strings.HasPrefix(text, "?") {
			path, body = path+text, ""
		}
		key := append(make([]string, 0, 4), "ProvisioningKey", f.ProvisioningKey)
		if strings.Contains(route.Path, "by_customer") || strings.Contains(route.Path, "by_user") || strings.Contains(route.Path, "toggle") {
			key = []string{"AdminKey", f.AdminKey}
		}
		got := f.Do(t, route.Method, path, body, append(key, "Chancery-Accept-Signature", "ed25519")...)
		if got.Status >= 500 || got.Status == 400 || got.Status == 404 {
			t.Fatalf("%s %s, %.200s: %d %s", route.Method, route.Path, body, got.Status, got.Body)
		}
	}
	if err := f.Program.Rooms().Pulses.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for table, now := range sizes(t, f.Server) {
		if slices.Contains(ours(), table) {
			continue
		}
		rows, bytes := now.rows-before[table].rows, now.bytes-before[table].bytes
		may, listed := stated[table]
		most := may.rows
		if may.aCall {
			most *= boundCalls
		}
		switch {
		case rows <= 0 && bytes <= 100:
		case !listed:
			t.Errorf("%s %s made %d rows and %d bytes in %s, which docs/bounds.md does not name: %.120s", route.Method, route.Path, rows, bytes, table, shape)
		case rows > most:
			t.Errorf("%s %s made %d rows in %s, more than the %d of docs/bounds.md: %.120s", route.Method, route.Path, rows, table, most, shape)
		case bytes > (max(rows, 0)+1)*may.bytes:
			t.Errorf("%s %s made %d bytes in %s beside %d new rows, more than the %d of docs/bounds.md: %.120s", route.Method, route.Path, bytes, table, rows, may.bytes, shape)
		}
	}
}
