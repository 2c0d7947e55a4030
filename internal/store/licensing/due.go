package licensing

import (
	"context"
	"database/sql"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
)

func scanDue(scan store.Scan) (licensing.Due, error) {
	var d licensing.Due
	var vendor int64
	err := scan(&vendor, &d.Activation)
	d.Vendor = ident.VendorOf(vendor)
	return d, err
}

// selectSilent: the day serves the index, the instant decides. A cross join holds
// SQLite to the order of the tables; left to itself it reads every activation,
// also where no product unassigns anybody. Who lives from a file is silent from when that
// wanted a refresh, and never with one that wants none.
const selectSilent = `SELECT a.vendor_id, a.uuid
	FROM products p CROSS JOIN pulses s CROSS JOIN activations a
	WHERE p.maximum_inactive_days IS NOT NULL
		AND s.vendor_id = p.vendor_id AND s.last_seen_day <= $1 - p.maximum_inactive_days
		AND s.last_seen_at < $2 - p.maximum_inactive_days * CAST(86400000 AS BIGINT)
		AND +a.vendor_id = s.vendor_id AND a.id = s.activation_id AND a.product_id = p.id AND a.released_at IS NULL
		AND (a.is_offline = 0 OR a.refresh_by IS NOT NULL AND a.offline_until < $2 - p.maximum_inactive_days * CAST(86400000 AS BIGINT))
	LIMIT $3`

// Silent implements licensing.Reader.
func (s *Store) Silent(ctx context.Context, now time.Time, limit int) ([]licensing.Due, error) {
	rows, err := s.db.Query(ctx, selectSilent, licensing.DayOf(now), now.UnixMilli(), limit)
	return collect(rows, err, scanDue)
}

// GoodwillOver implements licensing.Reader.
func (s *Store) GoodwillOver(ctx context.Context, now time.Time, limit int) ([]licensing.Due, error) {
	rows, err := s.db.Query(ctx, `SELECT vendor_id, uuid FROM activations
		WHERE released_at IS NULL AND goodwill_until IS NOT NULL AND goodwill_until <= $1
			AND (is_offline = 0 OR COALESCE(offline_until, 0) <= $1) ORDER BY goodwill_until LIMIT $2`, now.UnixMilli(), limit)
	return collect(rows, err, scanDue)
}

// NextGoodwillEnd gives when the next goodwill activation ends after an instant, in
// milliseconds; zero for none.
func (s *Store) NextGoodwillEnd(ctx context.Context, now time.Time) (int64, error) {
	var goodwill, offline sql.Null[int64]
	if _, err := s.db.QueryRow(ctx, `SELECT MIN(goodwill_until) FROM activations
		WHERE released_at IS NULL AND goodwill_until IS NOT NULL AND goodwill_until > $1`, []any{now.UnixMilli()}, &goodwill); err != nil {
		return 0, err
	}
	// A file in force holds one back that would have ended.
	_, err := s.db.QueryRow(ctx, `SELECT MIN(offline_until) FROM activations
		WHERE released_at IS NULL AND goodwill_until IS NOT NULL AND is_offline = 1 AND offline_until > $1`, []any{now.UnixMilli()}, &offline)
	return store.Sooner(goodwill.V, offline.V), err
}

// NextSilent gives when a client has been silent for too long next after an instant, in
// milliseconds; zero for none.
func (s *Store) NextSilent(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.db.QueryRow(ctx, `SELECT MIN(s.last_seen_at + p.maximum_inactive_days * CAST(86400000 AS BIGINT)) + 1
		FROM products p CROSS JOIN pulses s CROSS JOIN activations a
		WHERE p.maximum_inactive_days IS NOT NULL
			AND s.vendor_id = p.vendor_id AND s.last_seen_day >= $1 - p.maximum_inactive_days
			AND s.last_seen_at >= $2 - p.maximum_inactive_days * CAST(86400000 AS BIGINT)
			AND +a.vendor_id = s.vendor_id AND a.id = s.activation_id AND a.product_id = p.id AND a.released_at IS NULL AND a.is_offline = 0`,
		[]any{licensing.DayOf(now), now.UnixMilli()}, &at)
	if err != nil {
		return 0, err
	}
	var offline sql.Null[int64]
	_, err = s.db.QueryRow(ctx, `SELECT MIN(a.offline_until + p.maximum_inactive_days * CAST(86400000 AS BIGINT)) + 1
		FROM activations a JOIN products p ON p.vendor_id = a.vendor_id AND p.id = a.product_id
		WHERE a.released_at IS NULL AND a.refresh_by IS NOT NULL AND p.maximum_inactive_days IS NOT NULL
			AND a.offline_until + p.maximum_inactive_days * CAST(86400000 AS BIGINT) >= $1`, []any{now.UnixMilli()}, &offline)
	return store.Sooner(at.V, offline.V), err
}

// NextMonthEnd gives when the next month of a licence that was used up or above the
// contract ends after an instant, in milliseconds; zero for none.
func (s *Store) NextMonthEnd(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.db.QueryRow(ctx, `SELECT MIN(month_ends_at) FROM licenses WHERE month_ends_at > $1 AND month_ends_at IS NOT NULL
		AND (used_up_at IS NOT NULL OR goodwill_used > 0)`, []any{now.UnixMilli()}, &at)
	return at.V, err
}
