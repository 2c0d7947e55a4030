package signed_test

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"chancery/signed"
)

// What is signed here verifies with a JOSE library that is not ours, and the
// other way round.

func TestAnotherLibraryReadsOurDocuments(t *testing.T) {
	t.Parallel()
	k := setup(t)
	document, err := k.signer.SignDocument(signed.TypeLicense, []byte(`{"serial":3}`))
	must(t, err)
	parsed, err := jose.ParseSignedCompact(string(document), []jose.SignatureAlgorithm{jose.EdDSA})
	must(t, err)
	payload, err := parsed.Verify(k.signer.Public())
	if err != nil || string(payload) != `{"serial":3}` {
		t.Errorf("%q, %v", payload, err)
	}
	if header := parsed.Signatures[0].Protected; header.KeyID != k.signer.KeyID() || header.ExtraHeaders[jose.HeaderType] != signed.TypeLicense {
		t.Errorf("header %+v", header)
	}
}

// All documents of a device without internet, as they are published.
func TestAnotherLibraryReadsOurFiles(t *testing.T) {
	t.Parallel()
	k := setup(t)
	v := offlineVectors(t, k)
	for name, c := range map[string]struct {
		document string
		by       ed25519.PublicKey
	}{
		"licence": {v.License, k.signer.Public()}, "refresh": {v.Refresh, k.signer.Public()}, "report": {v.Report, public(k.client)},
		"receipt": {v.Receipt, k.signer.Public()}, "list of keys": {v.KeyList, public(k.client)}, "announcement": {v.NextKey, k.signer.Public()},
	} {
		parsed, err := jose.ParseSignedCompact(c.document, []jose.SignatureAlgorithm{jose.EdDSA})
		must(t, err)
		if payload, err := parsed.Verify(c.by); err != nil || !json.Valid(payload) {
			t.Errorf("%s: %q, %v", name, payload, err)
		}
		if _, err := parsed.Verify(public(k.next)); err == nil {
			t.Errorf("%s: another key verifies it", name)
		}
	}
}

func TestWeReadAnotherLibrarysDocuments(t *testing.T) {
	t.Parallel()
	k := setup(t)
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: k.server, KeyID: k.signer.KeyID()}},
		(&jose.SignerOptions{}).WithType(signed.TypeReceipt))
	must(t, err)
	jws, err := signer.Sign([]byte("receipt"))
	must(t, err)
	text, err := jws.CompactSerialize()
	must(t, err)
	document, err := k.trusted.VerifyDocument([]byte(text), signed.TypeReceipt)
	if err != nil || string(document.Payload) != "receipt" {
		t.Errorf("%+v, %v", document, err)
	}
}

func TestAnotherLibraryReadsOurAnswersAndCalls(t *testing.T) {
	t.Parallel()
	k := setup(t)
	body := []byte(`{"a.b":"c"}`)
	response, err := k.signer.SignResponse(signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200, Next: public(k.next)}, body)
	must(t, err)
	call, err := signed.SignCall(k.client, signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9), IssuedAt: instant()}, body)
	must(t, err)
	for jws, key := range map[string]ed25519.PublicKey{response: k.signer.Public(), call: public(k.client)} {
		parsed, err := jose.ParseDetached(jws, body, []jose.SignatureAlgorithm{jose.EdDSA})
		must(t, err)
		if err := parsed.DetachedVerify(body, key); err != nil {
			t.Errorf("%s: %v", jws, err)
		}
		if err := parsed.DetachedVerify([]byte(`{}`), key); err == nil {
			t.Error("another body passes")
		}
	}
}

func TestWeReadAnotherLibrarysCalls(t *testing.T) {
	t.Parallel()
	k := setup(t)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: k.client},
		(&jose.SignerOptions{}).WithBase64(false).WithType(signed.TypeCall).
			WithHeader("iat", instant().Unix()).WithHeader("nonce", nonce(9)).
			WithHeader("htm", "POST").WithHeader("htu", heartbeats))
	must(t, err)
	jws, err := signer.Sign([]byte("{}"))
	must(t, err)
	text, err := jws.DetachedCompactSerialize()
	must(t, err)
	call := signed.Call{Method: "POST", Path: heartbeats, Nonce: nonce(9)}
	if _, err := signed.VerifyCall(public(k.client), text, call, []byte("{}")); err != nil {
		t.Error(err)
	}
}

func TestAnotherLibraryReadsOurKeys(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for _, ours := range []signed.JWK{signed.Ed25519JWK(k.signer.Public()), signed.RSAJWK(&k.rsa.PublicKey)} {
		data, err := json.Marshal(ours)
		must(t, err)
		var theirs jose.JSONWebKey
		must(t, json.Unmarshal(data, &theirs))
		thumbprint, err := theirs.Thumbprint(crypto.SHA256)
		must(t, err)
		if !theirs.Valid() || base64.RawURLEncoding.EncodeToString(thumbprint) != ours.KeyID {
			t.Errorf("%s: another thumbprint", data)
		}
	}
}
