package identity

import (
	"context"
	"database/sql"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// APIKeys implements identity.APIKeyStore and identity.Principals, and reads API keys.
type APIKeys struct{ DB *store.DB }

var (
	_ identity.APIKeyStore = APIKeys{}
	_ identity.Principals  = APIKeys{}
)

const selectKey = `SELECT id, uuid, kind, name, hint, permissions, ed25519_key_id, rsa_key_id, created_at, revoked_at
	FROM api_keys WHERE vendor_id =`

// Insert implements identity.APIKeyStore.
func (APIKeys) Insert(t tx.Tx, vendor ident.VendorID, k identity.APIKey, hash [32]byte) (ident.KeyID, error) {
	id, err := store.On(t).Insert(`INSERT INTO api_keys
		(vendor_id, uuid, kind, name, hint, secret_hash, permissions, ed25519_key_id, rsa_key_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		vendor, k.UUID, string(k.Kind), k.Name, k.Hint, hash[:], joinPermissions(k.Permissions),
		store.OrNull(k.Ed25519Key), store.OrNull(k.RSAKey), k.CreatedAt.UnixMilli())
	if err != nil {
		return 0, err
	}
	return ident.KeyID(id), store.Bump(t)
}

// Get implements identity.APIKeyStore.
func (APIKeys) Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (k identity.APIKey, found bool, err error) {
	s := store.On(t)
	return scan(func(dest ...any) (bool, error) {
		return s.QueryRow(selectKey+` $1 AND uuid = $2`+s.Dialect.ForUpdate(), []any{vendor, uuid}, dest...)
	})
}

// Update implements identity.APIKeyStore.
func (APIKeys) Update(t tx.Tx, vendor ident.VendorID, k identity.APIKey) error {
	var revoked any
	if k.RevokedAt != nil {
		revoked = k.RevokedAt.UnixMilli()
	}
	if _, err := store.On(t).Exec(`UPDATE api_keys SET name = $1, permissions = $2, revoked_at = $3 WHERE vendor_id = $4 AND id = $5`,
		k.Name, joinPermissions(k.Permissions), revoked, vendor, k.ID); err != nil {
		return err
	}
	return store.Bump(t)
}

// ByUUID reads one key. Missing is api_key_not_found.
func (s APIKeys) ByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (identity.APIKey, error) {
	k, found, err := scan(func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, selectKey+` $1 AND uuid = $2`, []any{vendor, uuid}, dest...)
	})
	if err == nil && !found {
		err = fault.Missing("api_key")
	}
	return k, err
}

// APIKeySorts are what the list of API keys offers: by age.
func APIKeySorts() []string { return []string{"created_at"} }

// List lists the vendor's API keys, revoked ones too.
func (s APIKeys) List(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[identity.APIKey], error) {
	sqltext, args := store.Select(selectKey, vendor).Page(r, store.Column{Name: "id"}, "id")
	items, err := store.All[identity.APIKey](s.DB.Query(ctx, sqltext, args...))(func(row store.Scan) (identity.APIKey, error) {
		k, _, err := scan(func(dest ...any) (bool, error) { return true, row(dest...) })
		return k, err
	})
	return listing.Cut(r, items, func(k identity.APIKey) listing.Mark { return r.Mark(int64(k.ID)) }), err
}

// ByHash implements identity.Principals.
func (s APIKeys) ByHash(ctx context.Context, hash [32]byte) (p identity.Principal, found bool, err error) {
	var vendor int64
	var permissions string
	var ed25519, rsa sql.Null[int64]
	found, err = s.DB.QueryRow(ctx, `SELECT k.vendor_id, v.uuid, k.uuid, k.kind, k.permissions, k.ed25519_key_id, k.rsa_key_id
		FROM api_keys k JOIN vendors v ON v.id = k.vendor_id WHERE k.secret_hash = $1 AND k.revoked_at IS NULL`,
		[]any{hash[:]}, &vendor, &p.VendorUUID, &p.ID, &p.KeyKind, &permissions, &ed25519, &rsa)
	if err != nil || !found {
		return identity.Principal{}, false, err
	}
	p.Vendor, p.Kind, p.Permissions = ident.VendorOf(vendor), "api_key", splitPermissions(permissions)
	p.Ed25519Key, p.RSAKey = ident.SigningKeyID(ed25519.V), ident.SigningKeyID(rsa.V)
	return p, true, nil
}
