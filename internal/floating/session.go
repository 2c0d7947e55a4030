package floating

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

// Session is one lease of a floating licence, open or past.
type Session struct {
	ID      int64
	UUID    ident.UUID
	License ident.LicenseID

	// What a client calls it by: renewing means opening with the same key.
	ClientID  string
	SessionID string // "" for a client's one unnamed session

	UserID     string // "" for none
	IsOveruse  bool   // it was opened above the limit
	OpenedAt   time.Time
	RenewedAt  time.Time
	ValidUntil time.Time // exclusive
	EndedAt    time.Time // zero while nobody has written down its end
	EndReason  Reason
}

// OpenAt reports whether the session is open at an instant.
func (s *Session) OpenAt(now time.Time) bool { return s.EndedAt.IsZero() && now.Before(s.ValidUntil) }

// Ended gives the end of a session as it stands at an instant: one whose time is
// over has lapsed, whether or not that was written down.
func (s *Session) Ended(now time.Time) (at time.Time, reason Reason) {
	if s.EndedAt.IsZero() && !s.OpenAt(now) {
		return s.ValidUntil, ByLapse
	}
	return s.EndedAt, s.EndReason
}

// Reason says why a session ended.
type Reason string

// The reasons.
const (
	ByClient  Reason = "closed"
	ByLapse   Reason = "lapsed"   // it was not renewed in time; it ended at that very instant
	ByRelease Reason = "released" // staff ended it, or its client lost its activation
)

// Counter is the row that whoever changes a licence's open sessions locks.
type Counter struct {
	License   ident.LicenseID
	Open      int64     // sessions whose end nobody has written down
	NextLapse time.Time // none of them lapses before
}

// License is a licence as sessions need it.
type License struct {
	ID         ident.LicenseID
	UUID       ident.UUID
	Product    ident.UUID
	Customer   ident.UUID
	IsFloating bool
	IsOfUsers  bool // users hold its sessions, not devices
	Policy     terms.Policy
	ExpiresAt  time.Time // zero: never

	ByID   bool // it was named by its id, which proves nothing
	Handle any  // the Licenses' own, which gets it back
}

// Status is what an open session is answered with.
type Status struct {
	Session Session
	Limit   int64 // sessions of the licence open at once
}

// Filter narrows a list of sessions.
type Filter struct {
	OpenOnly, PastOnly bool

	// Of the list over all licences only.
	OveruseOnly      bool   // opened above the limit
	ClientID, UserID string // the whole id
}

// Busy is a licence and how many of its sessions are open.
type Busy struct {
	License ident.LicenseID
	Open    int64
}

// Sorts are what the list of sessions offers.
func Sorts() []string { return []string{"-created_at"} }
