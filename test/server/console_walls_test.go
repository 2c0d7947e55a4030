package server_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chancery/internal/edge"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// Every page and form of the console: without a session, with another vendor's,
// from another site, and with another vendor's own session and this one's ids.
// Each is refused or gives nothing, and nothing of the vendor changes.
func TestConsoleIsWalledOff(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, still := moving() // it isn't moved: a session that is used later would be seen to be
			s := servertest.Start(t, storage(t), still)
			a := furnish(t, s)
			acme, bolt := visitor(t, s, a.acme.NewVendor), visitor(t, s, a.bolt.NewVendor)
			before := contents(t, s)
			walked := 0
			for _, route := range s.Program.Routes() {
				if route.Surface.Name != "console" || route.Public != "" {
					continue
				}
				walked++
				a.walkPage(t, s, route, acme, bolt)
			}
			if walked == 0 {
				t.Error("no route was walked")
			}
			unchanged(t, s, before)
		})
	}
}

// visitor is somebody's cookies after signing in.
func visitor(t *testing.T, s *servertest.Server, v wiring.NewVendor) []*http.Cookie {
	t.Helper()
	form := url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Program.URL()+"/console/"+v.Slug+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Jar: jar}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	at, err := url.Parse(s.Program.URL() + "/console/" + v.Slug + "/")
	if err != nil {
		t.Fatal(err)
	}
	cookies := jar.Cookies(at)
	if len(cookies) == 0 {
		t.Fatalf("%s could not sign in: %d", v.OwnerEmail, res.StatusCode)
	}
	return cookies
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

// page is the address of a route at a vendor, with acme's ids.
func (a attack) page(route edge.Route, slug string) string {
	path := strings.Replace(route.Path, "{vendor}", slug, 1)
	noun, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/console/{vendor}/"), "/")
	id := a.ids[noun]
	switch {
	case noun == "devices":
		id = a.ids["activations"]
	case strings.Contains(path, "/settings/incoming/"):
		id = a.ids["incoming-webhooks"]
	case strings.Contains(path, "/settings/webhooks/"):
		id = a.ids["subscriptions"]
	case strings.Contains(path, "/settings/mail/log/"):
		id = a.ids["mails"]
	}
	if id == "" {
		id = a.ids["licenses"]
	}
	path = strings.ReplaceAll(path, "{$}", "")
	return inBraces.ReplaceAllString(path, id)
}

func (a attack) walkPage(t *testing.T, s *servertest.Server, route edge.Route, acme, bolt []*http.Cookie) {
	t.Helper()
	name := route.Method + " " + route.Path
	ask := func(who, path string, cookies []*http.Cookie, headers ...string) (int, http.Header) {
		t.Helper()
		var body string
		if route.Method != http.MethodGet {
			body = url.Values{"name": {"X"}, "id": {a.ids["licenses"]}, "license_id": {a.ids["licenses"]}, "customer_id": {a.ids["customers"]}}.Encode()
		}
		r, err := http.NewRequestWithContext(t.Context(), route.Method, s.Program.URL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode >= 500 {
			t.Errorf("%s as %s: %d", name, who, res.StatusCode)
		}
		return res.StatusCode, res.Header
	}
	here := a.page(route, a.acme.Slug)
	sentToSignIn := func(who string, cookies []*http.Cookie) {
		t.Helper()
		status, header := ask(who, here, cookies)
		if to := header.Get("Location"); status != http.StatusSeeOther || !strings.HasPrefix(to, "/console/"+a.acme.Slug+"/sign-in") {
			t.Errorf("%s as %s: %d to %q, not to the sign-in", name, who, status, to)
		}
	}
	sentToSignIn("nobody", nil)
	sentToSignIn("bolt", bolt)
	if route.Method != http.MethodGet {
		if status, _ := ask("acme from another site", here, acme, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", name, status)
		}
		if status, _ := ask("acme with a forged origin", here, acme, "Origin", "https://evil.example"); status != http.StatusForbidden {
			t.Errorf("%s with a forged origin: %d", name, status)
		}
	}
	if strings.Contains(strings.TrimPrefix(route.Path, "/console/{vendor}"), "{id}") {
		if status, _ := ask("bolt with acme's id", a.page(route, a.bolt.Slug), bolt); status != http.StatusNotFound {
			// A form may be refused, or come back to where it was, for what it lacks.
			if route.Method == http.MethodGet || status < 300 {
				t.Errorf("%s: bolt gets %d for acme's id", name, status)
			}
		}
	}
}
