package entrance_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// TestSignIn comes in with the owner's password, and goes.
func TestSignIn(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b := s.Browser(t, v)
		if p := b.Get(t, "/licenses?state=on"); p.Path != "/sign-in?next=%2Flicenses%3Fstate%3Don" {
			t.Errorf("a page without a session leads to %s", p.Path)
		}
		wrong := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {"not this one"}})
		if wrong.Status != 400 || !strings.Contains(wrong.Text(".alert"), "wrong") || wrong.Find("#email").AttrOr("value", "") != v.OwnerEmail {
			t.Errorf("a wrong password: %d %s", wrong.Status, wrong.Text("main"))
		}
		in := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}, "next": {"/licenses?state=on"}})
		if in.Path != "/licenses?state=on" || !strings.Contains(in.Text("h1"), "Licences") {
			t.Errorf("a sign-in leads to %s: %s", in.Path, in.Text("h1"))
		}
		for _, next := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "/sign-out", "/../../x"} {
			if p := b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}, "next": {next}}); p.Path != "/" {
				t.Errorf("next=%s leads to %s", next, p.Path)
			}
		}
		if p := b.Post(t, "/sign-out", nil, "Sec-Fetch-Site", "cross-site"); p.Status != 403 {
			t.Errorf("a sign-out from elsewhere: %d", p.Status)
		}
		if p := b.Post(t, "/sign-out", nil); p.Path != "/sign-in" {
			t.Errorf("a sign-out leads to %s", p.Path)
		}
		if p := b.Get(t, "/licenses"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("after the sign-out a page leads to %s", p.Path)
		}
	})
}
