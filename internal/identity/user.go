package identity

import (
	"context"
	"encoding/base64"
	"errors"
	"net/mail"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// User is a person of the vendor's staff.
type User struct {
	ID        ident.UserID
	UUID      ident.UUID
	Email     string // lower-case, unique per vendor
	Name      string
	Role      Role
	CreatedAt time.Time
}

// UserStore keeps users.
type UserStore interface {
	// Insert stores u with the hash of its password. inserted is false, and
	// nothing changed, when the vendor has a user with this e-mail.
	Insert(t tx.Tx, vendor ident.VendorID, u User, hash string) (id ident.UserID, inserted bool, err error)
}

// Users creates the vendor's staff.
type Users struct {
	store     UserStore
	passwords *Passwords
	ids       ident.Source
}

// NewUsers makes the service.
func NewUsers(s UserStore, p *Passwords, ids ident.Source) (*Users, error) {
	if s == nil || p == nil || ids.Rand == nil {
		return nil, errors.New("identity: Users needs a store, passwords and ids")
	}
	return &Users{store: s, passwords: p, ids: ids}, nil
}

// NewOwner is an owner who is not stored yet.
type NewOwner struct {
	Email    string
	Password string // random, shown once
	hash     string
}

// PrepareOwner makes an owner with a random password. Hashing takes 25 ms, so it
// happens before the transaction.
func (u *Users) PrepareOwner(ctx context.Context, email string) (NewOwner, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	var wrong fault.Fields
	wrong.Check(goodEmail(email), "owner", "must be one e-mail address such as anna@example.com")
	if err := wrong.Err(); err != nil {
		return NewOwner{}, err
	}
	o := NewOwner{Email: email, Password: base64.RawURLEncoding.EncodeToString(u.ids.Secret(15))}
	var err error
	o.hash, err = u.passwords.Hash(ctx, o.Password)
	return o, err
}

// CreateOwner stores an owner.
func (u *Users) CreateOwner(t tx.Tx, vendor ident.VendorID, o NewOwner) (User, error) {
	if o.hash == "" {
		return User{}, errors.New("identity: an owner without a password")
	}
	user := User{UUID: u.ids.V7(), Email: o.Email, Name: o.Email, Role: Owner, CreatedAt: t.Now()}
	id, inserted, err := u.store.Insert(t, vendor, user, o.hash)
	if err != nil {
		return User{}, err
	}
	if !inserted {
		return User{}, fault.Refused("user_exists", "This vendor has a user with this e-mail address.", "Use another address.")
	}
	user.ID = id
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "user.created", Subject: "user", ID: user.UUID,
		After: map[string]string{"email": user.Email, "role": string(user.Role)},
	})
	return user, nil
}

func goodEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}
