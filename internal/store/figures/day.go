package figures

import (
	"context"
	"slices"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/store"
)

// querier reads: the database, or one snapshot of it.
type querier func(sqltext string, args ...any) (store.Rows, error)

func (s Store) reading(ctx context.Context) querier {
	return func(sqltext string, args ...any) (store.Rows, error) { return s.DB.Query(ctx, sqltext, args...) }
}

const dayLength = 86_400_000 // milliseconds

// events are the statements that count what happened on a day. Each takes the
// vendor, the day's beginning and its end, and gives product, value and number.
var events = []struct { //nolint:gochecknoglobals // a list that never changes
	figure  figures.Figure
	sqltext string
	unit    int64 // of the beginning and the end, in milliseconds
}{
	{figures.Activations, `SELECT product_id, '', COUNT(*) FROM activations
		WHERE vendor_id = $1 AND activated_at >= $2 AND activated_at < $3 GROUP BY product_id`, 1},
	{figures.Releases, `SELECT product_id, COALESCE(release_reason, ''), COUNT(*) FROM activations
		WHERE vendor_id = $1 AND released_at IS NOT NULL AND released_at >= $2 AND released_at < $3 GROUP BY product_id, release_reason`, 1},
	// The day's count of a client is in its pulse, until the next day's first
	// heartbeat hands it over to the history. Both are read as of one instant. A row
	// of the history without a count has nothing to add, and looks nothing up.
	{figures.Heartbeats, `SELECT product_id, '', CAST(SUM(n) AS BIGINT) FROM (
			SELECT a.product_id, h.day_count AS n FROM heartbeats h JOIN activations a ON a.vendor_id = h.vendor_id AND a.id = h.activation_id
				WHERE h.vendor_id = $1 AND h.day >= $2 AND h.day < $3 AND h.day_count > 0
			UNION ALL SELECT a.product_id, s.day_count FROM pulses s JOIN activations a ON a.vendor_id = s.vendor_id AND a.id = s.activation_id
				WHERE s.vendor_id = $1 AND s.last_seen_day >= $2 AND s.last_seen_day < $3) AS both_places GROUP BY product_id`, dayLength},
	{figures.Denials, `SELECT l.product_id, CAST(d.reason AS TEXT), CAST(SUM(d.denied) AS BIGINT) FROM denials d
		JOIN licenses l ON l.vendor_id = d.vendor_id AND l.id = d.license_id
		WHERE d.vendor_id = $1 AND d.hour >= $2 AND d.hour < $3 GROUP BY l.product_id, d.reason`, 3_600_000},
	{figures.GoodwillEntered, `SELECT l.product_id, '', COUNT(*) FROM goodwill_stays g JOIN licenses l ON l.vendor_id = g.vendor_id AND l.id = g.license_id
		WHERE g.vendor_id = $1 AND g.entered_at >= $2 AND g.entered_at < $3 GROUP BY l.product_id`, 1},
	{figures.GoodwillLeft, `SELECT l.product_id, g.left_by, COUNT(*) FROM goodwill_stays g JOIN licenses l ON l.vendor_id = g.vendor_id AND l.id = g.license_id
		WHERE g.vendor_id = $1 AND g.left_at IS NOT NULL AND g.left_at >= $2 AND g.left_at < $3 GROUP BY l.product_id, g.left_by`, 1},
}

// OfDay implements figures.Store.
func (s Store) OfDay(ctx context.Context, v ident.VendorID, day int64) ([]figures.Row, error) {
	return ofDay(s.reading(ctx), v, day)
}

func ofDay(q querier, v ident.VendorID, day int64) ([]figures.Row, error) {
	var all []figures.Row
	for _, e := range events {
		rows, err := q(e.sqltext, v, day*dayLength/e.unit, (day+1)*dayLength/e.unit)
		counted, err := store.All[figures.Row](rows, err)(func(scan store.Scan) (figures.Row, error) {
			r := figures.Row{Figure: e.figure, Day: day}
			return r, scan(&r.Product, &r.Value, &r.N)
		})
		if err != nil {
			return nil, err
		}
		all = append(all, counted...)
	}
	reports, err := reports(q, v, day)
	if err != nil {
		return nil, err
	}
	active, err := activeClients(q, v, day)
	return append(append(all, reports...), active...), err
}

// clients is some clients that are alike.
type clients struct {
	product                  ident.ProductID
	edition                  ident.UUID
	version, system, country string
	n                        [3]int64
}

// rows adds the clients to the figures of all dimensions.
func (c clients) rows(day int64, n int64, figure func(figures.Dimension) figures.Figure) []figures.Row {
	if n == 0 {
		return nil
	}
	of := map[figures.Dimension]string{
		figures.Version: c.version, figures.System: c.system, figures.Country: c.country, figures.Edition: c.edition.String(),
	}
	rows := make([]figures.Row, 0, len(of)+1)
	for _, by := range figures.Dimensions() {
		rows = append(rows, figures.Row{Figure: figure(by), Day: day, Product: c.product, Value: of[by], N: n})
	}
	return rows
}

// activeClients counts the clients that sent a heartbeat on a day, by what its
// last history row of the day says of them.
func activeClients(q querier, v ident.VendorID, day int64) ([]figures.Row, error) {
	rows, err := q(`SELECT a.product_id, e.uuid, h.software_version, h.operating_system, h.country, COUNT(*)
		FROM (SELECT MAX(id) AS id FROM heartbeats WHERE vendor_id = $1 AND day = $2 GROUP BY activation_id) AS newest
		JOIN heartbeats h ON h.id = newest.id
		JOIN activations a ON a.vendor_id = h.vendor_id AND a.id = h.activation_id
		JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id
		JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
		GROUP BY a.product_id, e.uuid, h.software_version, h.operating_system, h.country`, v, day)
	alike, err := store.All[clients](rows, err)(func(scan store.Scan) (c clients, err error) {
		return c, scan(&c.product, &c.edition, &c.version, &c.system, &c.country, &c.n[0])
	})
	all := make([]figures.Row, 0, len(alike)*len(figures.Dimensions()))
	for _, c := range alike {
		all = append(all, c.rows(day, c.n[0], figures.Active)...)
	}
	return figures.Fold(all), err
}

// seenClients counts the clients that are activated and were seen lately.
func seenClients(q querier, v ident.VendorID, today int64) ([]figures.Row, error) {
	spans := figures.Spans()
	first := func(days int) int64 { return today - int64(days) + 1 }
	rows, err := q(`SELECT a.product_id, e.uuid, a.software_version, a.operating_system, a.country,
			CAST(SUM(CASE WHEN s.last_seen_day >= $3 THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN s.last_seen_day >= $4 THEN 1 ELSE 0 END) AS BIGINT),
			COUNT(*)
		FROM pulses s JOIN activations a ON a.vendor_id = s.vendor_id AND a.id = s.activation_id AND a.released_at IS NULL
		JOIN licenses l ON l.vendor_id = a.vendor_id AND l.id = a.license_id
		JOIN editions e ON e.vendor_id = l.vendor_id AND e.id = l.edition_id
		WHERE s.vendor_id = $1 AND s.last_seen_day >= $2
		GROUP BY a.product_id, e.uuid, a.software_version, a.operating_system, a.country`,
		v, first(slices.Max(spans)), first(spans[0]), first(spans[1]))
	alike, err := store.All[clients](rows, err)(func(scan store.Scan) (c clients, err error) {
		return c, scan(&c.product, &c.edition, &c.version, &c.system, &c.country, &c.n[0], &c.n[1], &c.n[2])
	})
	all := make([]figures.Row, 0, len(alike)*len(spans)*len(figures.Dimensions()))
	for _, c := range alike {
		for i, days := range spans {
			all = append(all, c.rows(today, c.n[i], func(by figures.Dimension) figures.Figure { return figures.Seen(days, by) })...)
		}
	}
	return figures.Fold(all), err
}
