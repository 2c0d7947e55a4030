package signed_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"testing"
	"time"

	"chancery/signed"
)

const vendorID = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e10"

// keys are the published test keys: seeds of one byte repeated, and the RSA key
// in testdata. Never use them for anything else.
type keys struct {
	server, next, client ed25519.PrivateKey
	signer               *signed.Signer
	trusted              signed.KeySet
	sealing              *ecdh.PrivateKey
	hybrid               *signed.HybridPrivateKey
	rsa                  *rsa.PrivateKey
}

func setup(t testing.TB) keys {
	t.Helper()
	seeded := func(b byte) ed25519.PrivateKey {
		return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
	}
	k := keys{server: seeded(1), next: seeded(2), client: seeded(3)}
	var err error
	if k.signer, err = signed.NewSigner(k.server); err != nil {
		t.Fatal(err)
	}
	if k.trusted, err = signed.NewKeySet(k.signer.Public()); err != nil {
		t.Fatal(err)
	}
	if k.sealing, err = ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{4}, 32)); err != nil {
		t.Fatal(err)
	}
	if k.hybrid, err = signed.NewHybridPrivateKey(bytes.Repeat([]byte{5}, 32)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/rsa.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	k.rsa = parsed.(*rsa.PrivateKey)
	return k
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func instant() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func nonce(b byte) string { return signed.FormatNonce(bytes.Repeat([]byte{0x80 + b}, 24)) }

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// compact signs whatever header is given, as an attacker with a key, or another
// library, might.
func compact(key ed25519.PrivateKey, header, payload string) []byte {
	input := b64(header) + "." + b64(payload)
	return []byte(input + "." + b64(string(ed25519.Sign(key, []byte(input)))))
}

func detached(key ed25519.PrivateKey, header, body string) string {
	signature := ed25519.Sign(key, []byte(b64(header)+"."+body))
	return b64(header) + ".." + b64(string(signature))
}
