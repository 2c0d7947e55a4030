package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/identity"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// Every page and form of the console that asks for a permission, as somebody who
// has every other one, and as somebody who has that one only: the first is
// refused, and changes nothing; the second is not refused for want of another.
func TestEveryPageNeedsItsPermission(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, still := moving()
			s := servertest.Start(t, storage(t), still)
			a := furnish(t, s)
			without, only := map[identity.Permission][]*http.Cookie{}, map[identity.Permission][]*http.Cookie{}
			routes := map[identity.Permission][]edgeRoute{}
			for _, route := range s.Program.Routes() {
				if p := route.Permission; route.Surface.Name == "console" && p != "" && p != identity.OwnAccount {
					routes[p] = append(routes[p], edgeRoute{route.Method, a.page(route, a.acme.Slug)})
				}
			}
			if len(routes) < 12 {
				t.Fatalf("only %d permissions open a page", len(routes))
			}
			owner := s.SignIn(t, a.acme.NewVendor)
			for p := range routes {
				others := slices.DeleteFunc(staffMay(), func(o identity.Permission) bool { return o == p })
				without[p] = member(t, s, owner, a.acme.NewVendor, "without-"+string(p), others...)
				allowed := []identity.Permission{p}
				if p == identity.ManageImports { // importing customers asks for the right to make them, too
					allowed = append(allowed, identity.ManageCustomers)
				}
				only[p] = member(t, s, owner, a.acme.NewVendor, "only-"+string(p), allowed...)
			}
			before := contents(t, s)
			for p, asked := range routes {
				for _, r := range asked {
					if status := r.ask(t, s, without[p]); status != http.StatusForbidden {
						t.Errorf("%s %s without %s: %d", r.method, r.path, p, status)
					}
				}
			}
			unchanged(t, s, before)
			for p, asked := range routes {
				for _, r := range asked {
					if status := r.ask(t, s, only[p]); r.method == http.MethodGet && status == http.StatusForbidden {
						t.Errorf("%s %s with %s: %d", r.method, r.path, p, status)
					}
				}
			}
		})
	}
}

// staffMay lists what a role can be given.
func staffMay() (all []identity.Permission) {
	for _, d := range identity.Descriptions() {
		all = append(all, d.Permission)
	}
	return all
}

// edgeRoute is a route of the console with its ids filled in.
type edgeRoute struct{ method, path string }

func (r edgeRoute) ask(t *testing.T, s *servertest.Server, cookies []*http.Cookie) int {
	t.Helper()
	var body string
	if r.method != http.MethodGet {
		body = "name=X"
	}
	q, err := http.NewRequestWithContext(t.Context(), r.method, s.Program.URL()+r.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		q.AddCookie(c)
	}
	res, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s %s: %d", r.method, r.path, res.StatusCode)
	}
	return res.StatusCode
}

// member makes a role of these permissions, invites somebody to it and gives the
// cookies of that user, signed in.
func member(t *testing.T, s *servertest.Server, owner *servertest.Browser, v wiring.NewVendor, name string, may ...identity.Permission) []*http.Cookie {
	t.Helper()
	role := url.Values{"name": {name}}
	for _, p := range may {
		role.Add("permissions", string(p))
	}
	made := owner.Post(t, "/settings/roles/new", role)
	if made.Path != "/settings/roles" {
		t.Fatalf("the role %s: %d %s", name, made.Status, made.Text("main"))
	}
	key := made.Find("#rows a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == name }).AttrOr("href", "")
	v.OwnerEmail, v.OwnerPassword = name+"@example.com", "a long word of "+name
	invited := owner.Post(t, "/settings/team/invite", url.Values{"email": {v.OwnerEmail}, "role": {key[strings.LastIndex(key, "/")+1:]}})
	_, token, _ := strings.Cut(invited.Find("[data-copy]").AttrOr("data-copy", ""), "token=")
	joined := s.Browser(t, v).Post(t, "/reset", url.Values{"token": {token}, "password": {v.OwnerPassword}})
	if joined.Status != http.StatusOK {
		t.Fatalf("%s can't join: %d %s, invited: %s", name, joined.Status, joined.Text("main"), invited.Text("main"))
	}
	return visitor(t, s, v)
}
