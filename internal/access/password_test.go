package access_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"chancery/internal/access"
	"chancery/internal/fault"
)

func passwords(t *testing.T, atOnce, queue int) *access.Passwords {
	t.Helper()
	p, err := access.NewPasswords(access.PasswordsConfig{Rand: rand.Reader, AtOnce: atOnce, Queue: queue})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := passwords(t, 0, 0)
	hash, err := p.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, "horse") {
		t.Errorf("hash %q", hash)
	}
	if again, _ := p.Hash(t.Context(), "correct horse"); again == hash {
		t.Error("two hashes share their salt")
	}
	for _, c := range []struct {
		hash, password string
		ok             bool
	}{
		{hash, "correct horse", true},
		{hash, "correct hors", false},
		{hash, "", false},
		{"", "correct horse", false}, // an unknown user
		{"", "", false},
	} {
		if ok, _, err := p.Verify(t.Context(), c.hash, c.password); ok != c.ok || err != nil {
			t.Errorf("%q against %.20q: %v, %v", c.password, c.hash, ok, err)
		}
	}
	for _, bad := range []string{
		"x", "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA", hash[:len(hash)-4], "$2y$10$abc",
		strings.Replace(hash, "m=19456", "m=4000000000", 1), strings.Replace(hash, "t=2", "t=1000", 1), strings.Replace(hash, "t=2", "t=0", 1),
		strings.Replace(hash, "p=1", "p=2", 1), strings.Replace(hash, "m=19456", "m=+19456", 1), strings.Replace(hash, "v=19", "v=16", 1),
	} {
		if ok, _, err := p.Verify(t.Context(), bad, "x"); ok || err == nil {
			t.Errorf("hash %.20q was taken", bad)
		}
	}
	if _, err := p.Hash(t.Context(), strings.Repeat("x", access.MaxPassword+1)); !fault.Is(err, "invalid_request") {
		t.Errorf("a giant password: %v", err)
	}
}

// A hash carries its cost: it is verified by its own, whatever new hashes cost.
func TestHashesCarryTheirCost(t *testing.T) {
	t.Parallel()
	full, err := access.NewPasswords(access.PasswordsConfig{Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	small, err := access.NewPasswords(access.PasswordsConfig{Rand: rand.Reader, Cost: access.Cost{Memory: 8, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for head, c := range map[string]struct{ makes, verifies *access.Passwords }{
		"$argon2id$v=19$m=19456,t=2,p=1$": {full, small},
		"$argon2id$v=19$m=8,t=1,p=1$":     {small, full},
	} {
		hash, err := c.makes.Hash(t.Context(), "correct horse")
		if err != nil || !strings.HasPrefix(hash, head) {
			t.Errorf("hash %q, want it to begin with %s, %v", hash, head, err)
		}
		for password, want := range map[string]bool{"correct horse": true, "correct hors": false} {
			if ok, _, err := c.verifies.Verify(t.Context(), hash, password); ok != want || err != nil {
				t.Errorf("%q against %s: %v, %v", password, head, ok, err)
			}
		}
	}
	for _, cost := range []access.Cost{{Memory: 7, Passes: 1}, {Memory: 8}, {Passes: 1}, {Memory: 1 << 30, Passes: 1}, {Memory: 8, Passes: 1000}} {
		if _, err := access.NewPasswords(access.PasswordsConfig{Rand: rand.Reader, Cost: cost}); err == nil {
			t.Errorf("the cost %+v was taken", cost)
		}
	}
}

// The attack: many sign-ins at once, to exhaust memory.
func TestPasswordsAreBounded(t *testing.T) {
	t.Parallel()
	p := passwords(t, 1, 1)
	var all sync.WaitGroup
	faults := make(chan error, 20)
	start := make(chan struct{})
	for range cap(faults) {
		all.Go(func() {
			<-start
			_, err := p.Hash(context.Background(), "x")
			faults <- err
		})
	}
	close(start)
	all.Wait()
	close(faults)
	refused := 0
	for err := range faults {
		if err == nil {
			continue
		}
		if f := fault.As(err); f.Kind != fault.Throttled || f.RetryAfter == 0 {
			t.Error(err)
		}
		refused++
	}
	if refused == 0 || refused == cap(faults) {
		t.Errorf("%d of %d refused", refused, cap(faults))
	}
}
