package client

import (
	"bytes"
	"crypto/ed25519"
	"testing"
	"time"

	"chancery/signed"
)

// The files of the state are input from outside: whoever has the disk writes
// them. Nothing but what the server signed may come out as an answer.
func FuzzState(f *testing.F) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	signer, err := signed.NewSigner(key)
	if err != nil {
		f.Fatal(err)
	}
	trusted, err := pinnedTrust(Config{PublicKeys: []ed25519.PublicKey{signer.Public()}})
	if err != nil {
		f.Fatal(err)
	}
	body := []byte(`{"client_id":"c","product_id":"p","expiration_date_utc":"2027-01-01T00:00:00Z"}`)
	signature, err := signer.SignResponse(signed.Response{Status: 200, IssuedAt: time.Unix(1, 0)}, body)
	if err != nil {
		f.Fatal(err)
	}
	good := writeAnswer(answer{signature: signature, body: body})
	f.Add(good)
	f.Add([]byte("c\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := readAnswer(text, trusted, "c", "p"); err == nil && !bytes.Equal(text, good) {
			t.Errorf("forged: %q", text)
		}
		if key, err := readKey(text, "c"); err == nil && len(key) != ed25519.PrivateKeySize {
			t.Errorf("key of %d bytes", len(key))
		}
	})
}
