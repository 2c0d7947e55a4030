package identity

import (
	"context"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Users implements identity.UserStore, and reads users.
type Users struct{ DB *store.DB }

var _ identity.UserStore = Users{}

// ownRole is what users.role holds for one of the vendor's own roles.
const ownRole = "custom"

// What is made of the columns of a user.
//
//nolint:gochecknoglobals // texts, made once
var (
	selectUser = `SELECT ` + UserColumns + ` FROM users u` + JoinRole + ` WHERE u.vendor_id =`
	insertUser = store.InsertInto("users", &UserRow{})
	updateUser = store.Update("users", &UserRow{}, `vendor_id = ? AND id = ?`)
)

// ByEmail is the condition for the user u with an address, by EmailArgs of the vendor and
// the address. One who was stored with the domain's ASCII form is found by it.
const ByEmail = `u.email = COALESCE((SELECT e.email FROM users e WHERE e.vendor_id = $1 AND e.email = $2), $3)`

// EmailArgs are the arguments of ByEmail.
func EmailArgs(vendor ident.VendorID, email string) []any {
	kept, wire := entry.Forms(email)
	return []any{vendor, kept, wire}
}

// LockTeam implements identity.UserStore and identity.RoleStore.
func (Users) LockTeam(t tx.Tx, vendor ident.VendorID) error { return lockTeam(t, vendor) }

func lockTeam(t tx.Tx, vendor ident.VendorID) error {
	s := store.On(t)
	var id int64
	_, err := s.QueryRow(`SELECT id FROM vendors WHERE id = $1`+s.Dialect.ForUpdate(), []any{vendor}, &id)
	return err
}

// Insert implements identity.UserStore.
func (Users) Insert(t tx.Tx, vendor ident.VendorID, u identity.User, hash string) (ident.UserID, bool, error) {
	var id ident.UserID
	if _, found, err := (Users{}).GetByEmail(t, vendor, u.Email); err != nil || found {
		return 0, false, err
	}
	inserted, err := store.On(t).QueryRow(insertUser.Text+` ON CONFLICT DO NOTHING RETURNING id`, insertUser.Values(vendor, userRowOf(u, hash)), &id)
	return id, inserted, err
}

// Get implements identity.UserStore.
func (Users) Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (identity.User, bool, error) {
	return locked(t, ` $1 AND u.uuid = $2`, vendor, uuid)
}

// GetByEmail implements identity.UserStore.
func (Users) GetByEmail(t tx.Tx, vendor ident.VendorID, email string) (identity.User, bool, error) {
	return locked(t, ` $1 AND `+ByEmail, EmailArgs(vendor, email)...)
}

func locked(t tx.Tx, where string, args ...any) (u identity.User, found bool, err error) {
	s := store.On(t)
	u, _, found, err = ScanUser(func(dest ...any) (bool, error) {
		return s.QueryRow(selectUser+where+s.Dialect.ForUpdateOf("u"), args, dest...)
	})
	return u, found, err
}

// Update implements identity.UserStore.
func (Users) Update(t tx.Tx, vendor ident.VendorID, u identity.User) error {
	_, err := store.On(t).Exec(updateUser, store.SavedValues(userRowOf(u, ""), vendor, u.ID)...)
	return err
}

// Delete implements identity.UserStore; what refers to the user goes with it.
func (Users) Delete(t tx.Tx, vendor ident.VendorID, id ident.UserID) error {
	_, err := store.On(t).Exec(`DELETE FROM users WHERE vendor_id = $1 AND id = $2`, vendor, id)
	return err
}

// Owners implements identity.UserStore.
func (Users) Owners(t tx.Tx, vendor ident.VendorID) (n int, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM users WHERE vendor_id = $1 AND role = $2 AND disabled_at IS NULL`,
		[]any{vendor, identity.Owner}, &n)
	return n, err
}

// Role implements identity.UserStore.
func (Users) Role(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (identity.Role, bool, error) {
	return Roles{}.Get(t, vendor, uuid)
}

// ByUUID reads one user. Missing is user_not_found.
func (s Users) ByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (identity.User, error) {
	return s.one(ctx, ` $1 AND u.uuid = $2`, vendor, uuid)
}

// ByEmail reads one user. Missing is user_not_found.
func (s Users) ByEmail(ctx context.Context, vendor ident.VendorID, email string) (identity.User, error) {
	return s.one(ctx, ` $1 AND `+ByEmail, EmailArgs(vendor, email)...)
}

func (s Users) one(ctx context.Context, where string, args ...any) (identity.User, error) {
	u, _, found, err := ScanUser(func(dest ...any) (bool, error) { return s.DB.QueryRow(ctx, selectUser+where, args, dest...) })
	if err == nil && !found {
		err = fault.Missing("user")
	}
	return u, err
}

// ByEmailPrefix gives users whose address begins with a text, by address, at most limit.
func (s Users) ByEmailPrefix(ctx context.Context, vendor ident.VendorID, prefix string, limit int) ([]identity.User, error) {
	sqltext, args := store.Select(selectUser, vendor).Prefix("u.email", entry.AddressPrefix(prefix)).
		Page(listing.Request{Limit: limit - 1}, store.Column{Name: "u.email"}, "u.id")
	return store.All[identity.User](s.DB.Query(ctx, sqltext, args...))(func(row store.Scan) (identity.User, error) {
		u, _, _, err := ScanUser(func(dest ...any) (bool, error) { return true, row(dest...) })
		return u, err
	})
}

// UserSorts are what the lists of users offer: by age.
func UserSorts() []string { return []string{"created_at"} }

// Staff lists the vendor's staff, disabled ones too.
func (s Users) Staff(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[identity.User], error) {
	return s.list(ctx, r, store.Select(selectUser, vendor).And("u.role <> ''"))
}

// Licensees lists the users who are not staff.
func (s Users) Licensees(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[identity.User], error) {
	return s.list(ctx, r, store.Select(selectUser, vendor).And("u.role = ''"))
}

func (s Users) list(ctx context.Context, r listing.Request, q *store.Selection) (listing.Page[identity.User], error) {
	sqltext, args := q.Page(r, store.Column{Name: "u.id"}, "u.id")
	items, err := store.All[identity.User](s.DB.Query(ctx, sqltext, args...))(func(row store.Scan) (identity.User, error) {
		u, _, _, err := ScanUser(func(dest ...any) (bool, error) { return true, row(dest...) })
		return u, err
	})
	return listing.Cut(r, items, func(u identity.User) listing.Mark { return r.Mark(int64(u.ID)) }), err
}
