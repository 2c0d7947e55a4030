package identity

import (
	"context"
	"database/sql"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// AccessTokens implements identity.AccessTokenStore, and lists a user's tokens.
type AccessTokens struct{ DB *store.DB }

var _ identity.AccessTokenStore = AccessTokens{}

const tokenColumns = `a.uuid, a.name, a.hint, a.created_at, a.expires_at, a.last_used_at` //nolint:gosec // columns, no credential

type tokenRow struct {
	k                identity.AccessToken
	created, expires int64
	used             sql.Null[int64]
}

func (r *tokenRow) dest() []any {
	return []any{&r.k.UUID, &r.k.Name, &r.k.Hint, &r.created, &r.expires, &r.used}
}

func (r *tokenRow) token() identity.AccessToken {
	r.k.CreatedAt, r.k.ExpiresAt, r.k.LastUsedAt = store.Instant(r.created), store.Instant(r.expires), store.OptionalInstant(r.used)
	return r.k
}

// Count implements identity.AccessTokenStore.
func (AccessTokens) Count(t tx.Tx, vendor ident.VendorID, user ident.UserID) (n int, found bool, err error) {
	s := store.On(t)
	var id int64
	found, err = s.QueryRow(`SELECT id FROM users WHERE vendor_id = $1 AND id = $2 AND disabled_at IS NULL`+s.Dialect.ForUpdate(), []any{vendor, user}, &id)
	if err != nil || !found {
		return 0, false, err
	}
	_, err = s.QueryRow(`SELECT COUNT(*) FROM access_tokens WHERE vendor_id = $1 AND user_id = $2`, []any{vendor, user}, &n)
	return n, true, err
}

// Insert implements identity.AccessTokenStore.
func (AccessTokens) Insert(t tx.Tx, vendor ident.VendorID, user ident.UserID, k identity.AccessToken, hash [32]byte) error {
	_, err := store.On(t).Exec(`INSERT INTO access_tokens (vendor_id, uuid, user_id, name, hint, token_hash, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		vendor, k.UUID, user, k.Name, k.Hint, hash[:], k.CreatedAt.UnixMilli(), k.ExpiresAt.UnixMilli())
	return err
}

// Delete implements identity.AccessTokenStore.
func (AccessTokens) Delete(t tx.Tx, vendor ident.VendorID, user ident.UserID, uuid ident.UUID) (identity.AccessToken, bool, error) {
	var r tokenRow
	found, err := store.On(t).QueryRow(`DELETE FROM access_tokens AS a WHERE a.vendor_id = $1 AND a.user_id = $2 AND a.uuid = $3
		RETURNING uuid, name, hint, created_at, expires_at, last_used_at`, []any{vendor, user, uuid}, r.dest()...)
	return r.token(), found, err
}

// ByHash implements identity.AccessTokenStore.
func (s AccessTokens) ByHash(ctx context.Context, hash [32]byte) (b identity.Bearer, found bool, err error) {
	var r tokenRow
	var vendor int64
	var disabled sql.Null[int64]
	found, err = s.DB.QueryRow(ctx, `SELECT `+tokenColumns+`, a.vendor_id, v.uuid, u.id, u.email, u.disabled_at
		FROM access_tokens a JOIN vendors v ON v.id = a.vendor_id JOIN users u ON u.vendor_id = a.vendor_id AND u.id = a.user_id
		WHERE a.token_hash = $1`, []any{hash[:]}, append(r.dest(), &vendor, &b.VendorUUID, &b.User, &b.Email, &disabled)...)
	if err != nil || !found {
		return identity.Bearer{}, false, err
	}
	b.Token, b.Vendor, b.Disabled = r.token(), ident.VendorOf(vendor), disabled.Valid
	return b, true, nil
}

// Touch implements identity.AccessTokenStore.
func (AccessTokens) Touch(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, at time.Time) error {
	_, err := store.On(t).Exec(`UPDATE access_tokens SET last_used_at = $1 WHERE vendor_id = $2 AND uuid = $3 AND COALESCE(last_used_at, 0) < $1`,
		at.UnixMilli(), vendor, uuid)
	return err
}

// Of lists a user's tokens, the newest first.
func (s AccessTokens) Of(ctx context.Context, vendor ident.VendorID, user ident.UserID) ([]identity.AccessToken, error) {
	return store.All[identity.AccessToken](s.DB.Query(ctx, `SELECT `+tokenColumns+` FROM access_tokens a
		WHERE a.vendor_id = $1 AND a.user_id = $2 ORDER BY a.uuid DESC`, vendor, user))(
		func(scan store.Scan) (identity.AccessToken, error) {
			var r tokenRow
			err := scan(r.dest()...)
			return r.token(), err
		})
}

// EndTokens implements identity.UserStore.
func (Users) EndTokens(t tx.Tx, vendor ident.VendorID, user ident.UserID) error {
	_, err := store.On(t).Exec(`DELETE FROM access_tokens WHERE vendor_id = $1 AND user_id = $2`, vendor, user)
	return err
}
