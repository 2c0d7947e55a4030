package access

import (
	"context"
	"time"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
)

// People implements access.People.
type People struct{ DB *store.DB }

var _ access.People = People{}

//nolint:gochecknoglobals // a text, made once
var selectPerson = `SELECT ` + identitystore.UserColumns + ` FROM users u` + identitystore.JoinRole + ` WHERE u.vendor_id = $1 AND `

// personOf makes a person of a user's row.
func personOf(row *identitystore.UserRow) access.Person {
	u, _ := row.User()
	return access.Person{
		ID: u.ID, UUID: u.UUID, Email: u.Email, Name: u.Name, IsStaff: u.IsStaff(), IsOwner: u.IsOwner(), HasPassword: u.HasPassword,
		HasTOTP: u.HasTOTP, HasPasskey: u.HasPasskey, DisabledAt: u.DisabledAt, SignedInAt: u.SignedInAt, Handle: u,
	}
}

func person(t tx.Tx, where, end string, args ...any) (p access.Person, hash string, found bool, err error) {
	var row identitystore.UserRow
	if found, err = store.On(t).QueryRow(selectPerson+where+end, args, store.Dest(&row)...); err != nil || !found {
		return access.Person{}, "", false, err
	}
	_, hash = row.User()
	return personOf(&row), hash, true, nil
}

// Get implements access.People.
func (People) Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (access.Person, string, bool, error) {
	return person(t, `u.uuid = $2`, store.On(t).Dialect.ForUpdateOf("u"), vendor, uuid)
}

// GetByEmail implements access.People.
func (People) GetByEmail(t tx.Tx, vendor ident.VendorID, email string) (access.Person, string, bool, error) {
	return person(t, identitystore.ByEmail, store.On(t).Dialect.ForUpdateOf("u"), identitystore.EmailArgs(vendor, email)...)
}

// GetByID implements access.People.
func (People) GetByID(t tx.Tx, vendor ident.VendorID, id ident.UserID) (p access.Person, found bool, err error) {
	p, _, found, err = person(t, `u.id = $2`, "", vendor, id)
	return p, found, err
}

// SetPassword implements access.People.
func (People) SetPassword(t tx.Tx, vendor ident.VendorID, id ident.UserID, hash string) error {
	s := store.On(t)
	if _, err := s.Exec(`UPDATE users SET password_hash = $1 WHERE vendor_id = $2 AND id = $3`, hash, vendor, id); err != nil {
		return err
	}
	return endWays(s, vendor, id)
}

// SetEmail implements access.People.
func (People) SetEmail(t tx.Tx, vendor ident.VendorID, id ident.UserID, email string) error {
	s := store.On(t)
	if _, err := s.Exec(`UPDATE users SET email = $1 WHERE vendor_id = $2 AND id = $3`, email, vendor, id); err != nil {
		return err
	}
	return endWays(s, vendor, id)
}

// LockAddresses implements access.People.
func (People) LockAddresses(t tx.Tx, vendor ident.VendorID) error {
	return identitystore.Users{}.LockTeam(t, vendor)
}

// endWays ends what leads around a password or an address: links that were sent, and
// half-done sign-ins.
func endWays(s *store.Tx, vendor ident.VendorID, id ident.UserID) error {
	if _, err := s.Exec(`DELETE FROM user_links WHERE vendor_id = $1 AND user_id = $2`, vendor, id); err != nil {
		return err
	}
	if _, err := s.Exec(`DELETE FROM sign_in_ceremonies WHERE vendor_id = $1 AND user_id = $2`, vendor, id); err != nil {
		return err
	}
	_, err := s.Exec(`DELETE FROM sign_in_steps WHERE vendor_id = $1 AND user_id = $2`, vendor, id)
	return err
}

// Rehash implements access.People.
func (People) Rehash(t tx.Tx, vendor ident.VendorID, id ident.UserID, hash string) error {
	_, err := store.On(t).Exec(`UPDATE users SET password_hash = $1 WHERE vendor_id = $2 AND id = $3`, hash, vendor, id)
	return err
}

// SignedIn implements access.People.
func (People) SignedIn(t tx.Tx, vendor ident.VendorID, id ident.UserID, at time.Time) error {
	_, err := store.On(t).Exec(`UPDATE users SET signed_in_at = $1 WHERE vendor_id = $2 AND id = $3`, at.UnixMilli(), vendor, id)
	return err
}

// PasswordOf implements access.Credentials.
func (s People) PasswordOf(ctx context.Context, vendor ident.VendorID, email string) (hash string, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT u.password_hash FROM users u WHERE u.vendor_id = $1 AND `+identitystore.ByEmail+` AND u.disabled_at IS NULL`,
		identitystore.EmailArgs(vendor, email), &hash)
	return hash, err
}

// LicenseePasswordOf implements access.Credentials.
func (s People) LicenseePasswordOf(ctx context.Context, vendor ident.VendorID, email string) (hash string, err error) {
	_, err = s.DB.QueryRow(ctx, `SELECT u.password_hash FROM users u
		WHERE u.vendor_id = $1 AND `+identitystore.ByEmail+` AND u.disabled_at IS NULL AND u.role = ''
		AND NOT EXISTS (SELECT 1 FROM totp_secrets f WHERE f.vendor_id = u.vendor_id AND f.user_id = u.id AND f.confirmed_at IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.vendor_id = u.vendor_id AND k.user_id = u.id)`,
		identitystore.EmailArgs(vendor, email), &hash)
	return hash, err
}
