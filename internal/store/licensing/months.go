package licensing

import (
	"context"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Zone implements licensing.Store.
func (s *Store) Zone(t tx.Tx, v ident.VendorID) (*time.Location, error) {
	return store.On(t).Zone(v)
}

// MonthPlace implements licensing.Store.
func (s *Store) MonthPlace(t tx.Tx, l *licensing.License, d ident.DeviceID) (place int64, err error) {
	_, err = store.On(t).QueryRow(`SELECT place FROM month_places WHERE vendor_id = $1 AND license_id = $2 AND begins_at = $3 AND device_id = $4`,
		[]any{l.Vendor, l.ID, l.Month.Begins.UnixMilli(), d}, &place)
	return place, err
}

// InsertMonthPlace implements licensing.Store.
func (s *Store) InsertMonthPlace(t tx.Tx, l *licensing.License, d ident.DeviceID) error {
	return store.On(t).Later(`INSERT INTO month_places (vendor_id, license_id, begins_at, device_id, place, taken_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		l.Vendor, l.ID, l.Month.Begins.UnixMilli(), d, l.Month.Used, t.Now().UnixMilli())
}

// SetPlace implements licensing.Store.
func (s *Store) SetPlace(t tx.Tx, v ident.VendorID, a *licensing.Activation) error {
	return store.On(t).Later(`UPDATE activations SET month_until = $1, month_place = $2 WHERE vendor_id = $3 AND id = $4`,
		store.Millis(a.Place.Until), a.Place.Number, v, a.ID)
}

// KeepMonth implements licensing.Store.
func (s *Store) KeepMonth(t tx.Tx, l *licensing.License) error {
	return store.On(t).Later(`INSERT INTO license_months (vendor_id, license_id, begins_at, ends_at, used, allowed) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (vendor_id, license_id, begins_at) DO UPDATE SET ends_at = excluded.ends_at, used = excluded.used, allowed = excluded.allowed`,
		l.Vendor, l.ID, l.Month.Begins.UnixMilli(), l.Month.Ends.UnixMilli(), l.Month.Used, licensing.Allowed(l.Terms().Policy))
}

// TakeMonth implements licensing.Store.
func (s *Store) TakeMonth(t tx.Tx, l *licensing.License) (used int64, err error) {
	_, err = store.On(t).QueryRow(`DELETE FROM license_months WHERE vendor_id = $1 AND license_id = $2 AND begins_at = $3 RETURNING used`,
		[]any{l.Vendor, l.ID, l.Month.Begins.UnixMilli()}, &used)
	return used, err
}

// MonthOf implements licensing.Reader.
func (s *Store) MonthOf(ctx context.Context, v ident.VendorID, l ident.LicenseID) (licensing.Month, error) {
	var r monthRow
	_, err := s.db.QueryRow(ctx, `SELECT month_begins_at, month_ends_at, month_used FROM licenses WHERE vendor_id = $1 AND id = $2`, []any{v, l},
		&r.begins, &r.ends, &r.used)
	return r.month(), err
}

// monthRow is a licence's month as it is stored.
type monthRow struct {
	begins, ends store.OptionalInt
	used         int64
}

func (r *monthRow) month() licensing.Month {
	return licensing.Month{Span: calendar.Span{Begins: r.begins.Instant(), Ends: r.ends.Instant()}, Used: r.used}
}

// MonthsOver implements licensing.Reader.
func (s *Store) MonthsOver(ctx context.Context, now time.Time, limit int) ([]licensing.Fitting, error) {
	rows, err := s.db.Query(ctx, `SELECT vendor_id, id FROM licenses WHERE month_ends_at <= $1 AND month_ends_at IS NOT NULL
		AND (used_up_at IS NOT NULL OR goodwill_used > 0) ORDER BY month_ends_at LIMIT $2`, now.UnixMilli(), limit)
	return collect(rows, err, func(scan store.Scan) (f licensing.Fitting, err error) {
		var vendor int64
		err = scan(&vendor, &f.License)
		f.Vendor = ident.VendorOf(vendor)
		return f, err
	})
}

// PastMonths gives the months of a licence that are over and in which devices were
// counted, the newest first.
func (s *Store) PastMonths(ctx context.Context, l *licensing.License, now time.Time, limit int) ([]licensing.PastMonth, error) {
	var all []licensing.PastMonth
	if m := l.Month; m.Used > 0 && !now.Before(m.Ends) {
		all = append(all, licensing.PastMonth{Span: m.Span, Used: m.Used, Allowed: licensing.Allowed(l.Terms().Policy)})
	}
	rows, err := s.db.Query(ctx, `SELECT begins_at, ends_at, used, allowed FROM license_months WHERE vendor_id = $1 AND license_id = $2
		ORDER BY begins_at DESC LIMIT $3`, l.Vendor, l.ID, limit-len(all))
	kept, err := collect(rows, err, func(scan store.Scan) (m licensing.PastMonth, err error) {
		var begins, ends int64
		err = scan(&begins, &ends, &m.Used, &m.Allowed)
		m.Begins, m.Ends = store.Instant(begins), store.Instant(ends)
		return m, err
	})
	return append(all, kept...), err
}

// foldedAtOnce is how many places one transaction of FoldMonths takes out.
const foldedAtOnce = 500

// FoldMonths takes the places of months out that ended before an instant, in portions,
// and tells how many months those were. How many devices were counted stays.
func (s *Store) FoldMonths(ctx context.Context, before time.Time) (folded int, err error) {
	type old struct{ vendor, license, begins int64 }
	rows, err := s.db.Query(ctx, `SELECT m.vendor_id, m.license_id, m.begins_at FROM vendors v JOIN license_months m ON m.vendor_id = v.id
		WHERE m.folded < 2 AND m.ends_at < $1 ORDER BY m.vendor_id, m.ends_at`, before.UnixMilli())
	all, err := collect(rows, err, func(scan store.Scan) (o old, err error) { return o, scan(&o.vendor, &o.license, &o.begins) })
	if err != nil {
		return 0, err
	}
	for _, o := range all {
		if _, err := tx.Portions(ctx, s.db, func(t tx.Tx) (bool, error) {
			const fold = `UPDATE license_months SET folded = $1 WHERE vendor_id = $2 AND license_id = $3 AND begins_at = $4`
			if err := store.On(t).Later(fold, 1, o.vendor, o.license, o.begins); err != nil {
				return false, err
			}
			n, err := store.On(t).Exec(`DELETE FROM month_places WHERE vendor_id = $1 AND license_id = $2 AND begins_at = $3 AND device_id IN
				(SELECT device_id FROM month_places WHERE vendor_id = $1 AND license_id = $2 AND begins_at = $3 LIMIT $4)`,
				o.vendor, o.license, o.begins, foldedAtOnce)
			if err != nil || n == foldedAtOnce {
				return n == foldedAtOnce, err
			}
			return false, store.On(t).Later(fold, 2, o.vendor, o.license, o.begins)
		}); err != nil {
			return folded, err
		}
		folded++
	}
	return folded, nil
}
