package floating

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Proof tells whether a call was signed with the private key of this Ed25519
// public key, and which counter the signature carries; nil proves nothing.
type Proof func(publicKey []byte) (counter int64, ok bool)

// Licenses is what floating needs of licensing.
type Licenses interface {
	// Find gives the licence that a call names by a full key of any kind or by its
	// id; nil for none, with a refusal where there is more to say than that.
	Find(t tx.Tx, v ident.VendorID, presented string) (*License, *refusal.Refusal, error)

	// Count counts a signed call of a client, before anything is locked, and
	// refuses one that was sent before; nil where there is nothing to count by.
	Count(t tx.Tx, l *License, clientID string, proof Proof) (*refusal.Refusal, error)

	// Begin is told that the licence is used, before its counter is locked. It may
	// lock the licence, and reckons the end of l anew.
	Begin(t tx.Tx, l *License) error

	// Admit judges the client by the licence, its activation and its proof; nil
	// admits it. closing asks only whether the caller is the client.
	Admit(t tx.Tx, l *License, clientID string, proof Proof, closing bool) (*refusal.Refusal, error)

	// KnowsUser reports whether a user may use the licence.
	KnowsUser(t tx.Tx, v ident.VendorID, l *License, user string) (bool, error)
}

// Store is the sessions' part of the database. All methods reach one vendor's
// rows only. "Not found" is a nil pointer, never an error.
type Store interface { //nolint:interfacebloat // all that one room stores
	// LockCounter gives a licence's counter and locks it, making it if need be.
	// Licences are locked before it, nothing is after it.
	LockCounter(t tx.Tx, v ident.VendorID, l ident.LicenseID) (Counter, error)
	// LockFor does so for a call, and gives the session of its key whose end nobody
	// has written down, as it is under the lock; nil for none.
	LockFor(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID, sessionID string) (Counter, *Session, error)

	SaveCounter(t tx.Tx, v ident.VendorID, c Counter) error

	// Lapsed counts the licence's sessions that have lapsed at now and whose end nobody
	// has written down; it counts no further than limit.
	Lapsed(t tx.Tx, v ident.VendorID, l ident.LicenseID, now time.Time, limit int64) (int64, error)

	// Settle looks at sessions of the licence that may have lapsed at now, at most limit:
	// it ends those that have, each at the instant it lapsed. It tells how many, and
	// before when none of the others lapses (zero: none is open).
	Settle(t tx.Tx, v ident.VendorID, l ident.LicenseID, now time.Time, limit int) (ended int64, next time.Time, err error)

	ByUUID(t tx.Tx, v ident.VendorID, id ident.UUID) (*Session, error)

	// CountOfClient counts a client's sessions that are open at this instant.
	CountOfClient(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID string) (int64, error)

	// UserElsewhere reports whether a user has a session on another client.
	UserElsewhere(t tx.Tx, v ident.VendorID, l ident.LicenseID, userID, clientID string) (bool, error)

	// Insert adds a session; its ID is not told.
	Insert(t tx.Tx, v ident.VendorID, s *Session) error
	Renew(t tx.Tx, v ident.VendorID, s *Session) error
	End(t tx.Tx, v ident.VendorID, s *Session) error

	// EndOfClient ends the sessions of a client, those that have lapsed at the instant
	// they did, and tells how many.
	EndOfClient(t tx.Tx, v ident.VendorID, l ident.LicenseID, clientID string, reason Reason, at time.Time) (int64, error)

	// Forget removes a session that has ended.
	Forget(t tx.Tx, v ident.VendorID, id int64) error

	// OpenIn tells how many sessions of each licence are open at this instant; none where it is missing.
	OpenIn(t tx.Tx, v ident.VendorID, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error)

	// CountDenial counts a refused open per licence, reason and hour, and gives
	// how many there were in this one.
	CountDenial(t tx.Tx, v ident.VendorID, l ident.LicenseID, reason int, at time.Time) (int64, error)

	// NoteRefused keeps a refused open among the last refusals of its licence.
	NoteRefused(t tx.Tx, v ident.VendorID, l ident.LicenseID, r Refused) error
}

// Refused is an open that was refused.
type Refused struct {
	At                time.Time
	Reason            int
	ClientID, Address string
}

// Due is a licence of which a session has lapsed.
type Due struct {
	Vendor  ident.VendorID
	License ident.LicenseID
}

// Reader reads committed data.
type Reader interface {
	// Due gives licences with lapsed sessions whose end nobody has written down.
	Due(ctx context.Context, now time.Time, limit int) ([]Due, error)

	// Old gives sessions that were opened before an instant, of the first limit
	// by id after one of them: fewer mean that there are no more.
	Old(ctx context.Context, before time.Time, after int64, limit int) ([]Old, error)
}
