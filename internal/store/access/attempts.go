package access

import (
	"time"

	"chancery/internal/access"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Attempts implements access.AttemptStore.
type Attempts struct{}

var _ access.AttemptStore = Attempts{}

// Failures implements access.AttemptStore. The row is there even before the
// first failure, so that two first ones wait for each other.
func (Attempts) Failures(t tx.Tx, vendor ident.VendorID, subject access.Subject) (access.Failures, error) {
	s := store.On(t)
	if _, err := s.Exec(`INSERT INTO failed_attempts (vendor_id, subject, failures, last_at, locked_until)
		VALUES ($1, $2, 0, 0, 0) ON CONFLICT DO NOTHING`, vendor, subject[:]); err != nil {
		return access.Failures{}, err
	}
	var f access.Failures
	var last, until int64
	_, err := s.QueryRow(`SELECT failures, last_at, locked_until FROM failed_attempts WHERE vendor_id = $1 AND subject = $2`+s.Dialect.ForUpdate(),
		[]any{vendor, subject[:]}, &f.Count, &last, &until)
	f.LastAt, f.LockedUntil = store.Instant(last), store.Instant(until)
	return f, err
}

// SetFailures implements access.AttemptStore.
func (Attempts) SetFailures(t tx.Tx, vendor ident.VendorID, subject access.Subject, f access.Failures) error {
	s := store.On(t)
	until := int64(0)
	if !f.LockedUntil.IsZero() {
		until = f.LockedUntil.UnixMilli()
	}
	_, err := s.Exec(`INSERT INTO failed_attempts (vendor_id, subject, failures, last_at, locked_until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vendor_id, subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, locked_until = excluded.locked_until`,
		vendor, subject[:], f.Count, max(f.LastAt.UnixMilli(), 0), until)
	return err
}

// ForgetFailures implements access.AttemptStore.
func (Attempts) ForgetFailures(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM failed_attempts WHERE last_at <= (SELECT COALESCE(MAX(last_at), -1) FROM
		(SELECT last_at FROM failed_attempts WHERE last_at < $1 ORDER BY last_at LIMIT $2) AS oldest)`, before.UnixMilli(), forgottenAtOnce)
	return err
}

// Known implements access.AttemptStore.
func (Attempts) Known(t tx.Tx, vendor ident.VendorID, place access.Subject) (bool, error) {
	var until int64
	return store.On(t).QueryRow(`SELECT until FROM known_places WHERE vendor_id = $1 AND place = $2 AND until > $3`,
		[]any{vendor, place[:], t.Now().UnixMilli()}, &until)
}

// Remember implements access.AttemptStore.
func (Attempts) Remember(t tx.Tx, vendor ident.VendorID, place access.Subject, until time.Time) error {
	_, err := store.On(t).Exec(`INSERT INTO known_places (vendor_id, place, until) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id, place) DO UPDATE SET until = excluded.until`, vendor, place[:], until.UnixMilli())
	return err
}

// ForgetPlaces implements access.AttemptStore.
func (Attempts) ForgetPlaces(t tx.Tx, before time.Time) error {
	_, err := store.On(t).Exec(`DELETE FROM known_places WHERE until < $1`, before.UnixMilli())
	return err
}
