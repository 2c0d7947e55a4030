package server_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"chancery/internal/server/servertest"
	"chancery/internal/wiring"
)

// device is an authenticator in software (WebAuthn level 2, 6.1).
type device struct {
	*testing.T

	origin   string
	verified bool // it sees to it who uses it
	id       []byte
	handle   []byte
	key      *ecdsa.PrivateKey
	count    uint32
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// options are what a page asks the browser's authenticator.
func options(t *testing.T, p *servertest.Page) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(p.Find("form[data-passkey]").AttrOr("data-options", "")), &o); err != nil {
		t.Fatalf("no options at %s (%d): %s", p.Path, p.Status, p.Text("main"))
	}
	return o
}

func (d *device) data(kind, challenge, rp string, extra []byte) (client, auth []byte) {
	d.Helper()
	client, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.Fatal(err)
	}
	host := sha256.Sum256([]byte(rp))
	flags := byte(0x01)
	if d.verified {
		flags |= 0x04
	}
	if extra != nil {
		flags |= 0x40
	}
	auth = append(host[:], flags)
	auth = binary.BigEndian.AppendUint32(auth, d.count)
	return client, append(auth, extra...)
}

// make answers navigator.credentials.create.
func (d *device) make(o map[string]any) string {
	d.Helper()
	var err error
	if d.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		d.Fatal(err)
	}
	d.id = make([]byte, 32)
	_, _ = rand.Read(d.id)
	if d.handle, err = base64.RawURLEncoding.DecodeString(o["user"].(map[string]any)["id"].(string)); err != nil {
		d.Fatal(err)
	}
	public, err := d.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		d.Fatal(err)
	}
	extra := append(make([]byte, 16), 0, 32)
	extra = append(extra, d.id...)
	extra = append(extra, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32)
	extra = append(append(extra, public[1:33]...), 0x22, 0x58, 32)
	extra = append(extra, public[33:]...)
	client, auth := d.data("webauthn.create", o["challenge"].(string), o["rp"].(map[string]any)["id"].(string), extra)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(auth)))
	return d.answer(map[string]any{"clientDataJSON": b64(client), "attestationObject": b64(append(object, auth...))})
}

// use answers navigator.credentials.get.
func (d *device) use(o map[string]any) string {
	d.Helper()
	d.count++
	client, auth := d.data("webauthn.get", o["challenge"].(string), o["rpId"].(string), nil)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		d.Fatal(err)
	}
	return d.answer(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature), "userHandle": b64(d.handle),
	})
}

func (d *device) answer(response map[string]any) string {
	d.Helper()
	text, err := json.Marshal(map[string]any{
		"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// atLocalhost opens a browser that names the server, as passkeys need.
func atLocalhost(t *testing.T, s *servertest.Server, v wiring.NewVendor) *servertest.Browser {
	t.Helper()
	b := s.Browser(t, v)
	b.URL = strings.Replace(b.URL, "127.0.0.1", "localhost", 1)
	return b
}

// withPasskey signs the owner in and makes a passkey.
func withPasskey(t *testing.T, s *servertest.Server, v wiring.NewVendor) (b *servertest.Browser, d *device, codes []string) {
	t.Helper()
	b = atLocalhost(t, s, v)
	b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}})
	d = &device{T: t, origin: b.URL, verified: true}
	ask := b.Post(t, "/account/passkeys/new", url.Values{"name": {"Laptop"}})
	made := b.Post(t, "/account/passkeys/make", url.Values{"answer": {d.make(options(t, ask))}})
	made.Find(".app-codes li").Each(func(_ int, li *goquery.Selection) { codes = append(codes, li.Text()) })
	if made.Status != 200 || len(codes) != 10 {
		t.Fatalf("no passkey: %d %s", made.Status, made.Text("main"))
	}
	return b, d, codes
}

// TestPasskeys: a passkey is made, signs in alone, stands beside the password, is
// replaced by a recovery code, and goes.
func TestPasskeys(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v := s.Vendor(t, "Acme")
		b, d, codes := withPasskey(t, s, v)
		if p := b.Get(t, "/account"); !strings.Contains(p.Text("main"), "Laptop") || !strings.Contains(p.Text("main"), "10 recovery codes are left") {
			t.Errorf("the account: %s", p.Text("main"))
		}
		if p := b.Post(t, "/account/passkeys/make", url.Values{"answer": {d.answer(nil)}}); p.Status != 409 || !strings.Contains(p.Text("main"), "finished already") {
			t.Errorf("the same again: %d %s", p.Status, p.Text("main"))
		}

		in := atLocalhost(t, s, v)
		ask := in.Post(t, "/sign-in/passkey/begin", url.Values{"next": {"/account"}})
		if options(t, ask)["userVerification"] != "required" {
			t.Error("a sign-in without a password does not ask who it is")
		}
		answer := d.use(options(t, ask))
		if p := in.Post(t, "/sign-in/passkey", url.Values{"answer": {answer}, "next": {"/account"}}); p.Path != "/account" {
			t.Fatalf("signed in: %d %s %s", p.Status, p.Path, p.Text("main"))
		}
		if p := in.Post(t, "/sign-in/passkey", url.Values{"answer": {answer}}); p.Path == "/" || p.Status < 400 {
			t.Errorf("the same answer again: %d %s", p.Status, p.Path)
		}

		password := url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}, "next": {"/account"}}
		second := atLocalhost(t, s, v)
		if p := second.Post(t, "/sign-in", password); !strings.HasPrefix(p.Path, "/second-factor") || p.Find("form[action$='/second-factor/passkey/begin']").Length() != 1 {
			t.Fatalf("the password alone leads to %s: %s", p.Path, p.Text("main"))
		}
		ask = second.Post(t, "/second-factor/passkey/begin", url.Values{"next": {"/account"}})
		if p := second.Post(t, "/second-factor/passkey", url.Values{"answer": {d.use(options(t, ask))}, "next": {"/account"}}); p.Path != "/account" {
			t.Errorf("with the passkey: %d %s %s", p.Status, p.Path, p.Text("main"))
		}
		third := atLocalhost(t, s, v)
		third.Post(t, "/sign-in", password)
		if p := third.Post(t, "/second-factor", url.Values{"code": {codes[0]}, "next": {"/account"}}); p.Path != "/account" {
			t.Errorf("with a recovery code: %d %s", p.Status, p.Path)
		}
		remove := b.Get(t, "/account").Find("a[href*='/passkeys/'][href$='/remove']").AttrOr("href", "")
		if p := third.Post(t, strings.TrimPrefix(remove, b.Base), nil); p.Path != "/account" || strings.Contains(p.Text("main"), "Laptop") {
			t.Errorf("removed: %d %s", p.Status, p.Path)
		}
		if p := atLocalhost(t, s, v).Post(t, "/sign-in", password); p.Path != "/account" {
			t.Errorf("without a passkey the password leads to %s", p.Path)
		}
	})
}

// TestPasskeyAttacks: what an answer must not get through with.
func TestPasskeyAttacks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		v, other := s.Vendor(t, "Acme"), s.Vendor(t, "Bolt")
		owner, d, _ := withPasskey(t, s, v)
		try := func(name, want string, at wiring.NewVendor, answer func(o map[string]any) string) {
			t.Helper()
			b := atLocalhost(t, s, at)
			p := b.Post(t, "/sign-in/passkey", url.Values{"answer": {answer(options(t, b.Post(t, "/sign-in/passkey/begin", nil)))}})
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
			elsewhere.origin = "https://evil.example"
			return elsewhere.use(o)
		})
		try("another site", refused, v, func(o map[string]any) string { o["rpId"] = "evil.example"; return d.use(o) })
		try("another challenge", refused, v, func(o map[string]any) string { o["challenge"] = b64(make([]byte, 32)); return d.use(o) })
		try("nobody verified", refused, v, func(o map[string]any) string { unseen := *d; unseen.verified = false; return unseen.use(o) })
		try("another user", refused, v, func(o map[string]any) string { wrong := *d; wrong.handle = make([]byte, 16); return wrong.use(o) })
		try("another key", refused, v, func(o map[string]any) string {
			wrong := *d
			wrong.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			return wrong.use(o)
		})
		try("another vendor", refused, other, d.use)
		try("no answer", refused, v, func(map[string]any) string { return "{" })

		// What one browser began, another can't end.
		begun, thief := atLocalhost(t, s, v), atLocalhost(t, s, v)
		stolen := d.use(options(t, begun.Post(t, "/sign-in/passkey/begin", nil)))
		thief.Post(t, "/sign-in/passkey/begin", nil)
		if p := thief.Post(t, "/sign-in/passkey", url.Values{"answer": {stolen}}); p.Status < 400 {
			t.Errorf("another browser ends it: %d %s", p.Status, p.Path)
		}

		// A copy of the device: the counter goes back, and then nobody gets in with it.
		d.count = 40
		b := atLocalhost(t, s, v)
		if p := b.Post(t, "/sign-in/passkey", url.Values{"answer": {d.use(options(t, b.Post(t, "/sign-in/passkey/begin", nil)))}, "next": {"/account"}}); p.Path != "/account" {
			t.Fatalf("signed in: %s", p.Text("main"))
		}
		try("a copy", "counter went back", v, func(o map[string]any) string { old := *d; old.count = 3; return old.use(o) })
		try("the device that was copied", "counter went back", v, d.use)
		if p := owner.Get(t, "/account"); !strings.Contains(p.Text("main"), "Suspended") {
			t.Errorf("the account does not show it: %s", p.Text("main"))
		}

		// Where the server has no name, passkeys are not offered.
		if p := s.Browser(t, v).Get(t, "/sign-in"); strings.Contains(p.Text("main"), "passkey") {
			t.Error("passkeys are offered at an address that browsers refuse")
		}
	})
}
