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

// What is made of the columns of an API key.
//
//nolint:gochecknoglobals // texts, made once
var (
	selectKey = `SELECT ` + store.Selected("", &keyRow{}) + ` FROM api_keys WHERE vendor_id =`
	insertKey = store.InsertInto("api_keys", &keyRow{})
	updateKey = store.Update("api_keys", &keyRow{}, `vendor_id = ? AND id = ?`)
)

// keyRow is one row as it comes.
type keyRow struct {
	k            identity.APIKey
	hash         []byte // of the secret, to be written
	permissions  string
	ed25519, rsa sql.Null[int64]
	created      int64
	revoked      sql.Null[int64]
}

// Columns implements store.Record.
func (r *keyRow) Columns(c *store.Columns) {
	k := &r.k
	c.Read("id", &k.ID)
	c.Fixed("uuid", k.UUID, &k.UUID)
	c.Fixed("kind", string(k.Kind), &k.Kind)
	c.Saved("name", k.Name, &k.Name)
	c.Fixed("hint", k.Hint, &k.Hint)
	c.Fixed("secret_hash", r.hash, nil)
	c.Saved("permissions", joinPermissions(k.Permissions), &r.permissions)
	c.Fixed("ed25519_key_id", store.OrNull(k.Ed25519Key), &r.ed25519)
	c.Fixed("rsa_key_id", store.OrNull(k.RSAKey), &r.rsa)
	c.Fixed("created_at", k.CreatedAt.UnixMilli(), &r.created)
	c.Saved("revoked_at", revokedAt(k), &r.revoked)
}

// revokedAt is when a key was revoked, to be written; nil for one that was not.
func revokedAt(k *identity.APIKey) any {
	if k.RevokedAt == nil {
		return nil
	}
	return k.RevokedAt.UnixMilli()
}

// Insert implements identity.APIKeyStore.
func (APIKeys) Insert(t tx.Tx, vendor ident.VendorID, k identity.APIKey, hash [32]byte) (ident.KeyID, error) {
	id, err := store.On(t).Insert(insertKey.Text+` RETURNING id`, insertKey.Values(vendor, &keyRow{k: k, hash: hash[:]})...)
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
	if _, err := store.On(t).Exec(updateKey, store.SavedValues(&keyRow{k: k}, vendor, k.ID)...); err != nil {
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
