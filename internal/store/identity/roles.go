package identity

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Roles implements identity.RoleStore, and reads the vendor's own roles.
type Roles struct{ DB *store.DB }

var _ identity.RoleStore = Roles{}

const selectRole = `SELECT id, uuid, name, description, permissions, created_at, updated_at FROM roles WHERE vendor_id = $1`

// LockTeam implements identity.RoleStore.
func (Roles) LockTeam(t tx.Tx, vendor ident.VendorID) error { return lockTeam(t, vendor) }

// Insert implements identity.RoleStore.
func (Roles) Insert(t tx.Tx, vendor ident.VendorID, r identity.Role) (id ident.RoleID, inserted bool, err error) {
	if taken, err := nameTaken(t, vendor, r); err != nil || taken {
		return 0, false, err
	}
	inserted, err = store.On(t).QueryRow(`INSERT INTO roles (vendor_id, uuid, name, description, permissions, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
		[]any{vendor, r.UUID, r.Name, r.Description, joinPermissions(r.Permissions), r.CreatedAt.UnixMilli(), r.UpdatedAt.UnixMilli()}, &id)
	return id, inserted, err
}

// nameTaken reports whether another role has a name that folds to the same. The roles
// of a vendor are few, and the team is locked.
func nameTaken(t tx.Tx, vendor ident.VendorID, r identity.Role) (taken bool, err error) {
	all, err := store.All[identity.Role](store.On(t).Query(selectRole, vendor))(func(row store.Scan) (identity.Role, error) {
		r, _, err := scanRole(func(dest ...any) (bool, error) { return true, row(dest...) })
		return r, err
	})
	for _, other := range all {
		switch {
		case other.ID == r.ID && listing.Fold(other.Name) == listing.Fold(r.Name) && other.ID != 0:
			return false, err // it stays as it was, whatever is like it
		case other.ID != r.ID && listing.Fold(other.Name) == listing.Fold(r.Name):
			taken = true
		}
	}
	return taken, err
}

// Get implements identity.RoleStore.
func (Roles) Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (identity.Role, bool, error) {
	s := store.On(t)
	return scanRole(func(dest ...any) (bool, error) {
		return s.QueryRow(selectRole+` AND uuid = $2`+s.Dialect.ForUpdate(), []any{vendor, uuid}, dest...)
	})
}

// Update implements identity.RoleStore. The team is locked, so nobody takes the
// name between the look and the change.
func (Roles) Update(t tx.Tx, vendor ident.VendorID, r identity.Role) (updated bool, err error) {
	if taken, err := nameTaken(t, vendor, r); err != nil || taken {
		return false, err
	}
	_, err = store.On(t).Exec(`UPDATE roles SET name = $1, description = $2, permissions = $3, updated_at = $4 WHERE vendor_id = $5 AND id = $6`,
		r.Name, r.Description, joinPermissions(r.Permissions), r.UpdatedAt.UnixMilli(), vendor, r.ID)
	return err == nil, err
}

// Delete implements identity.RoleStore.
func (Roles) Delete(t tx.Tx, vendor ident.VendorID, id ident.RoleID) error {
	_, err := store.On(t).Exec(`DELETE FROM roles WHERE vendor_id = $1 AND id = $2`, vendor, id)
	return err
}

// Holders implements identity.RoleStore.
func (Roles) Holders(t tx.Tx, vendor ident.VendorID, id ident.RoleID) (n int, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM users WHERE vendor_id = $1 AND role_id = $2`, []any{vendor, id}, &n)
	return n, err
}

// ByUUID reads one role. Missing is role_not_found.
func (s Roles) ByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (identity.Role, error) {
	r, found, err := scanRole(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, selectRole+` AND uuid = $2`, []any{vendor, uuid}, dest...)
	})
	if err == nil && !found {
		err = fault.Missing("role")
	}
	return r, err
}

// All reads the vendor's own roles, by name.
func (s Roles) All(ctx context.Context, vendor ident.VendorID) ([]identity.Role, error) {
	return store.All[identity.Role](s.DB.Query(ctx, selectRole+` ORDER BY name`, vendor))(func(row store.Scan) (identity.Role, error) {
		r, _, err := scanRole(func(dest ...any) (bool, error) { return true, row(dest...) })
		return r, err
	})
}
