package identity

import (
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Users implements identity.UserStore.
type Users struct{}

var _ identity.UserStore = Users{}

// Insert implements identity.UserStore.
func (Users) Insert(t tx.Tx, vendor ident.VendorID, u identity.User, hash string) (ident.UserID, bool, error) {
	var id ident.UserID
	inserted, err := store.On(t).QueryRow(`INSERT INTO users (vendor_id, uuid, email, name, role, password_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
		[]any{vendor, u.UUID, u.Email, u.Name, string(u.Role), hash, u.CreatedAt.UnixMilli()}, &id)
	return id, inserted, err
}
