package entrance_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// TestPasskeys: a passkey is made, signs in alone, stands beside the password, is
// replaced by a recovery code, and goes, on every face.
func TestPasskeys(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		for _, face := range []string{"console", "portal"} {
			passkeys(t, s, face)
		}
	})
}

func passkeys(t *testing.T, s *servertest.Server, face string) {
	t.Helper()
	v := s.Vendor(t, "Acme at the "+face)
	b, d, codes := s.WithPasskeyAt(t, v, face)
	if p := b.Get(t, "/account"); !strings.Contains(p.Text("main"), "Laptop") || !strings.Contains(p.Text("main"), "10 recovery codes are left") {
		t.Errorf("the account: %s", p.Text("main"))
	}
	if p := b.Post(t, "/account/passkeys/make", url.Values{"answer": {d.Answer(nil)}}); p.Status != 409 || !strings.Contains(p.Text("main"), "finished already") {
		t.Errorf("the same again: %d %s", p.Status, p.Text("main"))
	}

	in := s.AtLocalhost(t, v).At(face)
	ask := in.Post(t, "/sign-in/passkey/begin", url.Values{"next": {"/account"}})
	if ask.Options(t)["userVerification"] != "required" {
		t.Error("a sign-in without a password does not ask who it is")
	}
	answer := d.Use(ask.Options(t))
	if p := in.Post(t, "/sign-in/passkey", url.Values{"answer": {answer}, "next": {"/account"}}); p.Path != "/account" {
		t.Fatalf("signed in: %d %s %s", p.Status, p.Path, p.Text("main"))
	}
	if p := in.Post(t, "/sign-in/passkey", url.Values{"answer": {answer}}); p.Path == "/" || p.Status < 400 {
		t.Errorf("the same answer again: %d %s", p.Status, p.Path)
	}

	password := url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}, "next": {"/account"}}
	second := s.AtLocalhost(t, v).At(face)
	if p := second.Post(t, "/sign-in", password); !strings.HasPrefix(p.Path, "/second-factor") || p.Find("form[action$='/second-factor/passkey/begin']").Length() != 1 {
		t.Fatalf("the password alone leads to %s: %s", p.Path, p.Text("main"))
	}
	ask = second.Post(t, "/second-factor/passkey/begin", url.Values{"next": {"/account"}})
	if p := second.Post(t, "/second-factor/passkey", url.Values{"answer": {d.Use(ask.Options(t))}, "next": {"/account"}}); p.Path != "/account" {
		t.Errorf("with the passkey: %d %s %s", p.Status, p.Path, p.Text("main"))
	}
	third := s.AtLocalhost(t, v).At(face)
	third.Post(t, "/sign-in", password)
	if p := third.Post(t, "/second-factor", url.Values{"code": {codes[0]}, "next": {"/account"}}); p.Path != "/account" {
		t.Errorf("with a recovery code: %d %s", p.Status, p.Path)
	}
	remove := b.Get(t, "/account").Find("a[href*='/passkeys/'][href$='/remove']").AttrOr("href", "")
	if p := third.Post(t, strings.TrimPrefix(remove, b.Base), nil); p.Path != "/account" || strings.Contains(p.Text("main"), "Laptop") {
		t.Errorf("removed: %d %s", p.Status, p.Path)
	}
	if p := s.AtLocalhost(t, v).At(face).Post(t, "/sign-in", password); p.Path != "/account" {
		t.Errorf("without a passkey the password leads to %s", p.Path)
	}
}

// TestPasskeyAttacks: what an answer must not get through with.
func TestPasskeyAttacks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, other := s.Vendor(t, "Acme"), s.Vendor(t, "Bolt")
		owner, d, _ := s.WithPasskey(t, v)
		try := func(name, want string, at wiring.NewVendor, answer func(o map[string]any) string) {
			t.Helper()
			b := s.AtLocalhost(t, at)
			p := b.Post(t, "/sign-in/passkey", url.Values{"answer": {answer(b.Post(t, "/sign-in/passkey/begin", nil).Options(t))}})
			if p.Status < 400 || !strings.Contains(p.Text(".alert"), want) {
				t.Errorf("%s: %d at %s: %s", name, p.Status, p.Path, p.Text("main"))
			}
			if in := b.Get(t, "/account"); !strings.HasPrefix(in.Path, "/sign-in") {
				t.Errorf("%s signed in", name)
			}
		}
		const refused = "not known here, or its answer is not right"
		try("another origin", refused, v, func(o map[string]any) string {
			elsewhere := *d
			elsewhere.Origin = "https://evil.example"
			return elsewhere.Use(o)
		})
		try("another site", refused, v, func(o map[string]any) string { o["rpId"] = "evil.example"; return d.Use(o) })
		try("another challenge", refused, v, func(o map[string]any) string {
			o["challenge"] = base64.RawURLEncoding.EncodeToString(make([]byte, 32))
			return d.Use(o)
		})
		try("nobody verified", refused, v, func(o map[string]any) string { unseen := *d; unseen.Verified = false; return unseen.Use(o) })
		try("another user", refused, v, func(o map[string]any) string { wrong := *d; wrong.Handle = make([]byte, 16); return wrong.Use(o) })
		try("another key", refused, v, func(o map[string]any) string {
			wrong := *d
			wrong.Key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			return wrong.Use(o)
		})
		try("another vendor", refused, other, d.Use)
		try("no answer", refused, v, func(map[string]any) string { return "{" })

		// What one browser began, another can't end.
		begun, thief := s.AtLocalhost(t, v), s.AtLocalhost(t, v)
		stolen := d.Use(begun.Post(t, "/sign-in/passkey/begin", nil).Options(t))
		thief.Post(t, "/sign-in/passkey/begin", nil)
		if p := thief.Post(t, "/sign-in/passkey", url.Values{"answer": {stolen}}); p.Status < 400 {
			t.Errorf("another browser ends it: %d %s", p.Status, p.Path)
		}

		// A copy of the device: the counter goes back, and then nobody gets in with it.
		d.Count = 40
		b := s.AtLocalhost(t, v)
		if p := b.Post(t, "/sign-in/passkey", url.Values{"answer": {d.Use(b.Post(t, "/sign-in/passkey/begin", nil).Options(t))}, "next": {"/account"}}); p.Path != "/account" {
			t.Fatalf("signed in: %s", p.Text("main"))
		}
		try("a copy", "counter went back", v, func(o map[string]any) string { old := *d; old.Count = 3; return old.Use(o) })
		try("the device that was copied", "counter went back", v, d.Use)
		if p := owner.Get(t, "/account"); !strings.Contains(p.Text("main"), "Suspended") {
			t.Errorf("the account does not show it: %s", p.Text("main"))
		}

		// Where the server has no name, passkeys are not offered.
		if p := s.Browser(t, v).Get(t, "/sign-in"); strings.Contains(p.Text("main"), "passkey") {
			t.Error("passkeys are offered at an address that browsers refuse")
		}
	})
}
