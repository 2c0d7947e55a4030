package identity

import (
	"context"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Links implements identity.LinkStore.
type Links struct{ DB *store.DB }

var _ identity.LinkStore = Links{}

const selectLink = `SELECT l.kind, l.expires_at, ` + userColumns + `, u.password_hash
	FROM user_links l JOIN users u ON u.vendor_id = l.vendor_id AND u.id = l.user_id
	LEFT JOIN roles r ON r.vendor_id = u.vendor_id AND r.id = u.role_id WHERE l.vendor_id = $1 AND l.hash = $2`

// Put implements identity.LinkStore.
func (Links) Put(t tx.Tx, vendor ident.VendorID, l identity.Link) error {
	_, err := store.On(t).Exec(`INSERT INTO user_links (vendor_id, user_id, kind, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id, user_id, kind) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
		vendor, l.User.ID, string(l.Kind), l.Hash[:], t.Now().UnixMilli(), l.ExpiresAt.UnixMilli())
	return err
}

// Take implements identity.LinkStore: the row's deletion decides who gets it.
func (Links) Take(t tx.Tx, vendor ident.VendorID, hash [32]byte, kinds ...identity.LinkKind) (identity.Link, bool, error) {
	s := store.On(t)
	l, found, err := scanLink(hash, func(dest ...any) (bool, error) {
		return s.QueryRow(selectLink+s.Dialect.ForUpdateOf("u"), []any{vendor, hash[:]}, dest...)
	})
	if err != nil || !found || !slices.Contains(kinds, l.Kind) {
		return identity.Link{}, false, err
	}
	n, err := s.Exec(`DELETE FROM user_links WHERE vendor_id = $1 AND hash = $2`, vendor, hash[:])
	return l, n == 1, err
}

// Find implements identity.LinkStore.
func (d Links) Find(ctx context.Context, vendor ident.VendorID, hash [32]byte) (identity.Link, bool, error) {
	return scanLink(hash, func(dest ...any) (bool, error) {
		return d.DB.QueryRow(ctx, selectLink, []any{vendor, hash[:]}, dest...)
	})
}

// Forget implements identity.LinkStore.
func (Links) Forget(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM user_links WHERE expires_at <= $1`, before.UnixMilli())
	return err
}

func scanLink(hash [32]byte, row func(dest ...any) (bool, error)) (identity.Link, bool, error) {
	l := identity.Link{Hash: hash}
	var user userRow
	var expires int64
	found, err := row(append([]any{&l.Kind, &expires}, user.dest()...)...)
	if err != nil || !found {
		return identity.Link{}, false, err
	}
	l.User, _ = user.user()
	l.ExpiresAt = store.Instant(expires)
	return l, true, nil
}
