package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// SessionStore keeps sessions.
type SessionStore interface {
	// Insert stores s with the hash of its token, and removes those of its person
	// that began before old or were last used before idle.
	Insert(t tx.Tx, vendor ident.VendorID, s Session, hash [sha256.Size]byte, old, idle time.Time) (ident.SessionID, error)

	// ByHash finds a session, with its person as they are now, by one
	// indexed read.
	ByHash(ctx context.Context, hash [sha256.Size]byte) (s Session, vendor ident.VendorID, vendorUUID ident.UUID, found bool, err error)

	// Touch stores that a session is in use; never backwards.
	Touch(t tx.Tx, vendor ident.VendorID, id ident.SessionID, at time.Time) error

	// End removes the session with this token, at this vendor only.
	End(t tx.Tx, vendor ident.VendorID, hash [sha256.Size]byte) error

	// EndOne removes one of a user's sessions; ended is false when there is none.
	EndOne(t tx.Tx, vendor ident.VendorID, user ident.UserID, uuid ident.UUID) (ended bool, err error)

	// EndOthers removes all of a user's sessions but one (0 for none).
	EndOthers(t tx.Tx, vendor ident.VendorID, user ident.UserID, but ident.SessionID) error

	// Forget removes sessions that began before old or were last used before
	// idle, of all vendors.
	Forget(t tx.Tx, old, idle time.Time) error
}

// Sessions begins, finds and ends sessions. It is safe for concurrent use.
type Sessions struct {
	store  SessionStore
	runner tx.Runner
	ids    ident.Source
}

// NewSessions makes the service.
func NewSessions(s SessionStore, r tx.Runner, ids ident.Source) (*Sessions, error) {
	if s == nil || r == nil || ids.Rand == nil || ids.Clock == nil {
		return nil, errors.New("access: Sessions needs a store, a runner and ids")
	}
	return &Sessions{store: s, runner: r, ids: ids}, nil
}

// Beginning is what a session begins with.
type Beginning struct {
	Face         Face
	Address      string
	UserAgent    string
	Method       Method
	SecondFactor bool

	// Replaces is the token that the browser came with: whatever session it
	// names ends, so that a token never outlives a sign-in.
	Replaces string

	// Places are remembered as places where the account was signed in to.
	Places []string
}

// Begin begins a session and gives its token, which nobody can show again. Who
// calls it has established that the user may sign in.
func (s *Sessions) Begin(t tx.Tx, vendor ident.VendorID, person Person, b Beginning) (token string, _ Session, err error) {
	if b.Face == "" {
		return "", Session{}, errors.New("access: a session begins on a face")
	}
	if err := s.End(t, vendor, b.Replaces); err != nil {
		return "", Session{}, err
	}
	token, hash := newToken(s.ids)
	session := Session{
		UUID: s.ids.V7(), Person: person, Face: b.Face, CreatedAt: t.Now(), LastUsedAt: t.Now(), Address: b.Address, UserAgent: plain(b.UserAgent),
		Method: b.Method, SecondFactor: b.SecondFactor,
	}
	session.ID, err = s.store.Insert(t, vendor, session, hash, t.Now().Add(-MaxAge), t.Now().Add(-MaxIdle))
	if err != nil {
		return "", Session{}, err
	}
	return token, session, nil
}

// Authenticate gives the session of a token on a face, with its person as they are at
// this moment, and the vendor that it is of. One and the same fault answers unknown,
// ended, malformed ones, those of other faces and those of disabled people. A session is worth
// something at its own vendor only: who serves pages below a vendor's address
// compares them.
func (s *Sessions) Authenticate(
	ctx context.Context, face Face, token string,
) (_ Session, vendor ident.VendorID, vendorUUID ident.UUID, err error) {
	if !looksLikeToken(token) {
		return Session{}, ident.VendorID{}, ident.UUID{}, errSignedOut()
	}
	session, vendor, vendorUUID, found, err := s.store.ByHash(ctx, sha256.Sum256([]byte(token)))
	if err != nil {
		return Session{}, ident.VendorID{}, ident.UUID{}, err
	}
	now := s.ids.Clock.Now().UTC().Truncate(time.Millisecond)
	if !found || session.Face != face || !session.Alive(now) || session.Person.DisabledAt != nil {
		return Session{}, ident.VendorID{}, ident.UUID{}, errSignedOut()
	}
	if now.Sub(session.LastUsedAt) >= touchEvery {
		if err := s.runner.Run(ctx, func(t tx.Tx) error { return s.store.Touch(t, vendor, session.ID, t.Now()) }); err != nil {
			return Session{}, ident.VendorID{}, ident.UUID{}, err
		}
		session.LastUsedAt = now
	}
	return session, vendor, vendorUUID, nil
}

// End ends the session of a token: sign-out. Unknown tokens, and those of
// another vendor, change nothing.
func (s *Sessions) End(t tx.Tx, vendor ident.VendorID, token string) error {
	if !looksLikeToken(token) {
		return nil
	}
	return s.store.End(t, vendor, sha256.Sum256([]byte(token)))
}

// Revoke ends one of a person's sessions.
func (s *Sessions) Revoke(t tx.Tx, vendor ident.VendorID, own Person, session ident.UUID) error {
	ended, err := s.store.EndOne(t, vendor, own.ID, session)
	if err != nil {
		return err
	}
	if !ended {
		return fault.Missing("session")
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.session_revoked", Subject: asUser, ID: own.UUID})
	return nil
}

// RevokeOthers ends all of one's own sessions but this one, because one wants to.
func (s *Sessions) RevokeOthers(t tx.Tx, vendor ident.VendorID, own Session) error {
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.other_sessions_revoked", Subject: asUser, ID: own.Person.UUID})
	return s.EndOthers(t, vendor, own.Person.ID, own.ID)
}

// EndOthers ends all of a user's sessions but this one, as part of another change.
func (s *Sessions) EndOthers(t tx.Tx, vendor ident.VendorID, user ident.UserID, but ident.SessionID) error {
	return s.store.EndOthers(t, vendor, user, but)
}

// EndAll ends all of a user's sessions.
func (s *Sessions) EndAll(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	return s.store.EndOthers(t, vendor, user, 0)
}

// Forget removes what has run out: periodic work.
func (s *Sessions) Forget(t tx.Tx) error {
	return s.store.Forget(t, t.Now().Add(-MaxAge), t.Now().Add(-MaxIdle))
}

// plain gives a user agent as it may be stored and shown.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	r := []rune(s)
	return string(r[:min(len(r), maxUserAgent)])
}

func errSignedOut() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in, or your session has ended.",
		Help: "Sign in again.",
	}
}
