package access

import (
	"context"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// maxPasskeys is how many passkeys a user may have.
const maxPasskeys = 20

// freshFor is how long after the sign-in a change that lets somebody in needs no
// password.
const freshFor = 10 * time.Minute

// Passkey is a key pair that one of the user's devices holds.
type Passkey struct {
	UUID       ident.UUID
	User       ident.UserID
	Credential []byte // what the authenticator calls it
	Name       string
	Record     []byte // the checker's own
	CreatedAt  time.Time
	UsedAt     *time.Time // the last sign-in; nil for never
	SuspectAt  *time.Time // when its counter went back: there may be a copy of it, and it signs nobody in
}

// Site is where the server is reached, as browsers bind passkeys to it.
type Site struct {
	ID     string // the host: example.com
	Origin string // https://example.com
	Name   string // the vendor, as the browser may show it
}

// PasskeyChecker talks with authenticators (the adapter signin).
type PasskeyChecker interface {
	// Make gives the options of a new passkey, and what must be known at its end.
	Make(s Site, p Person, have []Passkey) (options, state []byte, err error)

	// Made checks a new passkey and gives its credential and record.
	Made(s Site, p Person, state, answer []byte) (Passkey, error)

	// Ask gives the options of a sign-in: of anybody who is verified by the
	// authenticator, or with these keys of a user.
	Ask(s Site, p Person, keys []Passkey) (options, state []byte, err error)

	// Named gives the credential that an answer is said to be made with.
	Named(answer []byte) (credential []byte, err error)

	// Check checks an answer to Ask; suspect is true where the key's counter went back.
	Check(s Site, p Person, key Passkey, state, answer []byte) (after Passkey, suspect bool, err error)
}

// PasskeyStore keeps passkeys.
type PasskeyStore interface {
	// Passkeys lists a user's, oldest first.
	Passkeys(ctx context.Context, vendor ident.VendorID, user ident.UserID) ([]Passkey, error)

	// PasskeysOf is the same inside a transaction.
	PasskeysOf(t tx.Tx, vendor ident.VendorID, user ident.UserID) ([]Passkey, error)

	// Passkey reads the one with this credential; it changes below its user's lock.
	Passkey(t tx.Tx, vendor ident.VendorID, credential []byte) (k Passkey, found bool, err error)

	// InsertPasskey stores k; inserted is false when its credential is known.
	InsertPasskey(t tx.Tx, vendor ident.VendorID, k Passkey) (inserted bool, err error)

	// SetPasskey stores record, last use and suspicion.
	SetPasskey(t tx.Tx, vendor ident.VendorID, k Passkey) error

	// DeletePasskey removes one of a user's.
	DeletePasskey(t tx.Tx, vendor ident.VendorID, user ident.UserID, uuid ident.UUID) (removed bool, err error)
}

// Fresh reports whether a session began so short a time ago that who holds it has
// just proved who they are.
func (s Session) Fresh(now time.Time) bool { return now.Sub(s.CreatedAt) < freshFor }

func errPasskey() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "passkey_refused", Message: "This passkey is not known here, or its answer is not right.",
		Help: "Try again, or sign in another way.",
	}
}

func errSuspect() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "passkey_suspect",
		Message: "This passkey's counter went back, as if there were a copy of it, so it signs nobody in any more.",
		Help:    "Sign in another way, remove it in Account, and make a new one.",
	}
}
