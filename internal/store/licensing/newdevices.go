package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// isNew holds for an activation a that is its device's first one on the licence.
const isNew = `NOT EXISTS (SELECT 1 FROM activations p WHERE p.vendor_id = a.vendor_id AND p.device_id = a.device_id
	AND p.license_id = a.license_id AND p.id < a.id)`

// CountNewDevices implements licensing.Store.
func (*Store) CountNewDevices(t tx.Tx, v ident.VendorID, until time.Time, limit int) (bool, error) {
	q, to := store.On(t), until.UnixMilli()
	var from, last int64
	idle, err := q.QueryRow(`SELECT 1 FROM new_device_marks m WHERE m.vendor_id = $1 AND NOT EXISTS (SELECT 1 FROM activations a
		WHERE a.vendor_id = m.vendor_id AND a.activated_at > m.looked_until AND a.activated_at <= $2)`, []any{v, to}, &last)
	if err != nil || idle {
		return false, err // and nothing is written, nor locked
	}
	found, err := q.QueryRow(`SELECT looked_until FROM new_device_marks WHERE vendor_id = $1`+q.Dialect.ForUpdate(), []any{v}, &from)
	if err != nil {
		return false, err
	}
	if !found {
		return false, q.Later(`INSERT INTO new_device_marks (vendor_id, looked_until) VALUES ($1, $2) ON CONFLICT DO NOTHING`, v, to)
	}
	more, err := q.QueryRow(`SELECT activated_at FROM activations WHERE vendor_id = $1 AND activated_at > $2 AND activated_at <= $3
		ORDER BY activated_at LIMIT 1 OFFSET $4`, []any{v, from, to, limit - 1}, &last)
	if err != nil {
		return false, err
	}
	if more {
		to = last
	}
	if to <= from {
		return false, nil
	}
	if err := q.Later(`INSERT INTO new_devices (vendor_id, license_id, devices, since, told_at)
		SELECT a.vendor_id, a.license_id, COUNT(*), MIN(a.activated_at), 0 FROM activations a
		WHERE a.vendor_id = $1 AND a.activated_at > $2 AND a.activated_at <= $3 AND `+isNew+` GROUP BY a.vendor_id, a.license_id
		ON CONFLICT (vendor_id, license_id) DO UPDATE SET devices = new_devices.devices + excluded.devices,
			since = CASE WHEN new_devices.devices = 0 THEN excluded.since ELSE new_devices.since END`, v, from, to); err != nil {
		return false, err
	}
	return more, q.Later(`UPDATE new_device_marks SET looked_until = $1 WHERE vendor_id = $2`, to, v)
}

// NewDevicesDue implements licensing.Reader. It gives those too that have none: their row
// has done its service.
func (s *Store) NewDevicesDue(ctx context.Context, v ident.VendorID, before time.Time, limit int) ([]ident.LicenseID, error) {
	rows, err := s.db.Query(ctx, `SELECT license_id FROM new_devices WHERE vendor_id = $1 AND told_at <= $2 ORDER BY told_at LIMIT $3`,
		v, before.UnixMilli(), limit)
	return collect(rows, err, func(scan store.Scan) (id ident.LicenseID, err error) { return id, scan(&id) })
}

// TakeNewDevices implements licensing.Store.
func (s *Store) TakeNewDevices(
	t tx.Tx, v ident.VendorID, l ident.LicenseID, before time.Time, named int,
) (n licensing.NewDevices, err error) {
	q := store.On(t)
	var since, told int64
	found, err := q.QueryRow(`SELECT devices, since, told_at FROM new_devices WHERE vendor_id = $1 AND license_id = $2`+q.Dialect.ForUpdate(),
		[]any{v, l}, &n.Count, &since, &told)
	if err != nil || !found || told > before.UnixMilli() {
		return licensing.NewDevices{}, err
	}
	if n.Count == 0 {
		return n, q.Later(`DELETE FROM new_devices WHERE vendor_id = $1 AND license_id = $2`, v, l)
	}
	n.Since = store.Instant(since)
	rows, err := writing(t)(activationsFrom+`WHERE a.vendor_id = $1 AND a.license_id = $2 AND a.released_at IS NULL AND a.activated_at >= $3
		AND `+isNew+` ORDER BY a.id DESC LIMIT $4`, v, l, since, min(int64(named), n.Count))
	if n.Named, err = collect(rows, err, scanActivation); err != nil {
		return n, err
	}
	return n, q.Later(`UPDATE new_devices SET devices = 0, told_at = $1 WHERE vendor_id = $2 AND license_id = $3`, t.Now().UnixMilli(), v, l)
}

// NextNewDevices implements licensing.Reader.
func (s *Store) NextNewDevices(ctx context.Context, after, every time.Duration) (int64, error) {
	var next store.OptionalInt
	_, err := s.db.QueryRow(ctx, `SELECT MIN(at) FROM (
		SELECT MIN(n.told_at) + $1 AS at FROM new_devices n WHERE n.devices > 0
		UNION ALL SELECT (SELECT MIN(a.activated_at) FROM activations a WHERE a.vendor_id = m.vendor_id AND a.activated_at > m.looked_until) + $2
		FROM new_device_marks m) AS k`, []any{every.Milliseconds(), after.Milliseconds()}, &next)
	return next.V, err
}
