package access

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Person is who proves who they are: what proving needs to know of a user.
type Person struct {
	ID          ident.UserID
	UUID        ident.UUID
	Email       string // lower-case, unique per vendor
	Name        string
	IsStaff     bool // of the vendor; others are licensees
	IsOwner     bool // of the vendor, whom no setting may lock out
	HasPassword bool // false for who is invited and has not come yet
	HasTOTP     bool // an authenticator app is set up
	HasPasskey  bool
	DisabledAt  *time.Time // nil while they may sign in
	SignedInAt  *time.Time // the last time; nil for never

	// Handle is the user as the room of users knows them. It is handed on with the
	// person, and nothing here looks into it.
	Handle any
}

// SecondFactor reports whether a password alone does not sign the person in.
func (p Person) SecondFactor() bool { return p.HasTOTP || p.HasPasskey }

// actor is the person as who acts: for whoever proves to be them without being signed in.
func (p Person) actor() tx.Actor {
	return tx.Actor{Kind: asUser, ID: p.UUID.String(), Name: p.Email}
}

// asUser is the kind of actor, and the audit log's subject.
const asUser = "user"

// secretBytes is how random a token is.
const secretBytes = 32

// People finds a vendor's users, and keeps their passwords.
type People interface {
	Credentials

	// Get and GetByEmail lock the person until the transaction ends; hash is that
	// of the password, "" for none.
	Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (p Person, hash string, found bool, err error)
	GetByEmail(t tx.Tx, vendor ident.VendorID, email string) (p Person, hash string, found bool, err error)

	// GetByID reads a person inside the transaction.
	GetByID(t tx.Tx, vendor ident.VendorID, id ident.UserID) (p Person, found bool, err error)

	// SetPassword stores the hash of a new password, and ends what leads around
	// the old one: links that were sent to the person, and half-done sign-ins.
	SetPassword(t tx.Tx, vendor ident.VendorID, id ident.UserID, hash string) error

	// SetEmail stores a new address, and ends what leads around it as SetPassword does.
	SetEmail(t tx.Tx, vendor ident.VendorID, id ident.UserID, email string) error

	// LockAddresses makes other changes of who has which address wait until the
	// transaction ends. It comes before any other lock on people.
	LockAddresses(t tx.Tx, vendor ident.VendorID) error

	// Rehash stores another hash of the same password.
	Rehash(t tx.Tx, vendor ident.VendorID, id ident.UserID, hash string) error

	// SignedIn stores when the person has signed in.
	SignedIn(t tx.Tx, vendor ident.VendorID, id ident.UserID, at time.Time) error
}

// Credentials finds what a sign-in is checked against.
type Credentials interface {
	// PasswordOf gives the hash of a user's password; "" for an unknown user, a
	// disabled one, and one without a password.
	PasswordOf(ctx context.Context, vendor ident.VendorID, email string) (hash string, err error)

	// LicenseePasswordOf is the same for a licensee without a second factor; "" for staff.
	LicenseePasswordOf(ctx context.Context, vendor ident.VendorID, email string) (hash string, err error)
}
