package licensing

import (
	"context"
	"crypto/sha256"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	// A hand-over with when the pending one was asked for that came behind it.
	selectHandOver = `SELECT h.id, h.license_id, l.uuid, h.asked_by, h.former, h.address, h.name, h.created_at, h.expires_at, h.ended, n.created_at
		FROM license_handovers h JOIN licenses l ON l.vendor_id = h.vendor_id AND l.id = h.license_id
		LEFT JOIN license_handovers n ON n.vendor_id = h.vendor_id AND n.license_id = h.license_id AND n.ended = '' AND n.id > h.id
		WHERE h.vendor_id = $1 AND `
	byHash  = `h.hash = $2`
	pending = `h.license_id = $2 AND h.ended = ''`
)

func scanHandOver(scan store.Scan) (*licensing.HandOver, error) {
	var h licensing.HandOver
	var asked, expires int64
	var newer, by store.OptionalInt
	err := scan(&h.ID, &h.License, &h.LicenseUUID, &by, &h.Former, &h.Address, &h.Name, &asked, &expires, &h.Ended, &newer)
	h.AskedBy = ident.UserID(by.V)
	h.AskedAt, h.ExpiresAt, h.NewerAt = store.Instant(asked), store.Instant(expires), newer.Instant()
	return &h, err
}

// PutHandOver implements licensing.Store.
func (*Store) PutHandOver(t tx.Tx, v ident.VendorID, h licensing.HandOver, hash [sha256.Size]byte) error {
	_, err := store.On(t).Exec(`INSERT INTO license_handovers (vendor_id, license_id, hash, former, address, name, created_at, expires_at, asked_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		v, h.License, hash[:], h.Former, h.Address, h.Name, h.AskedAt.UnixMilli(), h.ExpiresAt.UnixMilli(), store.OrNull(int64(h.AskedBy)))
	return err
}

// HandOverBy implements licensing.Store.
func (*Store) HandOverBy(t tx.Tx, v ident.VendorID, hash [sha256.Size]byte) (*licensing.HandOver, error) {
	rows, err := writing(t)(selectHandOver+byHash, v, hash[:])
	return first(rows, err, scanHandOver)
}

// HandOverOf implements licensing.Store.
func (*Store) HandOverOf(t tx.Tx, v ident.VendorID, l ident.LicenseID) (*licensing.HandOver, error) {
	rows, err := writing(t)(selectHandOver+pending, v, l)
	return first(rows, err, scanHandOver)
}

// EndHandOver implements licensing.Store.
func (*Store) EndHandOver(t tx.Tx, v ident.VendorID, l ident.LicenseID, why licensing.HandOverEnd) (bool, error) {
	n, err := store.On(t).Exec(`UPDATE license_handovers SET ended = $1 WHERE vendor_id = $2 AND license_id = $3 AND ended = ''`, string(why), v, l)
	return n == 1, err
}

// endHandOvers ends those of licences that get another licensee, which a query finds.
func endHandOvers(t tx.Tx, licences string, args ...any) error {
	_, err := store.On(t).Exec(`UPDATE license_handovers SET ended = 'moved' WHERE vendor_id = $1 AND ended = '' AND license_id IN (`+licences+`)`, args...)
	return err
}

// endHandOversTo ends those that wait at an address which its owner leaves: who reads its
// mails from then on may be somebody else.
func endHandOversTo(t tx.Tx, v ident.VendorID, address string) error {
	kept, wire := entry.Forms(address)
	_, err := store.On(t).Exec(`UPDATE license_handovers SET ended = 'moved' WHERE vendor_id = $1 AND ended = '' AND address IN ($2, $3)`, v, kept, wire)
	return err
}

// LeavesAddress implements licensing.Store.
func (*Store) LeavesAddress(t tx.Tx, v ident.VendorID, address string) (bool, error) {
	kept, wire := entry.Forms(address)
	var one int
	return store.On(t).QueryRow(`SELECT 1 FROM address_moves WHERE vendor_id = $1 AND former IN ($2, $3) LIMIT 1`, []any{v, kept, wire}, &one)
}

// ForgetHandOvers implements licensing.Store.
func (*Store) ForgetHandOvers(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM license_handovers WHERE expires_at <= $1`, before.UnixMilli())
	return err
}

// PendingHandOver implements licensing.Reader.
func (s *Store) PendingHandOver(ctx context.Context, v ident.VendorID, l ident.LicenseID) (*licensing.HandOver, error) {
	rows, err := s.db.Query(ctx, selectHandOver+pending, v, l)
	return first(rows, err, scanHandOver)
}

// LookHandOver implements licensing.Reader.
func (s *Store) LookHandOver(ctx context.Context, v ident.VendorID, hash [sha256.Size]byte) (*licensing.HandOver, *licensing.License, error) {
	rows, err := s.db.Query(ctx, selectHandOver+byHash, v, hash[:])
	h, err := first(rows, err, scanHandOver)
	if err != nil || h == nil {
		return nil, nil, err
	}
	found, err := s.ByIDs(ctx, v, h.License)
	return h, found[h.License], err
}
