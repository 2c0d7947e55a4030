package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// What browsers, search engines and finders of faults ask every server for.
func TestWhatEveryServerIsAskedFor(t *testing.T) {
	t.Parallel()
	named := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) {
		c.SecurityContact = "mailto:security@example.com"
		c.PublicURL = &url.URL{Scheme: "https", Host: "licences.example.com"}
	})
	plain := servertest.Start(t, servertest.SQLite(t))
	for path, want := range map[string]string{
		"/favicon.ico": "<svg", "/robots.txt": "Disallow: /\n",
		"/.well-known/security.txt": "Contact: mailto:security@example.com\nExpires: ",
	} {
		if a := named.Do(t, http.MethodGet, path, nil); a.Status != 200 || !strings.Contains(string(a.Body), want) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	a := named.Do(t, http.MethodGet, "/.well-known/security.txt", nil)
	expires, err := time.Parse(time.RFC3339, strings.Split(strings.Split(string(a.Body), "Expires: ")[1], "\n")[0])
	if err != nil || expires.Before(time.Now().AddDate(0, 1, 0)) || expires.After(time.Now().AddDate(1, 0, 0)) {
		t.Errorf("security.txt expires %v, %v", expires, err)
	}
	if a := plain.Do(t, http.MethodGet, "/.well-known/security.txt", nil); a.Status != 404 || !strings.Contains(string(a.Body), "--security-contact") {
		t.Errorf("without a contact: %d %s", a.Status, a.Body)
	}
}

// An address that takes other methods says which, on every surface; one at which there
// is nothing says so for every method.
func TestEveryAddressSaysWhatItTakes(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	fill := regexp.MustCompile(`\{\w+\}`)
	path := func(pattern string) string {
		pattern = strings.NewReplacer("{isv_id}", v.VendorID, "{vendor}", "acme", "{$}", "").Replace(pattern)
		return fill.ReplaceAllString(pattern, "0199f000-0000-7000-8000-000000000000")
	}
	walked := 0
	for _, route := range s.Program.Routes() {
		if route.Nothing || route.Surface.Name == "assets" { // there is no file of the name that is filled in
			continue
		}
		walked++
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			a := s.Do(t, method, path(route.Path), nil)
			if allow := a.Header.Get("Allow"); a.Status == 404 && strings.Contains(string(a.Body), "There is nothing") || (a.Status == 405) != (allow != "") ||
				allow != "" && (!strings.Contains(allow, route.Method) || strings.Contains(allow, method)) {
				t.Errorf("%s %s: %d, Allow: %q; it takes %s", method, route.Path, a.Status, allow, route.Method)
			}
		}
	}
	if walked < 150 {
		t.Errorf("only %d routes were walked", walked)
	}
	for _, path := range []string{"/nowhere", "/api/v2/isv/" + v.VendorID + "/nowhere", "/console/acme/nowhere", "/api/v1/nowhere"} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			if a := s.Do(t, method, path, nil); a.Status != 404 || a.Header.Get("Allow") != "" {
				t.Errorf("%s %s: %d, Allow: %q", method, path, a.Status, a.Header.Get("Allow"))
			}
		}
	}
}
