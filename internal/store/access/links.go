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

//nolint:gochecknoglobals // a text, made once
var selectLink = `SELECT l.kind, l.expires_at, ` + identitystore.UserColumns + `
	FROM user_links l JOIN users u ON u.vendor_id = l.vendor_id AND u.id = l.user_id` + identitystore.JoinRole + ` WHERE l.vendor_id = $1 AND l.hash = $2`

// Put implements access.LinkStore.
func (Links) Put(t tx.Tx, vendor ident.VendorID, l access.Link) error {
	_, err := store.On(t).Exec(`INSERT INTO user_links (vendor_id, user_id, kind, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id, user_id, kind) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
		vendor, l.Person.ID, string(l.Kind), l.Hash[:], t.Now().UnixMilli(), l.ExpiresAt.UnixMilli())
	return err
}

// Take implements access.LinkStore: the row's deletion decides who gets it.
func (Links) Take(t tx.Tx, vendor ident.VendorID, hash [32]byte, kinds ...access.LinkKind) (access.Link, bool, error) {
	s := store.On(t)
	l, found, err := scanLink(hash, func(dest ...any) (bool, error) {
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
	return scanLink(hash, func(dest ...any) (bool, error) {
		return d.DB.QueryRow(ctx, selectLink, []any{vendor, hash[:]}, dest...)
	})
}

// Forget implements access.LinkStore.
func (Links) Forget(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM user_links WHERE expires_at <= $1`, before.UnixMilli())
	return err
}

func scanLink(hash [32]byte, row func(dest ...any) (bool, error)) (access.Link, bool, error) {
	l := access.Link{Hash: hash}
	var user identitystore.UserRow
	var expires int64
	found, err := row(append([]any{&l.Kind, &expires}, store.Dest(&user)...)...)
	if err != nil || !found {
		return access.Link{}, false, err
	}
	l.Person = personOf(&user)
	l.ExpiresAt = store.Instant(expires)
	return l, true, nil
}
