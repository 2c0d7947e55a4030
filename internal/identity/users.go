package identity

import (
	"context"
	"encoding/base64"
	"errors"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/language"
	"chancery/internal/tx"
)

// Proofs is what changes of users need of how users prove who they are (the room access).
type Proofs interface {
	// Hash returns the form in which a password is stored. It takes 25 ms.
	Hash(ctx context.Context, password string) (string, error)

	// SetPassword stores the hash of a new password, and ends what leads around the
	// old one.
	SetPassword(t tx.Tx, vendor ident.VendorID, user ident.UserID, hash string) error

	// ClearFactors removes authenticator app, passkeys and recovery codes.
	ClearFactors(t tx.Tx, vendor ident.VendorID, user ident.UserID) error

	// EndSessions ends all of a user's sessions.
	EndSessions(t tx.Tx, vendor ident.VendorID, user ident.UserID) error
}

// UsersConfig is what the service needs.
type UsersConfig struct {
	Store  UserStore
	Proofs Proofs
	IDs    ident.Source
}

// Users changes the vendor's users. Nobody can give, take or reach through what
// they do not hold themselves: who changes a user must have every permission
// that the user has, before and after. The last owner stays.
type Users struct{ c UsersConfig }

// NewUsers makes the service.
func NewUsers(c UsersConfig) (*Users, error) {
	if c.Store == nil || c.Proofs == nil || c.IDs.Rand == nil {
		return nil, errors.New("identity: Users needs a store, proofs and ids")
	}
	return &Users{c}, nil
}

// Secret is a password that the server has made up, to be shown once. Hashing
// takes 25 ms, so it is made before the transaction.
type Secret struct {
	Password string
	hash     string
}

// NewSecret makes a random password.
func (u *Users) NewSecret(ctx context.Context) (Secret, error) {
	s := Secret{Password: base64.RawURLEncoding.EncodeToString(u.c.IDs.Secret(15))}
	var err error
	s.hash, err = u.c.Proofs.Hash(ctx, s.Password)
	return s, err
}

// NewUser is a request for a user.
type NewUser struct {
	Email string
	Name  string // the address when empty
	Role  string // key of a role; "" for a licensee
	// Secret is nil for a user who is invited and chooses a password then.
	Secret *Secret
}

// Create makes a user.
func (u *Users) Create(t tx.Tx, by Principal, n NewUser) (User, error) {
	var wrong fault.Fields
	user := User{UUID: u.c.IDs.V7(), Email: readEmail(&wrong, "email", n.Email), Name: n.Name, CreatedAt: t.Now()}
	if user.Name == "" {
		user.Name = user.Email
	}
	user.Name = entry.Name(&wrong, "name", user.Name, "", 1, 254)
	if err := wrong.Err(); err != nil {
		return User{}, err
	}
	if err := u.c.Store.LockTeam(t, by.Vendor); err != nil {
		return User{}, err
	}
	if err := u.give(t, by, &user, n.Role); err != nil {
		return User{}, err
	}
	hash := ""
	if n.Secret != nil {
		if n.Secret.hash == "" {
			return User{}, errors.New("identity: a secret that NewSecret has not made")
		}
		hash, user.HasPassword = n.Secret.hash, true
	}
	id, inserted, err := u.c.Store.Insert(t, by.Vendor, user, hash)
	if err != nil {
		return User{}, err
	}
	if !inserted {
		return User{}, fault.Refused("user_exists", "This vendor has a user with this e-mail address.", "Use another address, or change that user.")
	}
	user.ID = id
	journalUser(t, by.Vendor, "user.created", nil, &user)
	return user, nil
}

// EnsureLicensee makes a licensee with this address, unless the vendor has a user with
// it. Of two at once the second finds whom the first has made.
func (u *Users) EnsureLicensee(t tx.Tx, vendor ident.VendorID, email string) error {
	_, err := u.Ensure(t, vendor, email, "")
	return err
}

// Ensure is EnsureLicensee, and returns the user; name is that of one who is made.
func (u *Users) Ensure(t tx.Tx, vendor ident.VendorID, email, name string) (User, error) {
	var wrong fault.Fields
	email = readEmail(&wrong, "email", email)
	if err := wrong.Err(); err != nil {
		return User{}, err
	}
	if err := u.c.Store.LockTeam(t, vendor); err != nil {
		return User{}, err
	}
	user, found, err := u.c.Store.GetByEmail(t, vendor, email)
	if err != nil || found {
		return user, err
	}
	return u.Create(t, Operator(vendor), NewUser{Email: email, Name: name})
}

// Rename changes a user's name.
func (u *Users) Rename(t tx.Tx, by Principal, uuid ident.UUID, name string) (User, error) {
	var wrong fault.Fields
	name = entry.Name(&wrong, "name", name, "", 1, 254)
	if err := wrong.Err(); err != nil {
		return User{}, err
	}
	return u.change(t, by, uuid, "user.renamed", func(after *User) error {
		after.Name = name
		return nil
	})
}

// SetRole gives a user another role, at once in every session; "" makes a
// licensee of a member of staff.
func (u *Users) SetRole(t tx.Tx, by Principal, uuid ident.UUID, role string) (User, error) {
	return u.change(t, by, uuid, "user.role_changed", func(after *User) error { return u.give(t, by, after, role) })
}

// RenameSelf changes one's own name, which takes no permission over others.
func (u *Users) RenameSelf(t tx.Tx, by Principal, name string) (User, error) {
	by.Permissions = AllPermissions() // of oneself one may change what is one's own
	return u.Rename(t, by, by.ID, name)
}

// SpeakSelf changes the language in which one is spoken to; "" takes the choice back.
func (u *Users) SpeakSelf(t tx.Tx, by Principal, code string) (User, error) {
	var wrong fault.Fields
	wrong.Check(language.Known(code), "language", language.MustBeKnown())
	if err := wrong.Err(); err != nil {
		return User{}, err
	}
	by.Permissions = AllPermissions()
	return u.change(t, by, by.ID, "user.language_changed", func(after *User) error {
		after.Language = code
		return nil
	})
}

// Disable keeps a user from signing in, and ends all sessions and access tokens.
func (u *Users) Disable(t tx.Tx, by Principal, uuid ident.UUID) (User, error) {
	after, err := u.change(t, by, uuid, "user.disabled", func(after *User) error {
		if after.DisabledAt == nil {
			now := t.Now()
			after.DisabledAt = &now
		}
		return nil
	})
	if err != nil {
		return User{}, err
	}
	if err := u.c.Proofs.EndSessions(t, by.Vendor, after.ID); err != nil {
		return User{}, err
	}
	return after, u.c.Store.EndTokens(t, by.Vendor, after.ID)
}

// Enable lets a disabled user sign in again.
func (u *Users) Enable(t tx.Tx, by Principal, uuid ident.UUID) (User, error) {
	return u.change(t, by, uuid, "user.enabled", func(after *User) error {
		after.DisabledAt = nil
		return nil
	})
}

// Remove deletes a user with sessions and whatever else is theirs. What they
// have done stays in the audit log under their id.
func (u *Users) Remove(t tx.Tx, by Principal, uuid ident.UUID) error {
	before, err := u.Reach(t, by, uuid)
	if err != nil {
		return err
	}
	if err := u.c.Store.Delete(t, by.Vendor, before.ID); err != nil {
		return err
	}
	if err := u.keepAnOwner(t, by.Vendor, before); err != nil {
		return err
	}
	journalUser(t, by.Vendor, "user.removed", &before, nil)
	return nil
}

// ResetPassword replaces a user's password by one that was made up, and ends all
// sessions.
func (u *Users) ResetPassword(t tx.Tx, by Principal, uuid ident.UUID, s Secret) (User, error) {
	if s.hash == "" {
		return User{}, errors.New("identity: a secret that NewSecret has not made")
	}
	user, err := u.Reach(t, by, uuid)
	if err != nil {
		return User{}, err
	}
	user.HasPassword = true
	if err := u.c.Proofs.SetPassword(t, by.Vendor, user.ID, s.hash); err != nil {
		return User{}, err
	}
	journalUser(t, by.Vendor, "user.password_reset", nil, &user)
	return user, u.c.Proofs.EndSessions(t, by.Vendor, user.ID)
}

// ClearSecondFactor removes the second factors of somebody who has lost them, and ends
// all sessions.
func (u *Users) ClearSecondFactor(t tx.Tx, by Principal, uuid ident.UUID) (User, error) {
	user, err := u.Reach(t, by, uuid)
	if err != nil {
		return User{}, err
	}
	if err := u.c.Proofs.ClearFactors(t, by.Vendor, user.ID); err != nil {
		return User{}, err
	}
	t.Journal(tx.Entry{Vendor: by.Vendor, Action: "user.second_factor_cleared", Subject: asUser, ID: user.UUID})
	user.HasTOTP, user.HasPasskey = false, false
	return user, u.c.Proofs.EndSessions(t, by.Vendor, user.ID)
}

// change loads a user whom by may reach, changes a copy, and stores it.
func (u *Users) change(t tx.Tx, by Principal, uuid ident.UUID, action string, fn func(after *User) error) (User, error) {
	before, err := u.Reach(t, by, uuid)
	if err != nil {
		return User{}, err
	}
	after := before
	if err := fn(&after); err != nil {
		return User{}, err
	}
	if recordOf(after) == recordOf(before) && after.Role.Key == before.Role.Key {
		return before, nil
	}
	if err := u.c.Store.Update(t, by.Vendor, after); err != nil {
		return User{}, err
	}
	if err := u.keepAnOwner(t, by.Vendor, before); err != nil {
		return User{}, err
	}
	journalUser(t, by.Vendor, action, &before, &after)
	return after, nil
}

// Reach locks a user, and refuses when the user may do what by may not.
func (u *Users) Reach(t tx.Tx, by Principal, uuid ident.UUID) (User, error) {
	if err := u.c.Store.LockTeam(t, by.Vendor); err != nil {
		return User{}, err
	}
	user, found, err := u.c.Store.Get(t, by.Vendor, uuid)
	if err == nil && !found {
		err = fault.Missing("user")
	}
	if err == nil {
		err = by.Reach(user)
	}
	return user, err
}

// give sets a user's role to one that is within what by holds.
func (u *Users) give(t tx.Tx, by Principal, user *User, key string) error {
	if key == "" {
		user.Role = Role{}
		return nil
	}
	role, known := BuiltInRole(key)
	if id, err := ident.ParseUUID(key); !known && err == nil {
		if role, known, err = u.c.Store.Role(t, by.Vendor, id); err != nil {
			return err
		}
	}
	if !known {
		return fault.Wrong(fault.Field{Name: "role", Message: "must be a role of this team"})
	}
	if !by.MayAll(role.Permissions) {
		return errBeyond("role")
	}
	user.Role = role
	return nil
}

// keepAnOwner refuses, after the change, when nobody could make an owner any more.
func (u *Users) keepAnOwner(t tx.Tx, vendor ident.VendorID, before User) error {
	if !before.IsOwner() || before.DisabledAt != nil {
		return nil
	}
	n, err := u.c.Store.Owners(t, vendor)
	if err == nil && n == 0 {
		err = fault.Refused("last_owner", "This is the vendor's last owner.", "Make somebody else an owner first.")
	}
	return err
}
