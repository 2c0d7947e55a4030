package server_test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// An address is read in one way, wherever it comes in and is looked for.
func TestAddressesAtEveryDoor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", terms{"token_limit": 9})
		b := s.SignIn(t, v.NewVendor)
		const kept = "anna@müller.example"
		spellings := []string{
			kept, " Anna@MU\u0308LLER.example ", "mailto:anna@m\u00fcller.example", "<anna@xn--mller-kva.example>", "anna@m\u00fcller.example.", "\u200eanna@XN--MLLER-KVA.example\u200b",
		}
		wrong := []string{"anna", "an\u200bna@x.example", "Anna <anna@x.example>", "anna@x.example, bob@x.example", "anna@xn--a.example"}
		doors := func(text string) map[string]func(want int) answer {
			call := func(method, path string, body terms) func(want int) answer {
				return func(want int) answer { return v.manage(t, want, method, path, body) }
			}
			return map[string]func(want int) answer{
				"email":          call("PATCH", "/customers/"+v.customer, terms{"email": text}),
				"support_email":  call("PATCH", "/vendor", terms{"support_email": text}),
				"licensee_email": call("PATCH", "/licenses/"+v.issue(t, nil).ID, terms{"licensee_email": text}),
				"staff": call("PUT", "/mail-rules", terms{
					"kind": "goodwill", "is_on": true, "to_customer": false, "staff": []string{text}, "days": 30,
				}),
			}
		}
		for _, text := range spellings {
			for field, set := range doors(text) {
				got := set(200)
				if field == "staff" {
					if list := got.field(t, field).([]any); len(list) != 1 || list[0] != kept {
						t.Errorf("%s %+q is kept as %v", field, text, list)
					}
				} else if got.text(t, field) != kept {
					t.Errorf("%s %+q is kept as %q", field, text, got.text(t, field))
				}
			}
			sub := v.manage(t, 201, "POST", "/subscriptions", terms{"kind": "mail", "target": text, "events": []string{"license.issued"}})
			if got := sub.text(t, "target"); got != kept {
				t.Errorf("a subscription's %+q is kept as %q", text, got)
			}
			v.manage(t, 204, "DELETE", "/subscriptions/"+sub.text(t, "id"), nil)
		}
		l := v.issue(t, terms{"licensee_email": spellings[1]})
		for _, text := range spellings {
			if list := v.manage(t, 200, "GET", "/licenses?licensee_email="+url.QueryEscape(text), nil).field(t, "items").([]any); len(list) == 0 {
				t.Errorf("the API's filter %+q finds nothing", text)
			}
			if list := v.manage(t, 200, "GET", "/customers?sort=email&email="+url.QueryEscape(text), nil).field(t, "items").([]any); len(list) != 1 {
				t.Errorf("the API's customers by %+q: %d", text, len(list))
			}
			found := answer{v.Do(t, "POST", v.clients()+"/licenses/by_user", terms{"product_id": v.product, "user_id": text}, "AdminKey", v.AdminKey)}
			if !strings.Contains(string(found.Body), l.Key) {
				t.Errorf("by_user of %+q: %s", text, found.Body)
			}
			if p := b.Get(t, "/search?q="+url.QueryEscape(text)); !strings.Contains(p.Text("#found"), "Kirk AG") || !strings.Contains(p.Text("#found"), "Licences") {
				t.Errorf("the console's search for %+q: %s", text, p.Text("#found"))
			}
		}
		for _, text := range wrong {
			for field, set := range doors(text) {
				if got := set(400); !strings.Contains(string(got.Body), field) {
					t.Errorf("%s %+q: %s", field, text, got.Body)
				}
			}
			v.manage(t, 400, "POST", "/subscriptions", terms{"kind": "mail", "target": text, "events": []string{"license.issued"}})
		}

		// Users: one of each mailbox, who signs in however the address is written.
		invite := func(text string) *servertest.Page {
			return b.Post(t, "/settings/team/invite", url.Values{"email": {text}, "name": {"Anna"}, "role": {"admin"}})
		}
		made := invite(spellings[3])
		link := strings.TrimPrefix(made.Find("[data-copy]").AttrOr("data-copy", ""), b.URL+b.Base)
		if !strings.HasPrefix(link, "/reset?token=chl_") {
			t.Fatalf("no link: %d %s", made.Status, made.Text("main"))
		}
		const password = "violet harbour ninete\u0301en" // as it is typed on one keyboard
		anna := s.Browser(t, v.NewVendor)
		anna.Post(t, "/reset", url.Values{"token": {strings.TrimPrefix(link, "/reset?token=")}, "password": {password}})
		for i, text := range spellings {
			if p := invite(text); p.Status != 409 && !strings.Contains(p.Text("main"), "has a user with this") {
				t.Errorf("a second user %+q: %d %s", text, p.Status, p.Text("main"))
			}
			typed := []string{password, "violet harbour ninet\u00e9en"}[i%2]
			if p := s.Browser(t, v.NewVendor).Post(t, "/sign-in", url.Values{"email": {text}, "password": {typed}}); strings.Contains(p.Path, "sign-in") {
				t.Errorf("%+q with %+q: %s", text, typed, p.Text(".alert"))
			}
		}
	})
}

// Names, numbers and legacy keys: composed, and without what can't be seen.
func TestNamesAtEveryDoor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := open(t, s, "Acme", nil)
		l := v.issue(t, nil)
		n := 0
		for _, c := range []struct {
			method, path, field string
			more                terms
		}{
			{"PATCH", "/vendor", "name", nil},
			{"PATCH", "/products/" + v.product, "name", nil},
			{"PATCH", "/editions/" + v.edition, "name", nil},
			{"POST", "/products/" + v.product + "/features", "name", nil},
			{"PATCH", "/customers/" + v.customer, "company_name", nil},
			{"PATCH", "/customers/" + v.customer, "customer_number", nil},
			{"PATCH", "/licenses/" + l.ID, "name", nil},
			{"PATCH", "/licenses/" + l.ID, "legacy_license_key", nil},
			{"POST", "/api-keys", "name", terms{"kind": "provisioning"}},
		} {
			body := func(text string) terms {
				all := terms{c.field: text}
				maps.Copy(all, c.more)
				return all
			}
			n++
			want := fmt.Sprintf("Gr\u00f6\u00dfe %d", n)
			a := v.Do(t, c.method, "/api/v1"+c.path, body(fmt.Sprintf(" Gro\u0308\u00dfe %d\u00a0", n)), "Authorization", "Bearer "+v.AdminKey)
			if got := (answer{a}).text(t, c.field); a.Status >= 300 || got != want {
				t.Errorf("%s of %s: %d, %+q, want %+q", c.field, c.path, a.Status, got, want)
			}
			for _, hidden := range []string{"Gro\u200bss", "\u2066Gross\u2069", "Gross\u00ad"} {
				got := v.manage(t, 400, c.method, c.path, body(hidden))
				if !strings.Contains(string(got.Body), c.field) || !strings.Contains(string(got.Body), "can't be seen") {
					t.Errorf("%s of %s, %+q: %s", c.field, c.path, hidden, got.Body)
				}
			}
		}
		for _, twin := range []string{"grosse 3", "GRO\u0308\u00dfE 3"} {
			v.manage(t, 409, "POST", "/editions", terms{"product_id": v.product, "name": twin})
		}
		found := answer{v.Do(t, "POST", v.clients()+"/licenses/by_customer", terms{"product_id": v.product, "customer_number": " Gro\u0308\u00dfe 6"}, "AdminKey", v.AdminKey)}
		if !strings.Contains(string(found.Body), l.Key) {
			t.Errorf("by_customer: %s", found.Body)
		}
	})
}
