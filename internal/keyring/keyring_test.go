package keyring_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/recheck"
	"chancery/signed"
)

func TestSignRSA(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	public, err := b.Newest(ctx, b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"id":2006,"message":"unknown client"}`)
	for name, sign := range map[string]func() ([]byte, error){
		"body":     func() ([]byte, error) { return b.SignRSA(ctx, b.vendor, 0, body) },
		"constant": func() ([]byte, error) { return b.SignRSAConstant(ctx, b.vendor, public.RSAKey, body) },
		"again":    func() ([]byte, error) { return b.SignRSAConstant(ctx, b.vendor, 0, body) },
	} {
		signature, err := sign()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sum := sha256.Sum256(body)
		if err := rsa.VerifyPKCS1v15(public.RSA, crypto.SHA256, sum[:], signature); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An answer as long as a nonce would make the nonce a signing oracle.
func TestSignRSARefusesNonceLengths(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	for n := range 41 {
		message := bytes.Repeat([]byte{'x'}, n)
		isNonce := n >= 16 && n <= 32
		if _, err := b.SignRSA(ctx, b.vendor, 0, message); (err != nil) != isNonce {
			t.Errorf("SignRSA of %d bytes: %v", n, err)
		}
		if _, err := b.SignRSAConstant(ctx, b.vendor, 0, message); (err != nil) != isNonce {
			t.Errorf("SignRSAConstant of %d bytes: %v", n, err)
		}
		if _, err := b.SignRSANonce(ctx, b.vendor, 0, bytes.Repeat([]byte{0x80}, n)); (err == nil) != isNonce {
			t.Errorf("SignRSANonce of %d bytes: %v", n, err)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	old, err := b.Newest(ctx, b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := signed.NewKeySet(old.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	answer := func() signed.Response {
		t.Helper()
		body := []byte(`{}`)
		jws, err := b.SignResponse(ctx, b.vendor, old.Ed25519Key, nil, signed.Response{IssuedAt: b.clock.Now(), Status: 200}, body)
		if err != nil {
			t.Fatal(err)
		}
		r, err := trusted.VerifyStoredResponse(jws, body)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := answer(); r.Next != nil {
		t.Errorf("a next key was announced before there was one: %x", r.Next)
	}
	added := b.create(t, keyring.Ed25519)
	if r := answer(); !r.Next.Equal(added.Ed25519) {
		t.Errorf("announced %x, want %x", r.Next, added.Ed25519)
	}
	now, err := b.Newest(ctx, b.vendor)
	if err != nil || !now.Ed25519.Equal(added.Ed25519) || now.RSAKey != old.RSAKey {
		t.Errorf("newest after rotation: %+v, %v", now, err)
	}

	oldKID, newKID := signed.KeyID(old.Ed25519), signed.KeyID(added.Ed25519)
	if err := b.Retire(b.db, b.vendor, newKID); !fault.Is(err, "signing_key_last") {
		t.Errorf("retiring the newest: %v", err)
	}
	b.db.named[old.Ed25519Key] = 1
	if err := b.Retire(b.db, b.vendor, oldKID); !fault.Is(err, "signing_key_in_use") {
		t.Errorf("retiring a named key: %v", err)
	}
	delete(b.db.named, old.Ed25519Key)
	for range 2 { // twice changes nothing
		if err := b.Retire(b.db, b.vendor, oldKID); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Retire(b.db, b.vendor, "unknown"); !fault.Is(err, "signing_key_not_found") {
		t.Errorf("retiring an unknown key: %v", err)
	}
	b.clock.Advance(recheck.MaxAge)
	set, err := b.JWKS(ctx, b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 5 || set.Keys[0].KeyID != newKID {
		t.Errorf("JWK set after retiring: %+v", set)
	}
	if _, err := b.SignDocument(ctx, b.vendor, old.Ed25519Key, signed.TypeLicense, []byte("{}")); !fault.Is(err, "signing_key_missing") {
		t.Errorf("signing with a retired key: %v", err)
	}
	want := append(slices.Repeat([]string{"signing_key.created"}, 6), "signing_key.retired")
	if len(b.db.journal) != len(want) {
		t.Errorf("journal %v, want %v", b.db.journal, want)
	}
}

func TestOpenRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	public, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	request, err := signed.Seal(public.X25519, signed.SealActivation, b.db.uuid.String(), []byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	if content, err := b.OpenRequest(t.Context(), b.vendor, request); err != nil || string(content) != "content" {
		t.Errorf("got %q, %v", content, err)
	}
	request.KeyID = signed.KeyID(public.Ed25519)
	if _, err := b.OpenRequest(t.Context(), b.vendor, request); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("sealed to another key: %v", err)
	}
}

func TestPublicForms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	public, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := public.PEM()
	if err != nil {
		t.Fatal(err)
	}
	if key, err := signed.ParseRSAPublicKeyPEM(pem); err != nil || !key.Equal(public.RSA) {
		t.Errorf("PEM: %v", err)
	}
	if key, err := signed.ParseRSAPublicKeyXML(public.XML()); err != nil || !key.Equal(public.RSA) {
		t.Errorf("XML: %v", err)
	}
}

// Nothing in the database may sign or open without the master key, or for
// another vendor.
func TestSealedAtRest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	wrong := setup(t, func(c *keyring.Config) { c.Sealer = sealer(t, 2) })
	wrong.db.keys = b.db.keys
	wrong.db.uuid = b.db.uuid
	if err := wrong.Check(t.Context()); !fault.Is(err, "sealed_value_unreadable") {
		t.Errorf("another master key: %v", err)
	}
	stolen := setup(t)
	stolen.db.keys = b.db.keys // the same master key, another vendor's UUID
	stolen.db.changes++
	stolen.clock.Advance(recheck.MaxAge)
	if _, err := stolen.SignRSA(t.Context(), stolen.vendor, 0, []byte("body")); !fault.Is(err, "sealed_value_unreadable") {
		t.Errorf("keys copied to another vendor: %v", err)
	}
	keys, err := b.Keys(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if k.Sealed != nil {
			t.Errorf("%s left the keyring with its private part", k.Kind)
		}
	}
}

// A client keeps one successor of each key: what is announced must be a chain.
func TestWhatIsAnnouncedIsAChain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	second, third := b.create(t, keyring.Ed25519), b.create(t, keyring.Ed25519)
	all, err := signed.NewKeySet(first.Ed25519, second.Ed25519, third.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	kid := func(p keyring.Public) string { return signed.KeyID(p.Ed25519) }
	for name, c := range map[string]struct {
		named   keyring.Public
		trusted []string
		by      keyring.Public
		next    ed25519.PublicKey
	}{
		"an older client":     {first, nil, first, second.Ed25519},
		"the first is pinned": {first, []string{kid(first)}, first, second.Ed25519},
		"the second is known": {first, []string{kid(first), kid(second)}, second, third.Ed25519},
		"the third is known":  {first, []string{kid(third), "x", kid(second)}, third, nil},
		"none of them":        {second, []string{"x", ""}, second, third.Ed25519},
		"pins less":           {third, []string{kid(first)}, first, second.Ed25519},
		"of another kind":     {first, []string{signed.RSAJWK(first.RSA).KeyID}, first, second.Ed25519},
	} {
		jws, err := b.SignResponse(t.Context(), b.vendor, c.named.Ed25519Key, c.trusted, signed.Response{IssuedAt: b.clock.Now(), Status: 200}, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := all.VerifyStoredResponse(jws, nil)
		if err != nil || r.KeyID != kid(c.by) || !bytes.Equal(r.Next, c.next) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// Where nobody says which key is pinned it is the oldest that programs pin.
func TestWithoutAKeyTheOldestThatIsPinnedSigns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.Newest(t.Context(), b.vendor)
	if err != nil {
		t.Fatal(err)
	}
	second, third := b.create(t), b.create(t)
	by := func() *rsa.PublicKey {
		t.Helper()
		b.db.changes++
		b.clock.Advance(recheck.MaxAge)
		body := []byte("a file")
		signature, err := b.SignRSA(t.Context(), b.vendor, 0, body)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		for _, p := range []keyring.Public{first, second, third} {
			if rsa.VerifyPKCS1v15(p.RSA, crypto.SHA256, sum[:], signature) == nil {
				return p.RSA
			}
		}
		return nil
	}
	if !by().Equal(third.RSA) {
		t.Error("not the newest, where none is pinned")
	}
	b.db.named[third.RSAKey], b.db.named[first.RSAKey] = 1, 2
	if !by().Equal(first.RSA) {
		t.Error("not the oldest that is pinned")
	}
	delete(b.db.named, first.RSAKey)
	if !by().Equal(third.RSA) {
		t.Error("not the one that is pinned still")
	}
	for kid, want := range map[string]ident.SigningKeyID{signed.RSAJWK(second.RSA).KeyID: second.RSAKey, signed.KeyID(second.Ed25519): 0, "": 0} {
		if id, err := b.RSAKey(t.Context(), b.vendor, kid); id != want || fault.Is(err, "signing_key_not_found") != (want == 0) {
			t.Errorf("%s is %d, %v", kid, id, err)
		}
	}
}

func BenchmarkSignResponse(b *testing.B) {
	s := setup(b)
	body := bytes.Repeat([]byte("x"), 600)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.SignResponse(b.Context(), s.vendor, 0, nil, signed.Response{IssuedAt: s.clock.Now(), Status: 200}, body); err != nil {
			b.Fatal(err)
		}
	}
}
