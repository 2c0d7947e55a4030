package keyring

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store implements keyring.Store.
type Store struct{ DB *store.DB }

var _ keyring.Store = Store{}

const columns = "k.id, k.kid, k.kind, k.public_key, k.sealed_private, k.created_at, k.retired_at, k.destroyed_at"

// Insert implements keyring.Store.
func (Store) Insert(t tx.Tx, vendor ident.VendorID, k keyring.Key) (ident.SigningKeyID, error) {
	id, err := store.On(t).Insert(`INSERT INTO signing_keys (vendor_id, kid, kind, public_key, sealed_private, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		vendor, k.KID, string(k.Kind), k.Public, k.Sealed, k.CreatedAt.UnixMilli())
	if err != nil {
		return 0, err
	}
	return ident.SigningKeyID(id), store.Bump(t)
}

// Keys implements keyring.Store.
func (Store) Keys(t tx.Tx, vendor ident.VendorID) ([]keyring.Key, error) {
	s := store.On(t)
	return store.All[keyring.Key](s.Query("SELECT "+columns+" FROM signing_keys k WHERE k.vendor_id = $1 ORDER BY k.id"+s.Dialect.ForUpdate(), vendor))(one)
}

// NamedBy implements keyring.Store.
func (Store) NamedBy(t tx.Tx, vendor ident.VendorID, id ident.SigningKeyID) (int, error) {
	var n int
	_, err := store.On(t).QueryRow(`SELECT COUNT(*) FROM api_keys
		WHERE vendor_id = $1 AND revoked_at IS NULL AND (ed25519_key_id = $2 OR rsa_key_id = $2)`, []any{vendor, id}, &n)
	return n, err
}

// Retire implements keyring.Store.
func (Store) Retire(t tx.Tx, vendor ident.VendorID, id ident.SigningKeyID, at time.Time) error {
	if _, err := store.On(t).Exec(`UPDATE signing_keys SET retired_at = $1 WHERE vendor_id = $2 AND id = $3 AND retired_at IS NULL`,
		at.UnixMilli(), vendor, id); err != nil {
		return err
	}
	return store.Bump(t)
}

// Undestroyed implements keyring.Store.
func (Store) Undestroyed(t tx.Tx, kinds []keyring.Kind, retired time.Time, limit int) ([]keyring.Owned, error) {
	s := store.On(t)
	args := append(make([]any, 0, 2+len(kinds)), retired.UnixMilli(), limit)
	in := make([]string, 0, len(kinds))
	for _, kind := range kinds {
		args = append(args, string(kind))
		in = append(in, "$"+strconv.Itoa(len(args)))
	}
	return store.All[keyring.Owned](s.Query("SELECT "+columns+`, k.vendor_id FROM signing_keys k
		WHERE k.retired_at IS NOT NULL AND k.destroyed_at IS NULL AND k.retired_at <= $1 AND k.kind IN (`+strings.Join(in, ", ")+`)
		ORDER BY k.retired_at, k.id LIMIT $2`+s.Dialect.ForUpdate(), args...))(func(row store.Scan) (o keyring.Owned, err error) {
		var vendor int64
		_, err = scan(&o.Key, func(dest ...any) (bool, error) { return true, row(append(dest, &vendor)...) })
		o.Vendor = ident.VendorOf(vendor)
		return o, err
	})
}

// Lacking implements keyring.Store.
func (s Store) Lacking(ctx context.Context, kind keyring.Kind, limit int) ([]keyring.Lacking, error) {
	return store.All[keyring.Lacking](s.DB.Query(ctx, `SELECT v.id, v.uuid FROM vendors v
		WHERE NOT EXISTS (SELECT 1 FROM signing_keys k WHERE k.vendor_id = v.id AND k.kind = $1) ORDER BY v.id LIMIT $2`, string(kind), limit),
	)(func(row store.Scan) (l keyring.Lacking, err error) {
		var vendor int64
		err = row(&vendor, &l.UUID)
		l.Vendor = ident.VendorOf(vendor)
		return l, err
	})
}

const selectKeyList = `SELECT root_key, number, document FROM key_lists WHERE vendor_id = $1`

// KeyList implements keyring.Store.
func (s Store) KeyList(ctx context.Context, vendor ident.VendorID) (l keyring.KeyList, err error) {
	var root []byte
	_, err = s.DB.QueryRow(ctx, selectKeyList, []any{vendor}, &root, &l.Number, &l.Document)
	l.Root = root
	return l, err
}

// LockKeyList implements keyring.Store: the vendor's keys are locked, and with them its list.
func (s Store) LockKeyList(t tx.Tx, vendor ident.VendorID) (l keyring.KeyList, err error) {
	if _, err := s.Keys(t, vendor); err != nil {
		return l, err
	}
	var root []byte
	_, err = store.On(t).QueryRow(selectKeyList, []any{vendor}, &root, &l.Number, &l.Document)
	l.Root = root
	return l, err
}

// SaveKeyList implements keyring.Store.
func (Store) SaveKeyList(t tx.Tx, vendor ident.VendorID, l keyring.KeyList) error {
	if _, err := store.On(t).Exec(`INSERT INTO key_lists (vendor_id, root_key, number, document, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vendor_id) DO UPDATE SET root_key = excluded.root_key, number = excluded.number, document = excluded.document,
			created_at = excluded.created_at`, vendor, []byte(l.Root), l.Number, l.Document, t.Now().UnixMilli()); err != nil {
		return err
	}
	return store.Bump(t)
}

// Destroy implements keyring.Store. A column of no bytes stands for what is gone.
func (Store) Destroy(t tx.Tx, vendor ident.VendorID, id ident.SigningKeyID, at time.Time) error {
	if _, err := store.On(t).Exec(`UPDATE signing_keys SET sealed_private = $1, destroyed_at = $2 WHERE vendor_id = $3 AND id = $4`,
		[]byte{}, at.UnixMilli(), vendor, id); err != nil {
		return err
	}
	return store.Bump(t)
}

// List implements keyring.Store.
func (s Store) List(ctx context.Context, vendor ident.VendorID) (ident.UUID, []keyring.Key, error) {
	var uuid ident.UUID
	found, err := s.DB.QueryRow(ctx, "SELECT uuid FROM vendors WHERE id = $1", []any{vendor}, &uuid)
	if err != nil || !found {
		return uuid, nil, err
	}
	keys, err := store.All[keyring.Key](s.DB.Query(ctx, "SELECT "+columns+" FROM signing_keys k WHERE k.vendor_id = $1 ORDER BY k.id", vendor))(one)
	if err != nil {
		return uuid, nil, err
	}
	named, err := store.All[ident.SigningKeyID](s.DB.Query(ctx, `SELECT ed25519_key_id FROM api_keys
			WHERE vendor_id = $1 AND kind = 'provisioning' AND revoked_at IS NULL AND ed25519_key_id IS NOT NULL
		UNION SELECT rsa_key_id FROM api_keys
			WHERE vendor_id = $1 AND kind = 'provisioning' AND revoked_at IS NULL AND rsa_key_id IS NOT NULL`,
		vendor))(func(row store.Scan) (id ident.SigningKeyID, err error) { return id, row(&id) })
	for i := range keys {
		keys[i].Pinned = slices.Contains(named, keys[i].ID)
	}
	return uuid, keys, err
}

// Sample implements keyring.Store.
func (s Store) Sample(ctx context.Context) (uuid ident.UUID, k keyring.Key, found bool, err error) {
	found, err = scan(&k, func(dest ...any) (bool, error) {
		return s.DB.QueryRow(ctx, `SELECT `+columns+`, v.uuid FROM signing_keys k JOIN vendors v ON v.id = k.vendor_id
			ORDER BY k.id DESC LIMIT 1`, nil, append(dest, &uuid)...)
	})
	return uuid, k, found, err
}

func one(row store.Scan) (k keyring.Key, err error) {
	_, err = scan(&k, func(dest ...any) (bool, error) { return true, row(dest...) })
	return k, err
}

func scan(k *keyring.Key, row func(dest ...any) (bool, error)) (found bool, err error) {
	var created int64
	var retired, destroyed sql.Null[int64]
	found, err = row(&k.ID, &k.KID, &k.Kind, &k.Public, &k.Sealed, &created, &retired, &destroyed)
	if err != nil || !found {
		return false, err
	}
	k.CreatedAt = store.Instant(created)
	if at := store.OptionalInstant(retired); at != nil {
		k.RetiredAt = *at
	}
	if at := store.OptionalInstant(destroyed); at != nil {
		k.DestroyedAt = *at
	}
	return true, nil
}
