package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Bounds of a personal access token.
const (
	TokenDays     = 90  // that it lives unless its user says otherwise
	MostTokenDays = 365 // that it can live
	MostTokens    = 20  // of one user

	tokenPrefix = "cht_"

	// tokenTouch is how exactly the last use is known: a call must not cost a write.
	tokenTouch = time.Minute
)

// AsToken is the kind of a principal that presents a personal access token.
const AsToken = "access_token"

// AccessToken is a user's own key to the part of the API that is theirs. Its secret is
// shown once and kept as a hash only.
type AccessToken struct {
	UUID       ident.UUID
	Name       string
	Hint       string // the secret's beginning, to tell tokens apart by
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt *time.Time // a minute exact; nil for never
}

// Bearer is whom a token belongs to, as both are now.
type Bearer struct {
	Token      AccessToken
	Vendor     ident.VendorID
	VendorUUID ident.UUID
	User       ident.UserID
	Email      string
	Disabled   bool
}

// AccessTokenStore keeps tokens.
type AccessTokenStore interface {
	// Count locks the user, and tells how many tokens the user has; found is false for
	// one who is gone or disabled.
	Count(t tx.Tx, vendor ident.VendorID, user ident.UserID) (n int, found bool, err error)

	Insert(t tx.Tx, vendor ident.VendorID, user ident.UserID, k AccessToken, hash [sha256.Size]byte) error

	// Delete removes one of a user's tokens and gives it; found is false when there is none.
	Delete(t tx.Tx, vendor ident.VendorID, user ident.UserID, uuid ident.UUID) (k AccessToken, found bool, err error)

	// ByHash finds a token with its user, by one indexed read.
	ByHash(ctx context.Context, hash [sha256.Size]byte) (b Bearer, found bool, err error)

	// Touch stores that a token is in use; never backwards.
	Touch(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, at time.Time) error
}

// AccessTokens makes, revokes and knows personal access tokens. It is safe for concurrent use.
type AccessTokens struct {
	store  AccessTokenStore
	runner tx.Runner
	ids    ident.Source
}

// NewAccessTokens makes the service.
func NewAccessTokens(s AccessTokenStore, r tx.Runner, ids ident.Source) (*AccessTokens, error) {
	if s == nil || r == nil || ids.Rand == nil || ids.Clock == nil {
		return nil, errors.New("identity: AccessTokens needs a store, a runner and ids")
	}
	return &AccessTokens{s, r, ids}, nil
}

// Create makes a token of the user that by is, and gives its secret, which nobody can
// show again.
func (s *AccessTokens) Create(t tx.Tx, by Principal, name string, days int) (k AccessToken, secret string, err error) {
	var wrong fault.Fields
	name = entry.Name(&wrong, "name", name, "", 1, 100)
	wrong.Check(days >= 1 && days <= MostTokenDays, "days", fmt.Sprintf("must be between 1 and %d", MostTokenDays))
	if err := wrong.Err(); err != nil {
		return AccessToken{}, "", err
	}
	n, found, err := s.store.Count(t, by.Vendor, by.User)
	switch {
	case err != nil:
		return AccessToken{}, "", err
	case !found:
		return AccessToken{}, "", fault.Missing(asUser)
	case n >= MostTokens:
		return AccessToken{}, "", fault.Refused("too_many_tokens", fmt.Sprintf("You have %d access tokens, which is the most.", MostTokens),
			"Revoke one that nobody uses.")
	}
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(s.ids.Secret(secretBytes))
	k = AccessToken{
		UUID: s.ids.V7(), Name: name, Hint: secret[:len(tokenPrefix)+6] + "…", CreatedAt: t.Now(), ExpiresAt: t.Now().Add(time.Duration(days) * 24 * time.Hour),
	}
	if err := s.store.Insert(t, by.Vendor, by.User, k, sha256.Sum256([]byte(secret))); err != nil {
		return AccessToken{}, "", err
	}
	journalToken(t, by, "user.access_token_created", nil, &k)
	return k, secret, nil
}

// Revoke ends one of the tokens of the user that by is, at once.
func (s *AccessTokens) Revoke(t tx.Tx, by Principal, uuid ident.UUID) (AccessToken, error) {
	k, found, err := s.store.Delete(t, by.Vendor, by.User, uuid)
	if err == nil && !found {
		err = fault.Missing("access_token")
	}
	if err == nil {
		journalToken(t, by, "user.access_token_revoked", &k, nil)
	}
	return k, err
}

// Authenticate tells as whom the holder of a token acts: the user, with nothing but the
// licences that are theirs. One and the same fault answers what is unknown, revoked,
// expired or malformed, and what belongs to a disabled user.
func (s *AccessTokens) Authenticate(ctx context.Context, secret string) (Principal, error) {
	if !LooksLikeToken(secret) {
		return Principal{}, errUnknownToken()
	}
	b, found, err := s.store.ByHash(ctx, sha256.Sum256([]byte(secret)))
	if err != nil {
		return Principal{}, err
	}
	now := s.ids.Clock.Now()
	if !found || b.Disabled || !now.Before(b.Token.ExpiresAt) {
		return Principal{}, errUnknownToken()
	}
	if used := b.Token.LastUsedAt; used == nil || now.Sub(*used) >= tokenTouch {
		if err := s.runner.Run(ctx, func(t tx.Tx) error { return s.store.Touch(t, b.Vendor, b.Token.UUID, t.Now()) }); err != nil {
			return Principal{}, err
		}
	}
	return Principal{
		Vendor: b.Vendor, VendorUUID: b.VendorUUID, Kind: AsToken, ID: b.Token.UUID, Name: b.Email + " (access token “" + b.Token.Name + "”)",
		User: b.User, Permissions: []Permission{OwnLicenses},
	}, nil
}

// LooksLikeToken spares the database what can't be an access token.
func LooksLikeToken(s string) bool {
	return len(s) == len(tokenPrefix)+base64.RawURLEncoding.EncodedLen(secretBytes) && s[:len(tokenPrefix)] == tokenPrefix
}

func errUnknownToken() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "token_unknown", Message: "This access token is not known here, has expired or was revoked.",
		Help: "Make a new one in the licensing dashboard, under Account → Access tokens.",
	}
}

type tokenRecord struct {
	Name      string    `json:"name"`
	Hint      string    `json:"hint"`
	ExpiresAt time.Time `json:"expires_at"`
}

func journalToken(t tx.Tx, by Principal, action string, before, after *AccessToken) {
	e := tx.Entry{Vendor: by.Vendor, Action: action, Subject: asUser, ID: by.ID}
	if before != nil {
		e.Before = tokenRecord{before.Name, before.Hint, before.ExpiresAt}
	}
	if after != nil {
		e.After = tokenRecord{after.Name, after.Hint, after.ExpiresAt}
	}
	t.Journal(e)
}
