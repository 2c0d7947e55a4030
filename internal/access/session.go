package access

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"chancery/internal/ident"
)

// How long a session lives: it ends when it was not used for MaxIdle, and
// MaxAge after the sign-in in any case.
const (
	MaxIdle = 12 * time.Hour
	MaxAge  = 14 * 24 * time.Hour

	// touchEvery is how exactly the last use is known: a page must not cost a write.
	touchEvery = time.Minute

	sessionPrefix = "chs_"
	maxUserAgent  = 300
)

// Face is where somebody is signed in: a family of pages. A session is worth nothing
// on another one.
type Face string

// The faces.
const (
	Console Face = "console" // for the vendor's staff
	Portal  Face = "portal"  // for owners of licences
)

// home is where a person signs in unless something else is said.
func (p Person) home() Face {
	if p.IsStaff {
		return Console
	}
	return Portal
}

// Method is how somebody has signed in.
type Method string

// The methods.
const (
	ByPassword Method = "password"
	ByPasskey  Method = "passkey"
	ByProvider Method = "provider"
)

// Session is a person who is signed in, on one browser.
type Session struct {
	ID           ident.SessionID
	UUID         ident.UUID
	Person       Person
	Face         Face
	CreatedAt    time.Time
	LastUsedAt   time.Time // a minute exact
	Address      string    // where it began
	UserAgent    string
	Method       Method
	SecondFactor bool // a second factor was passed
}

// Alive reports whether the session has not run out.
func (s Session) Alive(now time.Time) bool {
	return now.Before(s.LastUsedAt.Add(MaxIdle)) && now.Before(s.CreatedAt.Add(MaxAge))
}

// ExpiresAt is when it ends if it is not used again.
func (s Session) ExpiresAt() time.Time {
	idle, age := s.LastUsedAt.Add(MaxIdle), s.CreatedAt.Add(MaxAge)
	if age.Before(idle) {
		return age
	}
	return idle
}

func newToken(ids ident.Source) (text string, hash [sha256.Size]byte) {
	text = sessionPrefix + base64.RawURLEncoding.EncodeToString(ids.Secret(secretBytes))
	return text, sha256.Sum256([]byte(text))
}

// looksLikeToken spares the database what can't be a session's token.
func looksLikeToken(s string) bool {
	return len(s) == len(sessionPrefix)+base64.RawURLEncoding.EncodedLen(secretBytes) && s[:len(sessionPrefix)] == sessionPrefix
}
