package identity

import (
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

	"chancery/internal/fault"
)

// The cost of argon2id (RFC 9106) as OWASP asks: 25 ms and 19 MiB each.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16

	// MaxPassword bounds what is hashed, in bytes.
	MaxPassword = 1024
)

// Passwords hashes passwords. At most a few are hashed at once, because each
// takes memory; more wait, and beyond a queue they are refused. It is safe for
// concurrent use.
type Passwords struct {
	rand    io.Reader
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
}

// NewPasswords makes a Passwords that hashes atOnce at a time (0 means 4) while
// queue more wait (0 means 64).
func NewPasswords(rand io.Reader, atOnce, queue int) (*Passwords, error) {
	if rand == nil || atOnce < 0 || queue < 0 {
		return nil, errors.New("identity: Passwords needs randomness")
	}
	if atOnce == 0 {
		atOnce = 4
	}
	if queue == 0 {
		queue = 64
	}
	return &Passwords{rand: rand, slots: make(chan struct{}, atOnce), queue: int64(queue)}, nil
}

// Hash gives the PHC form of a new hash.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(p.rand, salt); err != nil {
		return "", fmt.Errorf("identity: no randomness: %w", err)
	}
	key, err := p.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonThreads, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// Verify reports whether password is the one that hash was made of. An empty
// hash (an unknown user) takes as long and matches nothing.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (bool, error) {
	salt, want := make([]byte, argonSalt), make([]byte, argonKey)
	known := hash != ""
	if known {
		var err error
		if salt, want, err = parseHash(hash); err != nil {
			return false, err
		}
	}
	got, err := p.derive(ctx, password, salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1 && known, err
}

func (p *Passwords) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
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
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

// parseHash reads the PHC form. Only the present cost is known so far; another
// one would get its own line here.
func parseHash(hash string) (salt, key []byte, err error) {
	head := fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonTime, argonThreads)
	rest, ok := strings.CutPrefix(hash, head)
	a, b, two := strings.Cut(rest, "$")
	salt, errSalt := base64.RawStdEncoding.DecodeString(a)
	key, errKey := base64.RawStdEncoding.DecodeString(b)
	if !ok || !two || errSalt != nil || errKey != nil || len(salt) != argonSalt || len(key) != argonKey {
		return nil, nil, errors.New("identity: a stored password hash is not of its form")
	}
	return salt, key, nil
}
