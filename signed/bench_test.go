package signed_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"chancery/signed"
)

// Compare the pairs: what is ours may cost at most 1.2 times the bare signature
// (2 KB licence file, 600-byte answer).

func BenchmarkDocument(b *testing.B) {
	k := setup(b)
	payload := bytes.Repeat([]byte("x"), 2048)
	document, err := k.signer.SignDocument(signed.TypeLicense, payload)
	if err != nil {
		b.Fatal(err)
	}
	signature := ed25519.Sign(k.server, document)
	b.Run("sign/bare", func(b *testing.B) {
		for b.Loop() {
			ed25519.Sign(k.server, document)
		}
	})
	b.Run("sign/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.signer.SignDocument(signed.TypeLicense, payload); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify/bare", func(b *testing.B) {
		for b.Loop() {
			ed25519.Verify(k.signer.Public(), document, signature)
		}
	})
	b.Run("verify/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.trusted.VerifyDocument(document, signed.TypeLicense); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkResponse(b *testing.B) {
	k := setup(b)
	body := bytes.Repeat([]byte("x"), 600)
	response := signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200}
	signature, err := k.signer.SignResponse(response, body)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("sign/bare", func(b *testing.B) {
		for b.Loop() {
			ed25519.Sign(k.server, body)
		}
	})
	b.Run("sign/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.signer.SignResponse(response, body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.trusted.VerifyResponse(signature, body, nonce(9), 200); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The figure that does not depend on the machine: garbage made per answer.
func TestSigningAnAnswerMakesLittleGarbage(t *testing.T) {
	k := setup(t)
	body := bytes.Repeat([]byte("x"), 600)
	response := signed.Response{IssuedAt: instant(), Nonce: nonce(9), Status: 200}
	made := testing.AllocsPerRun(100, func() {
		if _, err := k.signer.SignResponse(response, body); err != nil {
			t.Fatal(err)
		}
	})
	if made > 3 {
		t.Errorf("%v allocations, not at most 3", made)
	}
}
