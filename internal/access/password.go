package access

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"chancery/internal/entry"
	"chancery/internal/fault"
)

const (
	argonKey  = 32
	argonSalt = 16

	// The most that a stored hash may ask for: whoever changes a row must not be able
	// to take the server's memory or time.
	maxMemory = 256 << 10 // KiB
	maxPasses = 16

	// MaxPassword bounds what is hashed, in bytes.
	MaxPassword = 1024
)

// Cost is what one hash by argon2id (RFC 9106) takes, with one thread. The zero
// value is the full cost, as OWASP asks: 25 ms and 19 MiB each. Each hash carries
// its cost, so another one holds for new passwords only.
type Cost struct {
	Memory uint32 // in KiB
	Passes uint32
}

func (c Cost) orFull() Cost {
	if c == (Cost{}) {
		return Cost{Memory: 19 << 10, Passes: 2}
	}
	return c
}

// sane reports whether argon2id takes the cost and the server can bear it.
func (c Cost) sane() bool {
	return c.Memory >= 8 && c.Memory <= maxMemory && c.Passes >= 1 && c.Passes <= maxPasses
}

// Passwords hashes passwords. At most a few are hashed at once, because each
// takes memory; more wait, and beyond a queue they are refused. It is safe for
// concurrent use.
type Passwords struct {
	rand    io.Reader
	cost    Cost
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
}

// PasswordsConfig is what a Passwords needs.
type PasswordsConfig struct {
	Rand   io.Reader
	AtOnce int  // how many are hashed at once; 0 means 4
	Queue  int  // how many more may wait; 0 means 64
	Cost   Cost // of new hashes; tests that don't judge it take a small one
}

// NewPasswords makes a Passwords.
func NewPasswords(c PasswordsConfig) (*Passwords, error) {
	if c.Rand == nil || c.AtOnce < 0 || c.Queue < 0 || !c.Cost.orFull().sane() {
		return nil, errors.New("access: Passwords needs randomness, and bounds that make sense")
	}
	return &Passwords{
		rand: c.Rand, cost: c.Cost.orFull(), slots: make(chan struct{}, cmp.Or(c.AtOnce, 4)), queue: int64(cmp.Or(c.Queue, 64)),
	}, nil
}

// Hash gives the PHC form of a new hash. The password is hashed as entry.Password
// prepares it.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(p.rand, salt); err != nil {
		return "", fmt.Errorf("access: no randomness: %w", err)
	}
	if prepared, ok := entry.Password(password); ok {
		password = prepared
	}
	key, err := p.derive(ctx, p.cost, password, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf(hashHead+"%s$%s", argon2.Version, p.cost.Memory, p.cost.Passes, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// Verify reports whether password is the one that hash was made of; old is true when it
// was hashed as it was typed, before passwords were prepared. An empty hash (an unknown
// user) takes as long and matches nothing.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (right, old bool, err error) {
	prepared, ok := entry.Password(password)
	if ok {
		if right, err = p.verify(ctx, hash, prepared); right || err != nil || prepared == password {
			return right, false, err
		}
	}
	right, err = p.verify(ctx, hash, password)
	return right, right && ok, err
}

func (p *Passwords) verify(ctx context.Context, hash, password string) (bool, error) {
	cost, salt, want := p.cost, make([]byte, argonSalt), make([]byte, argonKey)
	known := hash != ""
	if known {
		var err error
		if cost, salt, want, err = parseHash(hash); err != nil {
			return false, err
		}
	}
	got, err := p.derive(ctx, cost, password, salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1 && known, err
}

func (p *Passwords) derive(ctx context.Context, cost Cost, password string, salt []byte) ([]byte, error) {
	if len(password) > MaxPassword {
		return nil, fault.Wrong(fault.Field{Name: "password", Message: "must be at most 1024 bytes long"})
	}
	if p.waiting.Add(1) > p.queue+int64(cap(p.slots)) {
		p.waiting.Add(-1)
		return nil, &fault.Error{
			Kind: fault.Throttled, Code: "passwords_busy", Message: "More passwords are to be checked than the server can do now.",
			Help: "Try again in a moment.", RetryAfter: 2 * time.Second,
		}
	}
	defer p.waiting.Add(-1)
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	return argon2.IDKey([]byte(password), salt, cost.Passes, cost.Memory, 1, argonKey), nil
}

// hashHead is how the PHC form begins: version, memory and passes.
const hashHead = "$argon2id$v=%d$m=%d,t=%d,p=1$"

// parseHash reads the PHC form.
func parseHash(hash string) (cost Cost, salt, key []byte, err error) {
	var version int
	_, err = fmt.Sscanf(hash, hashHead, &version, &cost.Memory, &cost.Passes)
	// Printed again, so that it is this form to the letter.
	rest, ok := strings.CutPrefix(hash, fmt.Sprintf(hashHead, argon2.Version, cost.Memory, cost.Passes))
	a, b, two := strings.Cut(rest, "$")
	salt, errSalt := base64.RawStdEncoding.DecodeString(a)
	key, errKey := base64.RawStdEncoding.DecodeString(b)
	if err != nil || !ok || !two || !cost.sane() || errSalt != nil || errKey != nil || len(salt) != argonSalt || len(key) != argonKey {
		return Cost{}, nil, nil, errors.New("access: a stored password hash is not of its form")
	}
	return cost, salt, key, nil
}
