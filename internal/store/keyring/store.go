package keyring

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store implements keyring.Store.
type Store struct{ DB *store.DB }

var _ keyring.Store = Store{}

const columns = "k.id, k.kid, k.kind, k.public_key, k.sealed_private, k.created_at, k.retired_at"

// Insert implements keyring.Store.
func (Store) Insert(t tx.Tx, vendor ident.VendorID, k keyring.Key) (ident.SigningKeyID, error) {
	id, err := store.On(t).Insert(`INSERT INTO signing_keys (vendor_id, kid, kind, public_key, sealed_private, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		vendor, k.KID, string(k.Kind), k.Public, k.Sealed, k.CreatedAt.UnixMilli())
	return ident.SigningKeyID(id), errors.Join(err, bump(t, err))
}

// Keys implements keyring.Store.
func (Store) Keys(t tx.Tx, vendor ident.VendorID) ([]keyring.Key, error) {
	s := store.On(t)
	rows, err := s.Query("SELECT "+columns+" FROM signing_keys k WHERE k.vendor_id = $1 ORDER BY k.id"+s.Dialect.ForUpdate(), vendor)
	if err != nil {
		return nil, err
	}
	return collect(rows)
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
	_, err := store.On(t).Exec(`UPDATE signing_keys SET retired_at = $1 WHERE vendor_id = $2 AND id = $3 AND retired_at IS NULL`,
		at.UnixMilli(), vendor, id)
	return errors.Join(err, bump(t, err))
}

// List implements keyring.Store.
func (s Store) List(ctx context.Context, vendor ident.VendorID) (ident.UUID, []keyring.Key, error) {
	var uuid ident.UUID
	found, err := s.DB.QueryRow(ctx, "SELECT uuid FROM vendors WHERE id = $1", []any{vendor}, &uuid)
	if err != nil || !found {
		return uuid, nil, err
	}
	rows, err := s.DB.Query(ctx, "SELECT "+columns+" FROM signing_keys k WHERE k.vendor_id = $1 ORDER BY k.id", vendor)
	if err != nil {
		return uuid, nil, err
	}
	keys, err := collect(rows)
	return uuid, keys, err
}

// Sample implements keyring.Store.
func (s Store) Sample(ctx context.Context) (uuid ident.UUID, k keyring.Key, found bool, err error) {
	rows, err := s.DB.Query(ctx, `SELECT v.uuid, `+columns+` FROM signing_keys k JOIN vendors v ON v.id = k.vendor_id
		ORDER BY k.id DESC LIMIT 1`)
	if err != nil {
		return uuid, k, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return uuid, k, false, rows.Err()
	}
	err = scan(rows, &k, &uuid)
	return uuid, k, err == nil, err
}

// bump raises the change counter unless the change itself has failed.
func bump(t tx.Tx, failed error) error {
	if failed != nil {
		return nil
	}
	return store.Bump(t)
}

func collect(rows *sql.Rows) (keys []keyring.Key, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k keyring.Key
		if err := scan(rows, &k); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

func scan(rows *sql.Rows, k *keyring.Key, before ...any) error {
	var created int64
	var retired sql.NullInt64
	dest := append(before, &k.ID, &k.KID, &k.Kind, &k.Public, &k.Sealed, &created, &retired)
	if err := rows.Scan(dest...); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	k.CreatedAt = time.UnixMilli(created).UTC()
	if retired.Valid {
		k.RetiredAt = time.UnixMilli(retired.Int64).UTC()
	}
	return nil
}
