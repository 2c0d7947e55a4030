package metering

import (
	"context"
	"strconv"
	"time"

	"chancery/internal/ident"
	"chancery/internal/metering"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// TakeOut implements metering.Store.
func (Store) TakeOut(t tx.Tx, v ident.VendorID, m metering.Meter, before time.Time, limit int) (n int, gross, consumed int64, err error) {
	type row struct{ id, amount, started int64 }
	rows, err := store.On(t).Query(`SELECT id, amount, period_started_at FROM consumptions
		WHERE vendor_id = $1 AND meter_id = $2 AND at < $3 ORDER BY id LIMIT $4`, v, m.ID, before.UnixMilli(), limit)
	old, err := store.All[row](rows, err)(func(scan store.Scan) (r row, err error) {
		err = scan(&r.id, &r.amount, &r.started)
		return r, err
	})
	if err != nil || len(old) == 0 {
		return 0, 0, 0, err
	}
	for _, r := range old {
		gross += r.amount
		if r.started == m.StartedAt.UnixMilli() {
			consumed += r.amount
		}
	}
	_, err = store.On(t).Exec(`DELETE FROM consumptions WHERE vendor_id = $1 AND meter_id = $2 AND at < $3 AND id <= $4`,
		v, m.ID, before.UnixMilli(), old[len(old)-1].id)
	if err == nil { // charts reach back as far as the ledger
		_, err = store.On(t).Exec(`DELETE FROM meter_hours WHERE vendor_id = $1 AND meter_id = $2 AND begins_at < $3`,
			v, m.ID, before.Unix()-3600)
	}
	return len(old), gross, consumed, err
}

// Foldable implements metering.Reader.
func (s Store) Foldable(ctx context.Context, before time.Time, after ident.MeterID, limit int) ([]metering.Foldable, error) {
	rows, err := s.DB.Query(ctx, `SELECT m.vendor_id, m.id, m.license_id, m.limitation FROM meters m
		WHERE m.id > $1 AND (SELECT c.at FROM consumptions c WHERE c.vendor_id = m.vendor_id AND c.meter_id = m.id ORDER BY c.id LIMIT 1) < $2
		ORDER BY m.id LIMIT $3`, after, before.UnixMilli(), limit)
	return store.All[metering.Foldable](rows, err)(func(scan store.Scan) (f metering.Foldable, err error) {
		var vendor int64
		err = scan(&vendor, &f.Meter, &f.License, &f.Limitation)
		f.Vendor = ident.VendorOf(vendor)
		return f, err
	})
}

// Verify implements metering.Reader: one statement, so one moment.
func (s Store) Verify(ctx context.Context) ([]metering.Mismatch, error) {
	rows, err := s.DB.Query(ctx, `SELECT l.uuid, m.limitation, m.consumed, m.folded_consumed + COALESCE(s.consumed, 0),
			m.gross, m.folded_gross + COALESCE(s.gross, 0)
		FROM meters m JOIN licenses l ON l.vendor_id = m.vendor_id AND l.id = m.license_id
		LEFT JOIN (SELECT c.vendor_id, c.meter_id, CAST(SUM(c.amount) AS BIGINT) AS gross,
				CAST(SUM(CASE WHEN c.period_started_at = k.period_started_at THEN c.amount ELSE 0 END) AS BIGINT) AS consumed
			FROM consumptions c JOIN meters k ON k.vendor_id = c.vendor_id AND k.id = c.meter_id GROUP BY c.vendor_id, c.meter_id) AS s
			ON s.vendor_id = m.vendor_id AND s.meter_id = m.id
		WHERE m.consumed <> m.folded_consumed + COALESCE(s.consumed, 0) OR m.gross <> m.folded_gross + COALESCE(s.gross, 0)
		ORDER BY m.id`)
	return store.All[metering.Mismatch](rows, err)(func(scan store.Scan) (m metering.Mismatch, err error) {
		err = scan(&m.License, &m.Limitation, &m.Consumed, &m.LedgerConsumed, &m.Gross, &m.LedgerGross)
		return m, err
	})
}

// chartedEntries is how many of a meter's newest rows a chart is drawn from, for hours
// that were not added up when they were written.
const chartedEntries = 50_000

// Hours gives what a meter counted since an instant, by the hour of its vendor, the
// oldest first. What is from before it was added up comes from the newest 50,000 rows of
// the ledger, by the quarter of an hour; more tells that there are others before those.
func (s Store) Hours(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, since time.Time,
) (hours []metering.Hour, more bool, err error) {
	var meter ident.MeterID
	var from int64
	found, err := s.DB.QueryRow(ctx, `SELECT id, COALESCE((SELECT at FROM meter_hours_from), 0) FROM meters
		WHERE vendor_id = $1 AND license_id = $2 AND limitation = $3`, []any{v, license, limitation}, &meter, &from)
	if err != nil || !found {
		return nil, false, err
	}
	if since.Unix() < from {
		if hours, more, err = s.ledgerHours(ctx, v, meter, since.Unix(), from); err != nil {
			return nil, false, err
		}
	}
	rows, err := s.DB.Query(ctx, `SELECT begins_at, amount FROM meter_hours WHERE vendor_id = $1 AND meter_id = $2 AND begins_at >= $3 ORDER BY begins_at`,
		v, meter, max(since.Unix(), from))
	counted, err := store.All[metering.Hour](rows, err)(func(scan store.Scan) (metering.Hour, error) {
		var began, amount int64
		err := scan(&began, &amount)
		return metering.Hour{At: time.Unix(began, 0).UTC(), Amount: amount}, err
	})
	return append(hours, counted...), more, err
}

// ledgerHours adds up the ledger from one instant on, until another, in seconds.
func (s Store) ledgerHours(ctx context.Context, v ident.VendorID, meter ident.MeterID, first, until int64) (hours []metering.Hour, more bool, err error) {
	rows, err := s.DB.Query(ctx, `SELECT c.at / 900000, CAST(SUM(c.amount) AS BIGINT), COUNT(*) FROM (
			SELECT at, amount FROM consumptions WHERE vendor_id = $1 AND meter_id = $2 ORDER BY id DESC LIMIT `+strconv.Itoa(chartedEntries)+`) AS c
		WHERE c.at >= $3 GROUP BY c.at / 900000 ORDER BY 1`, v, meter, first*1000)
	counted := int64(0)
	all, err := store.All[metering.Hour](rows, err)(func(scan store.Scan) (metering.Hour, error) {
		var quarter, amount, entries int64
		err := scan(&quarter, &amount, &entries)
		counted += entries
		return metering.Hour{At: time.Unix(quarter*900, 0).UTC(), Amount: amount}, err
	})
	before := time.Unix(until, 0)
	for _, h := range all {
		if h.At.Before(before) {
			hours = append(hours, h)
		}
	}
	return hours, counted == chartedEntries, err
}
