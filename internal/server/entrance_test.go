package server_test

import (
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// TestFindingTheVendor: the server's bare address leads people to where they sign in.
func TestFindingTheVendor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		nobody := s.Browser(t, wiring.NewVendor{}).Follow(t, s.Program.URL()+"/console/")
		if nobody.Find("#vendor").Length() != 0 || !strings.Contains(nobody.Text("main"), "chancery vendor create") {
			t.Errorf("with none: %d %s", nobody.Status, nobody.Text("main"))
		}
		v := s.Vendor(t, "Acme")
		b := s.Browser(t, v)
		if p := b.Follow(t, s.Program.URL()+"/console/"); p.Path != "/sign-in" {
			t.Errorf("with one vendor it leads to %s", p.Path)
		}
		s.Vendor(t, "Bolt")
		if p := b.Follow(t, s.Program.URL()+"/console/"); p.Status != 200 || p.Find("#vendor").Length() != 1 {
			t.Errorf("with two: %d %s", p.Status, p.Text("main"))
		}
		if p := b.Follow(t, s.Program.URL()+"/console/?vendor=Acme"); p.Path != "/sign-in" {
			t.Errorf("named: %s", p.Path)
		}
		if p := b.Follow(t, s.Program.URL()+"/console/?vendor=nobody"); p.Status != 404 || !strings.Contains(p.Text(".alert"), "no “nobody”") {
			t.Errorf("unknown: %d %s", p.Status, p.Text("main"))
		}
		for accept, want := range map[string]int{"text/html,*/*": http.StatusSeeOther, "*/*": http.StatusSeeOther, "application/json": http.StatusNotFound} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Program.URL()+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", accept)
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("/ as %s: %d to %s", accept, res.StatusCode, res.Header.Get("Location"))
			}
		}
	})
}

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

var mailedLink = regexp.MustCompile(`http://licences\.example\.com/console/acme/reset\?token=(chl_[\w-]+)`)

// TestRecoveryByMail: a link goes through the queue of mails to a mail server, and
// sets the password that then signs in.
func TestRecoveryByMail(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := servertest.NewMailbox(t)
			s := servertest.Start(t, storage(t), box.Config, func(c *server.Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "licences.example.com"} })
			v := s.Vendor(t, "Acme")
			b := s.Browser(t, v)
			if p := b.Post(t, "/forgot", url.Values{"email": {v.OwnerEmail}}); p.Status != 200 || !strings.Contains(p.Text("main"), "on its way") {
				t.Fatalf("asked: %d %s", p.Status, p.Text("main"))
			}
			text, err := io.ReadAll(quotedprintable.NewReader(box.Await(t).Body))
			if err != nil {
				t.Fatal(err)
			}
			found := mailedLink.FindSubmatch(text)
			if found == nil {
				t.Fatalf("no link in\n%s", text)
			}
			token := string(found[1])
			if p := b.Get(t, "/reset?token="+token); p.Status != 200 || !strings.Contains(p.Text("main"), v.OwnerEmail) {
				t.Fatalf("the link: %d %s", p.Status, p.Text("main"))
			}
			if p := b.Post(t, "/reset", url.Values{"token": {token}, "password": {newPassword}}); !strings.Contains(p.Text("main"), "The password is set") {
				t.Fatalf("set: %d %s", p.Status, p.Text("main"))
			}
			if p := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}}); p.Status != 400 {
				t.Errorf("the old password: %d", p.Status)
			}
			if p := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {newPassword}}); strings.HasPrefix(p.Path, "/sign-in") || p.Path == "/second-factor" {
				t.Errorf("the new password: %d %s", p.Status, p.Text("main"))
			}
			if p := b.Get(t, "/reset?token="+token); !strings.Contains(p.Text("main"), "has been used") {
				t.Errorf("the link again: %s", p.Text("main"))
			}
		})
	}
}
