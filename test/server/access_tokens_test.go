package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chancery/internal/identity"
	"chancery/internal/owners"
	"chancery/internal/server/servertest"
	"chancery/internal/tx"
)

// Every call of the management API with the access token of every foreign identity: the
// same person at another vendor, somebody of the vendor's who owns nothing, and the
// administrator of another customer. Those that tokens open give nothing of others, all
// else is refused alike, and nothing changes.
func TestAccessTokensReachNothingOfOthers(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, moved := moving()
			s := servertest.Start(t, storage(t), moved)
			a := furnish(t, s)
			other := a.acme.manage(t, 201, "POST", "/customers", terms{"company_name": "Hall & Sons", "email": "hall@example.com"}).text(t, "id")
			tokens := map[string]string{
				"the same address at another vendor": s.AsOwner(t, a.bolt.NewVendor, "kirk@example.com",
					map[string]owners.Role{a.bolt.customer: owners.Administrator}).AccessToken(t, "script", "90"),
				"somebody without licences":  s.AsOwner(t, a.acme.NewVendor, "nobody@example.com", nil).AccessToken(t, "script", "90"),
				"another customer's manager": s.AsOwner(t, a.acme.NewVendor, "hall@example.com", map[string]owners.Role{other: owners.Administrator}).AccessToken(t, "script", "90"),
			}
			before := contents(t, s)
			open, closed := 0, 0
			for _, route := range s.Program.Routes() {
				if route.Surface.Name != "manage" || route.Public != "" {
					continue
				}
				path, _ := a.pathOf(route)
				if strings.HasSuffix(path, "/consumptions") {
					path += "?limitation_id=" + a.ids["limitations"]
				}
				for who, token := range tokens {
					clock.Advance(time.Minute)
					got := s.Do(t, route.Method, path, strings.TrimPrefix(a.body(route), "-"), "Authorization", "Bearer "+token)
					if strings.Contains(path, "?") && route.Also == "" {
						got = s.Do(t, route.Method, strings.TrimSuffix(path, "?limitation_id="+a.ids["limitations"]),
							strings.TrimPrefix(a.body(route), "-"), "Authorization", "Bearer "+token)
					}
					a.holdsNothing(t, route, got)
					want := 403
					if route.Also != "" {
						want = 404
						if !strings.Contains(route.Path, "{id}") && route.Method == http.MethodGet {
							want = 200
						}
					}
					if strings.HasPrefix(route.Path, "/api/v1/prepaid/") {
						if got.Status >= 500 || got.Status < 400 && route.Method != http.MethodGet {
							t.Errorf("%s %s as %s: %d %s", route.Method, route.Path, who, got.Status, got.Body)
						}
						continue // TestPrepaidByToken
					}
					if got.Status != want || want == 200 && who != "the same address at another vendor" && !strings.Contains(string(got.Body), `"items":[]`) {
						t.Errorf("%s %s as %s: %d %s, want %d", route.Method, route.Path, who, got.Status, got.Body, want)
					}
				}
				if route.Also != "" && !strings.HasPrefix(route.Path, "/api/v1/prepaid/") {
					open++
				} else {
					closed++
				}
			}
			if open != 11 || closed < 60 {
				t.Errorf("%d calls are open to tokens, %d are not", open, closed)
			}
			delete(before, "access_tokens") // when they were used last
			after := contents(t, s)
			for table, rows := range before {
				if after[table] != rows {
					t.Errorf("%s changed", table)
				}
			}
		})
	}
}

// A token opens what its user reaches, without what only staff may see, as long as both
// live: it is shown once, kept as a hash, and worth nothing once it has expired, was
// revoked, or its user was disabled or has lost the licences.
func TestAccessTokens(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{
			"token_limit": 2, "limitations": []terms{{"name": "pages", "limit": 10, "reset": "month", "alerts": []int{50}}},
			"features": []terms{{"name": "export"}, {"name": "secret", "hidden": true}},
		})
		l := v.issue(t, terms{"licensee_email": "anna@example.com", "legacy_license_key": "OLD-1"})
		v.issue(t, nil) // the firm's
		for _, client := range []string{"one", "two"} {
			v.call(t, "/activations", v.activation(l.Key, client))
		}
		anna := s.AsOwner(t, v.NewVendor, "anna@example.com", nil)
		token := anna.AccessToken(t, "Inventory", "90")
		call := func(token string, want int, method, path string) string {
			t.Helper()
			a := s.Do(t, method, "/api/v1"+path, nil, "Authorization", "Bearer "+token)
			if a.Status != want {
				t.Errorf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, want)
			}
			return string(a.Body)
		}
		var page struct {
			Items []struct{ ID string }
		}
		answer{servertest.Answer{Body: []byte(call(token, 200, "GET", "/licenses/"+l.ID+"/activations"))}}.JSON(t, &page)
		device, second := page.Items[0].ID, page.Items[1].ID
		seen := ""
		for _, path := range []string{
			"/licenses", "/licenses/" + l.ID, "/licenses/" + l.ID + "/activations", "/activations/" + device, "/licenses/" + l.ID + "/meters",
		} {
			seen += call(token, 200, "GET", path)
		}
		if strings.Count(seen, l.Key) != 2 || strings.Count(seen, l.ID) != 2 || !strings.Contains(seen, `"name":"pages"`) || !strings.Contains(seen, `"export"`) {
			t.Errorf("anna sees %s", seen)
		}
		for _, staffs := range []string{"token_key", "legacy", "OLD-1", "overridden", "alerts", "goodwill_percent", "secret", "tags"} {
			if strings.Contains(seen, staffs) {
				t.Errorf("anna sees %q: %s", staffs, seen)
			}
		}
		// What staff may ask for is no parameter of hers.
		call(token, 400, "GET", "/licenses?on_goodwill=true")

		// Releasing takes the agreement, and counts.
		if refused := call(token, 403, "DELETE", "/activations/"+device); !strings.Contains(refused, "api_deactivation_not_agreed") || !strings.Contains(refused, `"help":"`) {
			t.Error(refused)
		}
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"api_deactivation_allowed": true, "deactivation_allowance": 1})
		viewer := s.AsOwner(t, v.NewVendor, "viewer@example.com", map[string]owners.Role{v.customer: owners.Viewer}).AccessToken(t, "look", "1")
		call(viewer, 200, "GET", "/activations/"+device)
		if refused := call(viewer, 403, "DELETE", "/activations/"+device); !strings.Contains(refused, "role_missing") {
			t.Error(refused)
		}
		naming := func(token string, want int, name string) {
			t.Helper()
			a := s.Do(t, "PATCH", "/api/v1/activations/"+device, `{"display_name":"`+name+`"}`, "Authorization", "Bearer "+token)
			if a.Status != want {
				t.Errorf("naming: %d %s, want %d", a.Status, a.Body, want)
			}
		}
		naming(viewer, 403, "Eve's")
		naming(token, 204, "Till 3, front")
		naming(token, 400, strings.Repeat("x", 101))
		if seen := call(token, 200, "GET", "/activations/"+device); !strings.Contains(seen, `"display_name":"Till 3, front"`) {
			t.Error(seen)
		}
		call(token, 204, "DELETE", "/activations/"+device)
		call(token, 404, "DELETE", "/activations/"+device)
		if refused := call(token, 409, "DELETE", "/activations/"+second); !strings.Contains(refused, "deactivations_used_up") {
			t.Error(refused)
		}
		if now := call(token, 200, "GET", "/licenses/"+l.ID); !strings.Contains(now, `"deactivations_used":1`) || !strings.Contains(now, `"activations_used":1`) {
			t.Error(now)
		}
		if log := string(v.manage(t, 200, "GET", "/audit-log?limit=20", nil).Body); !strings.Contains(log, "anna@example.com (access token “Inventory”)") {
			t.Errorf("the audit log names nobody: %s", log)
		}

		// It is shown once, and nobody signs in with it.
		if list := anna.Get(t, "/account/tokens"); !strings.Contains(list.Text("main"), "Inventory"+token[:10]+"…Active") || strings.Contains(list.Text("main"), token) ||
			strings.Contains(list.Text("main"), "never") {
			t.Error(list.Text("main"))
		}
		for table, rows := range contents(t, s) {
			if strings.Contains(rows, token) {
				t.Errorf("%s holds the token", table)
			}
		}
		thief := s.Browser(t, v.NewVendor).At("portal")
		thief.Bring(t, "chancery_portal", token)
		if p := thief.Get(t, "/account"); !strings.Contains(p.Path, "/sign-in") {
			t.Errorf("a token signs in: %s", p.Path)
		}
		servertest.Refuses(t, anna.Fill(t, "/account/tokens/new", url.Values{"name": {"x"}, "days": {"366"}}), "days", "must be between 1 and 365")

		// Its ends.
		short := anna.AccessToken(t, "short", "1")
		call(short, 200, "GET", "/licenses")
		s.Advance(t, v.NewVendor, "1d")
		if gone := call(short, 401, "GET", "/licenses"); !strings.Contains(gone, "token_unknown") {
			t.Error(gone)
		}
		call(viewer, 401, "GET", "/licenses")
		spare := anna.AccessToken(t, "spare", "365")
		list := anna.Get(t, "/account/tokens")
		if !strings.Contains(list.Text("main"), "Expired") {
			t.Error(list.Text("main"))
		}
		revoke := strings.TrimPrefix(list.Find("tbody tr:contains(spare) a").AttrOr("href", ""), anna.Base)
		if p := anna.Fill(t, revoke, nil); p.Status != 200 || strings.Contains(p.Text("main tbody"), "spare") {
			t.Errorf("%d %s", p.Status, p.Text("main"))
		}
		call(spare, 401, "GET", "/licenses")
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"licensee_email": "otto@example.com"})
		call(token, 404, "GET", "/licenses/"+l.ID)
		call(token, 404, "GET", "/activations/"+second)
		v.manage(t, 200, "PATCH", "/licenses/"+l.ID, terms{"licensee_email": "Anna@Example.com"})
		call(token, 200, "GET", "/licenses/"+l.ID)
		r := s.Program.Rooms()
		by := identity.Operator(s.RoomID(t, v.NewVendor))
		u, err := r.UserRows.ByEmail(t.Context(), by.Vendor, "anna@example.com")
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range []func(tx.Tx) (identity.User, error){
			func(x tx.Tx) (identity.User, error) { return r.Users.Disable(x, by, u.UUID) },
			func(x tx.Tx) (identity.User, error) { return r.Users.Enable(x, by, u.UUID) },
		} {
			if err := r.DB.Run(t.Context(), func(x tx.Tx) error {
				_, err := change(x)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			call(token, 401, "GET", "/licenses")
		}
	}, servertest.TestClock)
}
