package servertest

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

	"chancery/internal/wiring"
)

// Device is an authenticator in software (WebAuthn level 2, 6.1).
type Device struct {
	*testing.T

	Origin   string
	Verified bool // it sees to it who uses it
	Handle   []byte
	Key      *ecdsa.PrivateKey
	Count    uint32 // of the answers

	id []byte
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Options are what a page asks the browser's authenticator.
func (p *Page) Options(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(p.Find("form[data-passkey]").AttrOr("data-options", "")), &o); err != nil {
		t.Fatalf("no options at %s (%d): %s", p.Path, p.Status, p.Text("main"))
	}
	return o
}

func (d *Device) data(kind, challenge, rp string, extra []byte) (client, auth []byte) {
	d.Helper()
	client, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.Origin, "crossOrigin": false})
	if err != nil {
		d.Fatal(err)
	}
	host := sha256.Sum256([]byte(rp))
	flags := byte(0x01)
	if d.Verified {
		flags |= 0x04
	}
	if extra != nil {
		flags |= 0x40
	}
	auth = append(host[:], flags)
	auth = binary.BigEndian.AppendUint32(auth, d.Count)
	return client, append(auth, extra...)
}

// Make answers navigator.credentials.create.
func (d *Device) Make(o map[string]any) string {
	d.Helper()
	var err error
	if d.Key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		d.Fatal(err)
	}
	d.id = make([]byte, 32)
	_, _ = rand.Read(d.id)
	if d.Handle, err = base64.RawURLEncoding.DecodeString(o["user"].(map[string]any)["id"].(string)); err != nil {
		d.Fatal(err)
	}
	public, err := d.Key.PublicKey.Bytes() // 4, x, y
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
	return d.Answer(map[string]any{"clientDataJSON": base64URL(client), "attestationObject": base64URL(append(object, auth...))})
}

// Use answers navigator.credentials.get.
func (d *Device) Use(o map[string]any) string {
	d.Helper()
	d.Count++
	client, auth := d.data("webauthn.get", o["challenge"].(string), o["rpId"].(string), nil)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.Key, digest[:])
	if err != nil {
		d.Fatal(err)
	}
	return d.Answer(map[string]any{
		"clientDataJSON": base64URL(client), "authenticatorData": base64URL(auth), "signature": base64URL(signature), "userHandle": base64URL(d.Handle),
	})
}

// Answer is an answer as the browser sends it.
func (d *Device) Answer(response map[string]any) string {
	d.Helper()
	text, err := json.Marshal(map[string]any{
		"id": base64URL(d.id), "rawId": base64URL(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// AtLocalhost opens a browser that names the server, as passkeys need.
func (s *Server) AtLocalhost(t *testing.T, v wiring.NewVendor) *Browser {
	t.Helper()
	b := s.Browser(t, v)
	b.URL = strings.Replace(b.URL, "127.0.0.1", "localhost", 1)
	return b
}

// WithPasskey signs the owner in to the console and makes a passkey.
func (s *Server) WithPasskey(t *testing.T, v wiring.NewVendor) (b *Browser, d *Device, codes []string) {
	t.Helper()
	return s.WithPasskeyAt(t, v, "console")
}

// WithPasskeyAt is WithPasskey at any face.
func (s *Server) WithPasskeyAt(t *testing.T, v wiring.NewVendor, face string) (b *Browser, d *Device, codes []string) {
	t.Helper()
	b = s.AtLocalhost(t, v).At(face)
	b.Post(t, "/sign-in", url.Values{"email": {v.OwnerEmail}, "password": {v.OwnerPassword}})
	d = &Device{T: t, Origin: b.URL, Verified: true}
	ask := b.Post(t, "/account/passkeys/new", url.Values{"name": {"Laptop"}})
	made := b.Post(t, "/account/passkeys/make", url.Values{"answer": {d.Make(ask.Options(t))}})
	made.Find(".app-codes li").Each(func(_ int, li *goquery.Selection) { codes = append(codes, li.Text()) })
	if made.Status != 200 || len(codes) != 10 {
		t.Fatalf("no passkey: %d %s", made.Status, made.Text("main"))
	}
	return b, d, codes
}
