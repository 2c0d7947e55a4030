package access

import (
	"context"
	"slices"
	"time"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
)

// Links implements access.LinkStore.
type Links struct{ DB *store.DB }

var _ access.LinkStore = Links{}

//nolint:gochecknoglobals // texts, made once
var (
	selectLinks = `SELECT l.kind, l.hash, l.expires_at, l.address, ` + identitystore.UserColumns + `
	FROM user_links l JOIN users u ON u.vendor_id = l.vendor_id AND u.id = l.user_id` + identitystore.JoinRole + ` WHERE l.vendor_id = $1`
	selectLink = selectLinks + ` AND l.hash = $2`
)

// Put implements access.LinkStore.
func (Links) Put(t tx.Tx, vendor ident.VendorID, l access.Link) error {
	s := store.On(t)
	if _, err := s.Exec(`INSERT INTO former_links (vendor_id, hash, user_id, kind, expires_at)
		SELECT vendor_id, hash, user_id, kind, expires_at FROM user_links WHERE vendor_id = $1 AND user_id = $2 AND kind = $3
		ON CONFLICT DO NOTHING`, vendor, l.Person.ID, string(l.Kind)); err != nil {
		return err
	}
	_, err := s.Exec(`INSERT INTO user_links (vendor_id, user_id, kind, hash, created_at, expires_at, address) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (vendor_id, user_id, kind) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at,
			expires_at = excluded.expires_at, address = excluded.address`,
		vendor, l.Person.ID, string(l.Kind), l.Hash[:], t.Now().UnixMilli(), l.ExpiresAt.UnixMilli(), l.Address)
	return err
}

// Take implements access.LinkStore: the row's deletion decides who gets it.
func (Links) Take(t tx.Tx, vendor ident.VendorID, hash [32]byte, kinds ...access.LinkKind) (access.Link, bool, error) {
	s := store.On(t)
	l, found, err := scanLink(func(dest ...any) (bool, error) {
		return s.QueryRow(selectLink+s.Dialect.ForUpdateOf("u"), []any{vendor, hash[:]}, dest...)
	})
	if err != nil || !found || !slices.Contains(kinds, l.Kind) {
		return access.Link{}, false, err
	}
	n, err := s.Exec(`DELETE FROM user_links WHERE vendor_id = $1 AND hash = $2`, vendor, hash[:])
	return l, n == 1, err
}

// Find implements access.LinkStore.
func (d Links) Find(ctx context.Context, vendor ident.VendorID, hash [32]byte) (access.Link, bool, error) {
	return scanLink(func(dest ...any) (bool, error) {
		return d.DB.QueryRow(ctx, selectLink, []any{vendor, hash[:]}, dest...)
	})
}

// Forget implements access.LinkStore.
func (Links) Forget(t tx.Tx, before time.Time) error {
	s := store.On(t)
	if _, err := s.Exec(`DELETE FROM former_links WHERE expires_at <= $1`, before.UnixMilli()); err != nil {
		return err
	}
	_, err := s.Exec(`DELETE FROM user_links WHERE expires_at <= $1`, before.UnixMilli())
	return err
}

// Newer implements access.LinkStore.
func (d Links) Newer(ctx context.Context, vendor ident.VendorID, hash [32]byte) (time.Time, error) {
	var sent store.OptionalInt
	_, err := d.DB.QueryRow(ctx, `SELECT l.created_at FROM former_links f
		JOIN user_links l ON l.vendor_id = f.vendor_id AND l.user_id = f.user_id AND l.kind = f.kind
		WHERE f.vendor_id = $1 AND f.hash = $2`, []any{vendor, hash[:]}, &sent)
	return sent.Instant(), err
}

// Of implements access.LinkStore.
func (d Links) Of(ctx context.Context, vendor ident.VendorID, user ident.UserID, kind access.LinkKind) (access.Link, bool, error) {
	return scanLink(func(dest ...any) (bool, error) {
		return d.DB.QueryRow(ctx, selectLinks+` AND l.user_id = $2 AND l.kind = $3`, []any{vendor, user, string(kind)}, dest...)
	})
}

// Drop implements access.LinkStore.
func (Links) Drop(t tx.Tx, vendor ident.VendorID, user ident.UserID, kind access.LinkKind) error {
	_, err := store.On(t).Exec(`DELETE FROM user_links WHERE vendor_id = $1 AND user_id = $2 AND kind = $3`, vendor, user, string(kind))
	return err
}

func scanLink(row func(dest ...any) (bool, error)) (l access.Link, found bool, err error) {
	var user identitystore.UserRow
	var hash []byte
	var expires int64
	found, err = row(append([]any{&l.Kind, &hash, &expires, &l.Address}, store.Dest(&user)...)...)
	if err != nil || !found {
		return access.Link{}, false, err
	}
	copy(l.Hash[:], hash)
	l.Person = personOf(&user)
	l.ExpiresAt = store.Instant(expires)
	return l, true, nil
}
