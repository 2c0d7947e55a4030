package client_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
	"chancery/signed"
)

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

func keyOf(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

// Every way of lying about an answer, and none of them is believed.
func TestForgedAnswers(t *testing.T) {
	t.Parallel()
	type change func(recorded *httptest.ResponseRecorder)
	for name, lie := range map[string]change{
		"no signature": func(r *httptest.ResponseRecorder) { r.Header().Del(signed.SignatureHeader) },
		"empty":        func(r *httptest.ResponseRecorder) { r.Header().Set(signed.SignatureHeader, "..") },
		"body changed": func(r *httptest.ResponseRecorder) {
			r.Body = bytes.NewBufferString(strings.Replace(r.Body.String(), `"freeride":7`, `"freeride":9`, 1))
		},
		"status changed":  func(r *httptest.ResponseRecorder) { r.Code = 409 },
		"another's key":   func(r *httptest.ResponseRecorder) { resign(r, keyOf(66), "") },
		"nonce of before": func(r *httptest.ResponseRecorder) { resign(r, keyOf(1), signed.FormatNonce(make([]byte, 24))) },
		"no nonce":        func(r *httptest.ResponseRecorder) { resign(r, keyOf(1), "") },
		"too large":       func(r *httptest.ResponseRecorder) { r.Body = bytes.NewBuffer(make([]byte, 2<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
				recorded := httptest.NewRecorder()
				answer.ServeHTTP(recorded, r)
				lie(recorded)
				w.Header().Set(signed.SignatureHeader, recorded.Header().Get(signed.SignatureHeader))
				w.WriteHeader(recorded.Code)
				_, _ = w.Write(recorded.Body.Bytes())
			})
			s, err := b.client.Activate(t.Context(), clienttest.LicenseKey)
			if _, ok := errors.AsType[*client.UnverifiedError](err); !ok {
				t.Errorf("got %v", err)
			}
			wantState(t, s, client.StateNotActivated)
			b.restart(t)
			wantState(t, b.client.Status(), client.StateNotActivated)
		})
	}
}

func resign(r *httptest.ResponseRecorder, key ed25519.PrivateKey, nonce string) {
	signer, err := signed.NewSigner(key)
	if err != nil {
		panic(err)
	}
	signature, err := signer.SignResponse(signed.Response{Nonce: nonce, Status: 200, IssuedAt: timeZero()}, r.Body.Bytes())
	if err != nil {
		panic(err)
	}
	r.Header().Set(signed.SignatureHeader, signature)
}

// A refusal must be as well signed as a licence: or anybody on the way could
// switch a program off.
func TestForgedRefusalChangesNothing(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Intercept(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"id":2006,"message":"gone"}`))
	})
	s, err := b.client.Heartbeat(t.Context())
	var unverified *client.UnverifiedError
	if !errors.As(err, &unverified) || unverified.Status != 409 {
		t.Errorf("got %v", err)
	}
	wantState(t, s, client.StateValid)
}

// The attack: record a good answer, and play it back after the vendor switched
// the licence off.
func TestReplayedAnswer(t *testing.T) {
	t.Parallel()
	b := activated(t)
	var recorded *httptest.ResponseRecorder
	b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
		if recorded == nil {
			recorded = httptest.NewRecorder()
			answer.ServeHTTP(recorded, r)
		}
		w.Header().Set(signed.SignatureHeader, recorded.Header().Get(signed.SignatureHeader))
		_, _ = w.Write(recorded.Body.Bytes())
	})
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, signed.ErrMismatch) {
		t.Errorf("got %v", err)
	}
}

func TestAnswersAboutOthersAreNotTaken(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Change(func(l *client.LicenseInfo) { l.ProductID = clienttest.VendorID })
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, client.ErrForeignAnswer) {
		t.Errorf("got %v", err)
	}
	wantState(t, b.client.Status(), client.StateValid)
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Announce(keyOf(2).Public().(ed25519.PublicKey))
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.server.Rotate(keyOf(2))
	b.restart(t)
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatalf("signed by the announced key: %v", err)
	}
	b.server.Announce(keyOf(3).Public().(ed25519.PublicKey))
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.server.Rotate(keyOf(3))
	b.restart(t)
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Errorf("second rotation: %v", err)
	}
	b.server.Rotate(keyOf(4))
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("a key nobody announced: %v", err)
	}
}

// The attack: write a key of one's own into the file of announced keys.
func TestAKeyCannotBeAddedByEditing(t *testing.T) {
	t.Parallel()
	b := activated(t)
	own, err := signed.NewSigner(keyOf(66))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := own.SignResponse(signed.Response{Status: 200, IssuedAt: timeZero(), Next: keyOf(66).Public().(ed25519.PublicKey)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal([]map[string]any{{"signature": signature, "body": []byte{}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.file("rotation.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	b.restart(t)
	b.server.Rotate(keyOf(66))
	if _, err := b.client.Heartbeat(t.Context()); !errors.Is(err, signed.ErrUnknownKey) {
		t.Errorf("got %v", err)
	}
}
