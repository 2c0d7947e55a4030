package console_test

import (
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
		page, err := v.Template(nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := templatecheck.CheckHTML(page, reflect.New(v.Type.Elem()).Interface()); err != nil {
			t.Errorf("%s with %s: %v", v.File, v.Type, err)
		}
	}
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
