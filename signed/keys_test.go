package signed_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"chancery/signed"
)

// The key of RFC 8037, appendix A, and its thumbprint there.
func TestThumbprintOfRFC8037(t *testing.T) {
	t.Parallel()
	x, err := hex.DecodeString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
	if err != nil {
		t.Fatal(err)
	}
	const want = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	if got := signed.KeyID(ed25519.PublicKey(x)); got != want {
		t.Errorf("KeyID: %s", got)
	}
	if got := signed.Ed25519JWK(x).Thumbprint(); got != want {
		t.Errorf("Thumbprint: %s", got)
	}
}

func TestJWKSetRoundTrip(t *testing.T) {
	t.Parallel()
	k := setup(t)
	set := signed.JWKSet{Keys: []signed.JWK{
		signed.Ed25519JWK(k.signer.Public()), signed.X25519JWK(k.sealing.PublicKey()), signed.RSAJWK(&k.rsa.PublicKey),
	}}
	data, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := signed.ParseJWKSet(data)
	if err != nil || len(parsed.Keys) != 3 {
		t.Fatalf("%v, %v", parsed, err)
	}
	if key, err := parsed.Keys[0].Ed25519(); err != nil || !key.Equal(k.signer.Public()) {
		t.Errorf("Ed25519: %v", err)
	}
	if key, err := parsed.Keys[1].X25519(); err != nil || !key.Equal(k.sealing.PublicKey()) {
		t.Errorf("X25519: %v", err)
	}
	if key, err := parsed.Keys[2].RSA(); err != nil || !key.Equal(&k.rsa.PublicKey) {
		t.Errorf("RSA: %v", err)
	}
	trusted, err := parsed.KeySet()
	if err != nil || trusted.Len() != 1 || !trusted.Has(k.signer.KeyID()) {
		t.Errorf("KeySet: %v, %v", trusted, err)
	}
	if _, err := parsed.Keys[1].Ed25519(); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("a sealing key taken for a signing key: %v", err)
	}
}

func TestJWKSetLeavesOutAndRefuses(t *testing.T) {
	t.Parallel()
	set, err := signed.ParseJWKSet([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"AKP","x":7},{"kty":"OKP","crv":"Ed448","x":"AA"}]}`))
	if err != nil || len(set.Keys) != 0 {
		t.Errorf("kinds not known here: %v, %v", set, err)
	}
	x := strings.Repeat("A", 43)
	for name, data := range map[string]string{
		"no JSON":       `keys`,
		"short key":     `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`,
		"chosen kid":    `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"` + x + `","kid":"mine"}]}`,
		"short modulus": `{"keys":[{"kty":"RSA","n":"` + x + `","e":"AQAB"}]}`,
		"kty missing":   `{"keys":[7]}`,
	} {
		if _, err := signed.ParseJWKSet([]byte(data)); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := signed.ParseJWKSet([]byte(strings.Repeat(" ", 70000))); !errors.Is(err, signed.ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
	if _, err := signed.ParseJWKSet([]byte(`{"keys":[` + strings.Repeat("{},", 64) + `{}]}`)); !errors.Is(err, signed.ErrTooLarge) {
		t.Errorf("many: %v", err)
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	k := setup(t)
	jwk, err := json.Marshal(signed.Ed25519JWK(k.signer.Public()))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{signed.FormatKey(k.signer.Public()), " " + string(jwk) + "\n"} {
		if key, err := signed.ParseKey(text); err != nil || !key.Equal(k.signer.Public()) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"", "AAAA", strings.Repeat("%", 43), "{}", `{"kty":"OKP"`} {
		if _, err := signed.ParseKey(text); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRSAPublicKeyForms(t *testing.T) {
	t.Parallel()
	k := setup(t)
	text, err := signed.RSAPublicKeyPEM(&k.rsa.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := signed.ParseRSAPublicKeyPEM(text); err != nil || !key.Equal(&k.rsa.PublicKey) {
		t.Errorf("PEM: %v", err)
	}
	if key, err := signed.ParseRSAPublicKeyXML(signed.RSAPublicKeyXML(&k.rsa.PublicKey)); err != nil || !key.Equal(&k.rsa.PublicKey) {
		t.Errorf("XML: %v", err)
	}
	for _, data := range []string{"", "x", string(text) + string(text), strings.ReplaceAll(string(text), "PUBLIC", "SECRET")} {
		if _, err := signed.ParseRSAPublicKeyPEM([]byte(data)); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("PEM %.20q: %v", data, err)
		}
	}
	for _, data := range []string{"", "<RSAKeyValue/>", "<RSAKeyValue><Modulus>%</Modulus></RSAKeyValue>", "<Other/>"} {
		if _, err := signed.ParseRSAPublicKeyXML([]byte(data)); !errors.Is(err, signed.ErrMalformed) {
			t.Errorf("XML %.20q: %v", data, err)
		}
	}
}

func TestLegacySignatures(t *testing.T) {
	t.Parallel()
	k := setup(t)
	body := []byte(`{"id":1000,"message":"..."}, of more than 32 bytes`)
	signature, err := signed.SignLegacy(k.rsa, body)
	if err != nil {
		t.Fatal(err)
	}
	if err := signed.VerifyLegacy(&k.rsa.PublicKey, body, signature); err != nil {
		t.Error(err)
	}
	if err := signed.VerifyLegacy(&k.rsa.PublicKey, body[1:], signature); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("another body: %v", err)
	}
	if err := signed.VerifyLegacy(&k.rsa.PublicKey, body, "%"); !errors.Is(err, signed.ErrMalformed) {
		t.Errorf("no base64: %v", err)
	}
}

// The attack: have a forged answer signed by sending it as the nonce. Whatever
// the key signs as one can't be as long as the other.
func TestANonceNeverPassesForAnAnswer(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for length := range 48 {
		message := make([]byte, length)
		_, asBody := signed.SignLegacy(k.rsa, message)
		_, asNonce := signed.SignLegacyNonce(k.rsa, message)
		if (asBody == nil) == (asNonce == nil) {
			t.Errorf("%d bytes: as a body %v, as a nonce %v", length, asBody, asNonce)
		}
	}
}
