package identity_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"chancery/internal/fault"
	"chancery/internal/identity"
)

func passwords(t *testing.T, atOnce, queue int) *identity.Passwords {
	t.Helper()
	p, err := identity.NewPasswords(rand.Reader, atOnce, queue)
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
		if ok, err := p.Verify(t.Context(), c.hash, c.password); ok != c.ok || err != nil {
			t.Errorf("%q against %.20q: %v, %v", c.password, c.hash, ok, err)
		}
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA", hash[:len(hash)-4], "$2y$10$abc"} {
		if ok, err := p.Verify(t.Context(), bad, "x"); ok || err == nil {
			t.Errorf("hash %.20q was taken", bad)
		}
	}
	if _, err := p.Hash(t.Context(), strings.Repeat("x", identity.MaxPassword+1)); !fault.Is(err, "invalid_request") {
		t.Errorf("a giant password: %v", err)
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
