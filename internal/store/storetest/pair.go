package storetest

import (
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
)

// Pair is a client with a key pair of its own.
type Pair string

// Key returns the pair's public key.
func (p Pair) Key() []byte { return []byte(strings.Repeat(string(p), 32)) }

// By returns the proof of a call with this counter, 0 for a program that does not count.
func (p Pair) By(counter int64) licensing.Proof {
	return func(key []byte) (int64, bool) { return counter, string(key) == string(p.Key()) }
}

// ActivateAs lets the client m with this key pair activate the key.
func (b LicenseBench) ActivateAs(t *testing.T, p Pair, counter int64, key ident.UUID) licensing.Outcome {
	t.Helper()
	return b.Try(t, licensing.ActivateCommand{
		Key: licensing.Key{UUID: key}, ClientID: "m", Client: licensing.Client{PublicKey: p.Key()}, Proof: p.By(counter),
	})
}

// Repeated fails the test unless the call was refused as a repeated one.
func Repeated(t *testing.T, what string, r *refusal.Refusal, highest int64) {
	t.Helper()
	if r == nil || r.ID != refusal.CallRepeated || r.Counter != highest {
		t.Errorf("%s: %+v, want 20021 with the counter %d", what, r, highest)
	}
}

// Taken fails the test where the call was refused.
func Taken(t *testing.T, what string, r *refusal.Refusal) {
	t.Helper()
	if r != nil {
		t.Fatalf("%s was refused: %+v", what, r)
	}
}
