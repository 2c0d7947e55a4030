package server_test

import (
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// aged makes all sessions begin two hours ago: an unattended browser.
func aged(t *testing.T, s *servertest.Server) {
	t.Helper()
	if err := s.Program.Rooms().DB.Run(t.Context(), func(x tx.Tx) error {
		_, err := store.On(x).Exec(`UPDATE user_sessions SET created_at = created_at - 7200000`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Attack: at an unattended browser, making recovery codes and removing the second
// factor with one of them, or setting up an app of one's own.
func TestSecondFactorsTakeProof(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b, _, _ := withPasskey(t, s, v)
		aged(t, s)
		for name, password := range map[string]string{"none": "", "a wrong one": "is not it at all"} {
			p := b.Post(t, "/account/codes", url.Values{"password": {password}})
			if p.Status != 400 || p.Find(".app-codes").Length() != 0 || p.Find("input[name=password]").Length() != 1 {
				t.Errorf("codes with %s: %d %s", name, p.Status, p.Text("main"))
			}
		}
		if p := b.Post(t, "/account/codes", url.Values{"password": {v.OwnerPassword}}); p.Find(".app-codes li").Length() != 10 {
			t.Errorf("codes with the password: %d %s", p.Status, p.Text("main"))
		}
		setup := b.Post(t, "/account/app", nil)
		if p := b.Post(t, "/account/app/confirm", url.Values{"code": {"123456"}}); p.Status != 400 || !strings.Contains(p.Text("#password-error"), "is not your password") {
			t.Errorf("an app without the password: %d %s", p.Status, p.Text("main"))
		}
		if setup.Find("input[name=password]").Length() != 1 {
			t.Errorf("the password is not asked for: %s", setup.Text("main"))
		}
	})
}

// What can't be undone asks first: a link or a button that was hit by mistake changes
// nothing.
func TestWhatCannotBeUndoneAsksFirst(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	b, _, _ := withPasskey(t, s, v)
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

// Ending the other sessions is a change like any other: the audit log tells who did it.
func TestEndingOtherSessionsIsRecorded(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t))
	v := s.Vendor(t, "Acme")
	other, b := s.SignIn(t, v), s.SignIn(t, v)
	b.Post(t, "/account/sessions/end-others", nil)
	if p := other.Get(t, "/account"); !strings.HasPrefix(p.Path, "/sign-in") {
		t.Errorf("the other session goes on at %s", p.Path)
	}
	log := b.Get(t, "/audit-log?subject=user").Text("#rows")
	if !strings.Contains(log, "User other sessions revoked") || strings.Contains(log, "A client") {
		t.Errorf("the audit log: %s", log)
	}
}
