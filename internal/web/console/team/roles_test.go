package team_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
)

// TestOwnRoles: a role of the vendor's own is made, given, changed and deleted.
func TestOwnRoles(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	owner := s.SignIn(t, s.Vendor(t, "Acme"))
	p := owner.Post(t, "/settings/roles/new", url.Values{"name": {"Desk"}, "permissions": {"view_licenses", "view_devices"}})
	row := p.Find("#rows a")
	if p.Path != "/settings/roles" || row.Text() != "Desk" {
		t.Fatalf("%d %s: %s", p.Status, p.Path, p.Text("main"))
	}
	at := strings.TrimPrefix(row.AttrOr("href", ""), owner.Base)
	if p := owner.Get(t, at); p.Find("input[name=permissions][checked]").Length() != 2 {
		t.Errorf("the role holds %d", p.Find("input[name=permissions][checked]").Length())
	}
	if p := owner.Fill(t, at, url.Values{"name": {"Desk"}, "permissions": nil}); p.Status != 400 {
		t.Errorf("a role without permissions: %d", p.Status)
	}
	if p := owner.Fill(t, at, url.Values{"name": {"Front desk"}, "permissions": {"view_licenses"}}); !strings.Contains(p.Text("#rows"), "Front desk") {
		t.Errorf("%d %s", p.Status, p.Text("main"))
	}
	if p := owner.Post(t, at+"/delete", nil); strings.Contains(p.Text("#rows"), "Front desk") {
		t.Errorf("%d %s", p.Status, p.Text("main"))
	}
}

// What can't be undone asks first: a link or a button that was hit by mistake changes
// nothing.
func TestWhatCannotBeUndoneAsksFirst(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b, _, _ := s.WithPasskey(t, v)
	b.Post(t, "/settings/roles/new", url.Values{"name": {"Night shift"}, "permissions": {"view_licenses"}})
	role := strings.TrimPrefix(b.Get(t, "/settings/roles").Find("#rows a").Last().AttrOr("href", ""), b.Base)
	user := strings.TrimPrefix(b.Get(t, "/settings/team").Find("#rows a").First().AttrOr("href", ""), b.Base)
	for page, act := range map[string]string{role: "delete", user: "clear-second-factor"} {
		shown := b.Get(t, page)
		if shown.Find(`form[action$="/`+act+`"]`).Length() != 0 || shown.Find(`a[href$="/`+act+`"]`).Length() != 1 {
			t.Errorf("%s is done at once", act)
		}
		if p := b.Get(t, page+"/"+act); p.Status != 200 || p.Find("form.app-form .btn-danger").Length() != 1 {
			t.Errorf("%s does not ask: %d %s", act, p.Status, p.Text("main"))
		}
	}
	if p := b.Post(t, role+"/delete", nil); p.Path != "/settings/roles" || strings.Contains(p.Text("#rows"), "Night shift") {
		t.Errorf("the role: %d at %s: %s", p.Status, p.Path, p.Text("main"))
	}
}
