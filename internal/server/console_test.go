package server_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jba/templatecheck"

	"chancery/internal/server"
	"chancery/internal/server/servertest"
)

// TestViews checks every template against the struct that it shows, so that a
// page can't name a field that is not there.
func TestViews(t *testing.T) {
	t.Parallel()
	a := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.Gallery = true }).Program
	if len(a.Faces().Views) == 0 {
		t.Fatal("there are no pages")
	}
	for _, v := range a.Faces().Views {
		page, err := v.Template()
		if err != nil {
			t.Error(err)
			continue
		}
		if err := templatecheck.CheckHTML(page, reflect.New(v.Type.Elem()).Interface()); err != nil {
			t.Errorf("%s with %s: %v", v.File, v.Type, err)
		}
	}
}

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

// TestNav: no entry of the navigation leads nowhere.
func TestNav(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	b := s.SignIn(t, s.Vendor(t, "Acme"))
	b.Get(t, "/licenses").Find(".app-side-nav a").Each(func(_ int, a *goquery.Selection) {
		path := strings.TrimPrefix(a.AttrOr("href", ""), b.Base)
		if p := b.Get(t, path); p.Status != 200 || p.Text("h1") == "" {
			t.Errorf("%s (%s): %d", a.Text(), path, p.Status)
		}
	})
}
