package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/identity"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// arrive signs somebody in with a browser that brings this cookie along, and gives
// the head of the answer. Redirects are not followed.
func arrive(t *testing.T, s *servertest.Server, v wiring.NewVendor, brings *http.Cookie, next string) http.Header {
	t.Helper()
	form := url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}, "next": {next}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Program.URL()+"/console/"+v.Slug+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if brings != nil {
		r.AddCookie(brings)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-in: %d", res.StatusCode)
	}
	return res.Header
}

func sessionOf(t *testing.T, head http.Header) *http.Cookie {
	t.Helper()
	for _, line := range head["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == "chancery_console" {
			return c
		}
	}
	t.Fatalf("no session in %v", head)
	return nil
}

// Session fixation: an attacker who put a cookie of his own into somebody's browser,
// made up or of a session that he has, is not signed in with it when the owner is.
func TestASessionIsNotTakenFromTheBrowser(t *testing.T) {
	t.Parallel()
	for name, storage := range servertest.Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.Start(t, storage(t))
			v := s.Vendor(t, "Acme")
			attacker := member(t, s, s.SignIn(t, v), v, "onlooker", identity.ViewLicenses)[0]
			account := edgeRoute{http.MethodGet, "/console/" + v.Slug + "/account"}
			if status := account.ask(t, s, []*http.Cookie{attacker}); status != http.StatusOK {
				t.Fatalf("the attacker's own session: %d", status)
			}
			madeUp := &http.Cookie{Name: attacker.Name, Value: attacker.Value[:len(attacker.Value)-4] + "AAAA"}
			for _, planted := range []*http.Cookie{madeUp, attacker} {
				session := sessionOf(t, arrive(t, s, v, planted, ""))
				if session.Value == planted.Value {
					t.Error("the planted token was kept")
				}
				if status := account.ask(t, s, []*http.Cookie{planted}); status != http.StatusSeeOther {
					t.Errorf("with the planted cookie: %d", status)
				}
				if status := account.ask(t, s, []*http.Cookie{session}); status != http.StatusOK {
					t.Errorf("with the new one: %d", status)
				}
			}
		})
	}
}

// No script reads the session's cookie, no other site sends it, no other vendor's
// pages get it, and behind HTTPS it never travels in the clear.
func TestTheSessionsCookieIsKeptClose(t *testing.T) {
	t.Parallel()
	for public, secure := range map[string]bool{"http://licences.example.com": false, "https://licences.example.com": true} {
		s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) {
			u, err := url.Parse(public)
			if err != nil {
				t.Fatal(err)
			}
			c.PublicURL = u
		})
		v := s.Vendor(t, "Acme")
		c := sessionOf(t, arrive(t, s, v, nil, ""))
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/console/"+v.Slug || c.Domain != "" {
			t.Errorf("at %s: %v", public, c)
		}
	}
}

// Header injection: what somebody wrote into a form or an address gets no line of
// its own in the head of an answer, nor of a mail.
func TestNoLineGetsIntoAHead(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := open(t, s, "Acme", terms{"token_limit": 2, "offline_allowed": true, "xml_files_allowed": true})
	const line = "\r\nSet-Cookie: chancery_console=planted\r\nBcc: everybody@example.com"
	if to := arrive(t, s, v.NewVendor, nil, "/licenses"+line).Get("Location"); to != "/console/"+v.Slug+"/" {
		t.Errorf("a sign-in leads to %q", to)
	}
	l := v.issue(t, nil)
	file := s.Do(t, "GET", v.clients()+"/activations/offline?"+url.Values{
		"product_id": {v.product}, "license_key": {l.Key}, "client_id": {"drill-1"}, "file_name": {`a"; filename="b.exe` + line},
	}.Encode(), nil)
	if name := file.Header.Get("Content-Disposition"); file.Status != 200 || len(file.Header["Set-Cookie"]) > 0 ||
		strings.Count(name, "filename=") != 1 || strings.Count(name, `"`) != 2 || !strings.HasSuffix(name, `.xml"`) {
		t.Errorf("a file's name: %d %v", file.Status, file.Header)
	}
	for path, body := range map[string]terms{
		"PATCH /vendor":                             {"name": "Acme" + line},
		"PATCH /products/" + v.product:              {"name": "Drill" + line},
		"POST /customers":                           {"company_name": "Kirk", "email": "a@example.com" + line},
		"PATCH /licenses/" + l.ID:                   {"licensee_email": "a@example.com" + line},
		"POST /mails/test":                          {"to": "a@example.com" + line},
		"PUT /mail-rules":                           {"kind": "goodwill", "is_on": true, "to_customer": false, "staff": []string{"a@example.com" + line}},
		"PUT /mail-templates":                       {"kind": "test", "subject": "Hello" + line, "text": "x", "html": "x"},
		"POST /subscriptions":                       {"kind": "mail", "target": "a@example.com" + line, "events": []string{"license.issued"}},
		"PATCH /licenses/" + l.ID + "?":             {"name": "Office" + line},
		"POST /customers?":                          {"company_name": "Kirk" + line},
		"POST /products/" + v.product + "/releases": {"software_release": "1" + line},
	} {
		method, at, _ := strings.Cut(path, " ")
		if got := v.Do(t, method, "/api/v1"+strings.TrimSuffix(at, "?"), body, "Authorization", "Bearer "+v.AdminKey); got.Status != 400 {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
}
