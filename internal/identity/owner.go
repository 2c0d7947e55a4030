package identity

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// NewOwner is an owner who is not stored yet.
type NewOwner struct {
	Secret // shown once

	Email string
}

// PrepareOwner makes an owner with a random password, before the transaction
// that makes the vendor.
func (u *Users) PrepareOwner(ctx context.Context, email string) (NewOwner, error) {
	var wrong fault.Fields
	o := NewOwner{Email: readEmail(&wrong, "owner", email)}
	if err := wrong.Err(); err != nil {
		return NewOwner{}, err
	}
	var err error
	o.Secret, err = u.NewSecret(ctx)
	return o, err
}

// CreateOwner stores an owner.
func (u *Users) CreateOwner(t tx.Tx, vendor ident.VendorID, o NewOwner) (User, error) {
	return u.Create(t, Operator(vendor), NewUser{Email: o.Email, Role: Owner, Secret: &o.Secret})
}
