package identity

import (
	"context"
	"crypto/sha256"
	"errors"

	"chancery/internal/fault"
	"chancery/internal/recheck"
)

// Principals finds who a secret belongs to.
type Principals interface {
	// ByHash gives the principal of the unrevoked API key whose secret has this
	// SHA-256; found is false for an unknown and for a revoked one.
	ByHash(ctx context.Context, hash [sha256.Size]byte) (p Principal, found bool, err error)
}

// Authenticator tells who presents an API key. It is safe for concurrent use.
type Authenticator struct {
	known *recheck.Cache[[sha256.Size]byte, Principal]
}

// NewAuthenticator makes an Authenticator. Keys are kept while nothing changes;
// a revoked one is gone within recheck.MaxAge.
func NewAuthenticator(w *recheck.Watch, p Principals) (*Authenticator, error) {
	if w == nil || p == nil {
		return nil, errors.New("identity: an Authenticator needs a watch and principals")
	}
	return &Authenticator{known: recheck.NewCache(w, func(ctx context.Context, hash [sha256.Size]byte) (Principal, error) {
		found, ok, err := p.ByHash(ctx, hash)
		if err == nil && !ok {
			err = errUnknownKey()
		}
		return found, err
	})}, nil
}

// Authenticate gives the principal of an API key's secret. One and the same
// fault answers unknown, revoked and malformed ones.
func (a *Authenticator) Authenticate(ctx context.Context, secret string) (Principal, error) {
	if !looksLikeSecret(secret) {
		return Principal{}, errUnknownKey()
	}
	return a.known.Get(ctx, sha256.Sum256([]byte(secret)))
}

func errUnknownKey() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "key_unknown", Message: "This API key is not known here.",
		Help: "Check the key; the vendor's back office lists those that work, and can make a new one.",
	}
}
