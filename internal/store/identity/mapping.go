package identity

import (
	"database/sql"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/store"
)

func scan(row func(dest ...any) (bool, error)) (k identity.APIKey, found bool, err error) {
	var r keyRow
	found, err = row(store.Dest(&r)...)
	if err != nil || !found {
		return identity.APIKey{}, false, err
	}
	k = r.k
	k.Permissions = splitPermissions(r.permissions)
	k.Ed25519Key, k.RSAKey = ident.SigningKeyID(r.ed25519.V), ident.SigningKeyID(r.rsa.V)
	k.CreatedAt, k.RevokedAt = store.Instant(r.created), store.OptionalInstant(r.revoked)
	return k, true, nil
}

// joinPermissions: permissions are plain words, so blanks part them.
func joinPermissions(all []identity.Permission) string {
	words := make([]string, len(all))
	for i, p := range all {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

func splitPermissions(text string) []identity.Permission {
	words := strings.Fields(text)
	all := make([]identity.Permission, len(words))
	for i, w := range words {
		all[i] = identity.Permission(w)
	}
	return all
}

// UserColumns are what a UserRow is read from: of a user, u, and of the user's own role,
// r. The store of the room access reads them too.
//
//nolint:gochecknoglobals // a text, made once
var UserColumns = store.Selected("u", &UserRow{})

// JoinRole joins the user's own role, r, to users u.
const JoinRole = ` LEFT JOIN roles r ON r.vendor_id = u.vendor_id AND r.id = u.role_id`

// UserRow is one row as it comes.
type UserRow struct {
	u                              identity.User
	role, hash                     string
	created                        int64
	disabled, signedIn             sql.Null[int64]
	roleID, roleCreated, roleSaved sql.Null[int64]
	roleUUID                       ident.UUID
	ownRole                        any // id of the role, to be written
	roleName, roleAbout, rolePerms sql.Null[string]
}

// Columns implements store.Record.
func (r *UserRow) Columns(c *store.Columns) {
	u := &r.u
	c.Read("id", &u.ID)
	c.Fixed("uuid", u.UUID, &u.UUID)
	c.Fixed("email", u.Email, &u.Email)
	c.Saved("name", u.Name, &u.Name)
	c.Saved("language", u.Language, &u.Language)
	c.Saved("role", r.role, &r.role)
	c.Saved("role_id", r.ownRole, nil)
	c.Fixed("password_hash", r.hash, &r.hash)
	c.Fixed("created_at", store.Millis(u.CreatedAt), &r.created)
	c.Saved("disabled_at", store.OptionalMillis(u.DisabledAt), &r.disabled)
	c.Read("u.signed_in_at", &r.signedIn)
	c.Read(hasTOTP, &u.HasTOTP)
	c.Read(hasPasskey, &u.HasPasskey)
	c.Read("r.id", &r.roleID)
	c.Read("r.uuid", &r.roleUUID)
	c.Read("r.name", &r.roleName)
	c.Read("r.description", &r.roleAbout)
	c.Read("r.permissions", &r.rolePerms)
	c.Read("r.created_at", &r.roleCreated)
	c.Read("r.updated_at", &r.roleSaved)
}

// What a user has to prove a second time with.
const (
	hasTOTP    = `EXISTS (SELECT 1 FROM totp_secrets f WHERE f.vendor_id = u.vendor_id AND f.user_id = u.id AND f.confirmed_at IS NOT NULL)`
	hasPasskey = `EXISTS (SELECT 1 FROM passkeys k WHERE k.vendor_id = u.vendor_id AND k.user_id = u.id)`
)

// userRowOf makes the row of a user with the hash of a password.
func userRowOf(u identity.User, hash string) *UserRow {
	r := &UserRow{u: u, hash: hash}
	r.role, r.ownRole = roleColumns(u.Role)
	return r
}

// User returns the user of the row, and the hash of the password. A role that this
// program does not know allows nothing.
func (r *UserRow) User() (u identity.User, hash string) {
	u = r.u
	u.CreatedAt, u.DisabledAt, u.SignedInAt = store.Instant(r.created), store.OptionalInstant(r.disabled), store.OptionalInstant(r.signedIn)
	u.HasPassword = r.hash != ""
	switch {
	case r.role == ownRole && r.roleID.Valid:
		u.Role = identity.Role{
			Key: r.roleUUID.String(), ID: ident.RoleID(r.roleID.V), UUID: r.roleUUID, Name: r.roleName.V, Description: r.roleAbout.V,
			Permissions: splitPermissions(r.rolePerms.V), CreatedAt: store.Instant(r.roleCreated.V), UpdatedAt: store.Instant(r.roleSaved.V),
		}
	case r.role != "":
		var known bool
		if u.Role, known = identity.BuiltInRole(r.role); !known {
			u.Role = identity.Role{Key: r.role, Name: r.role}
		}
	}
	return u, r.hash
}

// ScanUser reads a user by a query of UserColumns.
func ScanUser(row func(dest ...any) (bool, error)) (u identity.User, hash string, found bool, err error) {
	var r UserRow
	if found, err = row(store.Dest(&r)...); err != nil || !found {
		return identity.User{}, "", false, err
	}
	u, hash = r.User()
	return u, hash, true, nil
}

// roleColumns is how a user's role is stored.
func roleColumns(r identity.Role) (key string, own any) {
	if r.ID != 0 {
		return ownRole, r.ID
	}
	return r.Key, nil
}

func scanRole(row func(dest ...any) (bool, error)) (r identity.Role, found bool, err error) {
	var permissions string
	var created, updated int64
	if found, err = row(&r.ID, &r.UUID, &r.Name, &r.Description, &permissions, &created, &updated); err != nil || !found {
		return identity.Role{}, false, err
	}
	r.Key, r.Permissions = r.UUID.String(), splitPermissions(permissions)
	r.CreatedAt, r.UpdatedAt = store.Instant(created), store.Instant(updated)
	return r, true, nil
}
