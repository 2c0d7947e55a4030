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

// chartedEntries is how many of a meter's newest rows a chart is drawn from.
const chartedEntries = 50_000

// Hours gives what a meter counted since an instant, by the hour, the oldest first,
// from its newest 50,000 rows; more tells that there are others before them.
func (s Store) Hours(
	ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, since time.Time,
) (hours []metering.Hour, more bool, err error) {
	rows, err := s.DB.Query(ctx, `SELECT c.at / 3600000, CAST(SUM(c.amount) AS BIGINT), COUNT(*) FROM (
			SELECT at, amount FROM consumptions WHERE vendor_id = $1 AND meter_id =
				(SELECT id FROM meters WHERE vendor_id = $1 AND license_id = $2 AND limitation = $3)
			ORDER BY id DESC LIMIT `+strconv.Itoa(chartedEntries)+`) AS c
		WHERE c.at >= $4 GROUP BY c.at / 3600000 ORDER BY 1`, v, license, limitation, since.UnixMilli())
	counted := int64(0)
	hours, err = store.All[metering.Hour](rows, err)(func(scan store.Scan) (h metering.Hour, err error) {
		var hour, entries int64
		err = scan(&hour, &h.Amount, &entries)
		h.At = time.Unix(hour*3600, 0).UTC()
		counted += entries
		return h, err
	})
	return hours, counted == chartedEntries, err
}
