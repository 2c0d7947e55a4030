package account_test

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
		b, _, _ := s.WithPasskey(t, v)
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
