package licensing

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// InsertUser implements licensing.Store.
func (s *Store) InsertUser(t tx.Tx, v ident.VendorID, l ident.LicenseID, user string) (bool, error) {
	n, err := store.On(t).Exec(`INSERT INTO license_users (vendor_id, license_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, v, l, user)
	return n == 1, err
}

// DeleteUser implements licensing.Store.
func (s *Store) DeleteUser(t tx.Tx, v ident.VendorID, l ident.LicenseID, user string) (bool, error) {
	n, err := store.On(t).Exec(`DELETE FROM license_users WHERE vendor_id = $1 AND license_id = $2 AND user_id = $3`, v, l, user)
	return n == 1, err
}

// HasUser implements licensing.Store.
func (s *Store) HasUser(t tx.Tx, v ident.VendorID, l ident.LicenseID, user string) (bool, error) {
	var one int
	return store.On(t).QueryRow(`SELECT 1 FROM license_users WHERE vendor_id = $1 AND license_id = $2 AND user_id = $3`, []any{v, l, user}, &one)
}

// CountUsers implements licensing.Store.
func (s *Store) CountUsers(t tx.Tx, v ident.VendorID, l ident.LicenseID) (n int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT COUNT(*) FROM license_users WHERE vendor_id = $1 AND license_id = $2`, []any{v, l}, &n)
	return n, err
}

// Users implements licensing.Store.
func (s *Store) Users(t tx.Tx, v ident.VendorID, l ident.LicenseID, limit int) ([]string, error) {
	return users(writing(t), v, l, limit)
}

// UsersOf implements licensing.Reader.
func (s *Store) UsersOf(ctx context.Context, v ident.VendorID, l ident.LicenseID, limit int) ([]string, error) {
	return users(s.reading(ctx), v, l, limit)
}

func users(q querier, v ident.VendorID, l ident.LicenseID, limit int) ([]string, error) {
	rows, err := q(`SELECT user_id FROM license_users WHERE vendor_id = $1 AND license_id = $2 ORDER BY id LIMIT $3`, v, l, limit)
	return collect(rows, err, func(scan store.Scan) (user string, err error) {
		err = scan(&user)
		return user, err
	})
}

// LicenseUsers lists a licence's users.
func (s *Store) LicenseUsers(ctx context.Context, v ident.VendorID, l ident.LicenseID, r listing.Request) (listing.Page[licensing.User], error) {
	sqltext, args := store.Select(`SELECT id, user_id FROM license_users WHERE vendor_id =`, v).
		And("license_id = ?", l).Page(r, store.Column{Name: "id"}, "id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, func(scan store.Scan) (u licensing.User, err error) {
		err = scan(&u.ID, &u.UserID)
		return u, err
	})
	return listing.Cut(r, items, func(u licensing.User) listing.Mark { return r.Mark(u.ID) }), err
}
