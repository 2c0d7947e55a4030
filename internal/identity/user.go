package identity

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// User is a person who can sign in at one vendor: one of the vendor's staff, or
// a licensee, who has no role.
type User struct {
	ID          ident.UserID
	UUID        ident.UUID
	Email       string // lower-case, unique per vendor
	Name        string
	Language    string // that the user has chosen; "" for none
	Role        Role
	HasPassword bool // false for who is invited and has not come yet
	CreatedAt   time.Time
	DisabledAt  *time.Time // nil while they may sign in
	SignedInAt  *time.Time // the last time; nil for never
	HasTOTP     bool       // an authenticator app is set up
	HasPasskey  bool
}

// SecondFactor reports whether a password alone does not sign the user in.
func (u User) SecondFactor() bool { return u.HasTOTP || u.HasPasskey }

// IsStaff reports whether the user has a role.
func (u User) IsStaff() bool { return u.Role.Key != "" }

// IsOwner reports whether the user is an owner of the vendor.
func (u User) IsOwner() bool { return u.Role.Key == Owner }

// Permissions is what the user may do once signed in.
func (u User) Permissions() []Permission {
	return append([]Permission{OwnAccount}, u.Role.Permissions...)
}

// UserStore keeps users.
type UserStore interface {
	// LockTeam makes other changes of the vendor's users and roles wait until
	// the transaction ends. It comes before any other lock on users.
	LockTeam(t tx.Tx, vendor ident.VendorID) error

	// Insert stores u with the hash of its password ("" for none). inserted is
	// false, and nothing changed, when the vendor has a user with this e-mail.
	Insert(t tx.Tx, vendor ident.VendorID, u User, hash string) (id ident.UserID, inserted bool, err error)

	// Get and GetByEmail lock the user until the transaction ends.
	Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (u User, found bool, err error)
	GetByEmail(t tx.Tx, vendor ident.VendorID, email string) (u User, found bool, err error)

	// Update stores name, role and when the user was disabled.
	Update(t tx.Tx, vendor ident.VendorID, u User) error

	// Delete removes the user with all that is theirs.
	Delete(t tx.Tx, vendor ident.VendorID, id ident.UserID) error

	// EndTokens removes all of a user's access tokens.
	EndTokens(t tx.Tx, vendor ident.VendorID, user ident.UserID) error

	// Owners counts the owners who are not disabled.
	Owners(t tx.Tx, vendor ident.VendorID) (int, error)

	// Role gives one of the vendor's own roles.
	Role(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (r Role, found bool, err error)
}

// readEmail reads the address that a user is known by.
func readEmail(wrong *fault.Fields, field, text string) string {
	email := entry.Email(wrong, field, text, "")
	wrong.Check(email != "", field, "must be one e-mail address such as anna@example.com")
	return email
}

// asUser is the kind of principal, and the audit log's subject.
const asUser = "user"

type userRecord struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Disabled bool   `json:"disabled"`
	Language string `json:"language,omitempty"`
}

func recordOf(u User) userRecord {
	role := u.Role.Key
	if !u.Role.BuiltIn() {
		role = u.Role.Name
	}
	return userRecord{u.Email, u.Name, role, u.DisabledAt != nil, u.Language}
}

// journalUser records a change; before or after is nil for a user who begins or ends.
func journalUser(t tx.Tx, vendor ident.VendorID, action string, before, after *User) {
	e := tx.Entry{Vendor: vendor, Action: action, Subject: asUser}
	if before != nil {
		e.ID, e.Before = before.UUID, recordOf(*before)
	}
	if after != nil {
		e.ID, e.After = after.UUID, recordOf(*after)
	}
	t.Journal(e)
}
