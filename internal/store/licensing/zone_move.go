package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// movedOfStep is how many licences are looked at between two looks at the time that a
// portion may take.
const movedOfStep = 50

// HoldingDays implements licensing.Store.
func (*Store) HoldingDays(
	t tx.Tx, v ident.VendorID, after ident.LicenseID, made time.Time,
) (ids []ident.LicenseID, last ident.LicenseID, err error) {
	q := store.On(t)
	var until store.OptionalInt
	if _, err := q.QueryRow(`SELECT MAX(id) FROM (SELECT id FROM licenses WHERE vendor_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS next`,
		[]any{v, after, movedOfStep}, &until); err != nil {
		return nil, 0, err
	}
	last = ident.LicenseID(until.V)
	rows, err := q.Query(`SELECT id FROM licenses WHERE vendor_id = $1 AND id > $2 AND id <= $3 AND created_at <= $4
		AND (expires_at IS NOT NULL OR starts_at IS NOT NULL OR overrides IS NOT NULL) ORDER BY id`, v, after, last, made.UnixMilli())
	ids, err = collect(rows, err, scanID)
	return ids, last, err
}

// notice is an announcement of an end.
type notice struct {
	license  ident.LicenseID
	kind     string
	ends, at int64
}

// MoveNotices implements licensing.Store.
func (*Store) MoveNotices(t tx.Tx, v ident.VendorID, after, last ident.LicenseID, end func(time.Time) time.Time) error {
	q := store.On(t)
	rows, err := q.Query(`SELECT license_id, kind, ends_at, at FROM license_notices WHERE vendor_id = $1 AND license_id > $2 AND license_id <= $3`,
		v, after, last)
	all, err := collect(rows, err, func(scan store.Scan) (n notice, err error) { return n, scan(&n.license, &n.kind, &n.ends, &n.at) })
	if err != nil {
		return err
	}
	for _, n := range all {
		moved := end(store.Instant(n.ends)).UnixMilli()
		if moved == n.ends {
			continue
		}
		if err := q.Later(`INSERT INTO license_notices (vendor_id, license_id, kind, ends_at, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (vendor_id, license_id, kind, ends_at) DO NOTHING`, v, n.license, n.kind, moved, n.at); err != nil {
			return err
		}
	}
	return nil
}

// LastDays gives the ends of at most so many licences that have one of their own.
func (s *Store) LastDays(ctx context.Context, v ident.VendorID, most int) ([]time.Time, error) {
	rows, err := s.db.Query(ctx, `SELECT expires_at FROM licenses WHERE vendor_id = $1 AND expires_at IS NOT NULL ORDER BY expires_at, id LIMIT $2`, v, most)
	return collect(rows, err, func(scan store.Scan) (time.Time, error) {
		var at int64
		err := scan(&at)
		return store.Instant(at), err
	})
}
