package observe

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/observe"
	"chancery/internal/store"
)

// Invalid lists what was refused, the newest first.
func (s Store) Invalid(ctx context.Context, v ident.VendorID, f observe.InvalidFilter, r listing.Request) (listing.Page[observe.InvalidRow], error) {
	q := store.Select(`SELECT id, received, what, reason, product, version, payload FROM observe_invalid WHERE vendor_id =`, v)
	if f.Reason != "" {
		q.And(`reason = ?`, string(f.Reason))
	}
	sqltext, args := q.Page(r, store.Column{Name: "id"}, "id")
	items, err := store.All[observe.InvalidRow](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (row observe.InvalidRow, err error) {
		var received int64
		err = scan(&row.ID, &received, &row.What, &row.Reason, &row.Product, &row.Version, &row.Payload)
		row.Received = instant(received)
		return row, err
	})
	return listing.Cut(r, items, func(row observe.InvalidRow) listing.Mark { return r.Mark(row.ID) }), err
}

// Identities lists joined actors, the newest first.
func (s Store) Identities(ctx context.Context, v ident.VendorID, search string, r listing.Request) (listing.Page[observe.Identity], error) {
	q := store.Select(`SELECT id, actor, identified, root, at FROM observe_joins WHERE vendor_id =`, v)
	if search != "" {
		q.And(`(actor = ? OR root = ?)`, search, search)
	}
	sqltext, args := q.Page(r, store.Column{Name: "id"}, "id")
	items, err := store.All[observe.Identity](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (row observe.Identity, err error) {
		var at int64
		err = scan(&row.ID, &row.Actor, &row.Identified, &row.CountedAs, &at)
		row.At = instant(at)
		return row, err
	})
	return listing.Cut(r, items, func(row observe.Identity) listing.Mark { return r.Mark(row.ID) }), err
}

const coverageSums = `CAST(COALESCE(SUM(c.events), 0) AS BIGINT), CAST(COALESCE(SUM(c.with_account), 0) AS BIGINT),
	CAST(COALESCE(SUM(c.with_license), 0) AS BIGINT)`

// versionsShown is how many versions the coverage names.
const versionsShown = 50

// Governance tells how much is observed, kept and refused.
func (s Store) Governance(ctx context.Context, v ident.VendorID, now time.Time) (g observe.Governance, err error) {
	state, err := s.State(ctx, v)
	if err != nil {
		return g, err
	}
	g.Names, g.AsOf, g.KeptFrom = state.Names, orZero(state.AsOf), orZero(state.KeptFrom)
	if g.Settings, err = s.Settings(ctx, v); err != nil {
		return g, err
	}
	today := now.Unix() / 86400
	for _, days := range []int64{30, 90} {
		c := observe.DaysCoverage{Days: days}
		if _, err := s.DB.QueryRow(ctx, `SELECT `+coverageSums+` FROM observe_coverage c WHERE c.vendor_id = $1 AND c.day > $2`,
			[]any{v, today - days}, &c.Events, &c.Account, &c.License); err != nil {
			return g, err
		}
		g.Coverage = append(g.Coverage, c)
	}
	if g.Versions, err = s.versions(ctx, v, today-30); err != nil {
		return g, err
	}
	g.Refused, err = store.All[observe.ReasonCount](s.DB.Query(ctx, `SELECT reason, CAST(SUM(items) AS BIGINT) FROM observe_invalid_counts
		WHERE vendor_id = $1 GROUP BY reason ORDER BY reason`, v))(func(scan store.Scan) (r observe.ReasonCount, err error) {
		err = scan(&r.Reason, &r.Items)
		return r, err
	})
	if err != nil {
		return g, err
	}
	_, err = s.DB.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(items), 0) AS BIGINT) FROM observe_inbox WHERE vendor_id = $1`, []any{v}, &g.Waiting)
	return g, err
}

func (s Store) versions(ctx context.Context, v ident.VendorID, after int64) ([]observe.VersionCoverage, error) {
	return store.All[observe.VersionCoverage](s.DB.Query(ctx, `SELECT p.name, i.name, `+coverageSums+` FROM observe_coverage c
		JOIN observe_ids i ON i.vendor_id = c.vendor_id AND i.id = c.version_id JOIN observe_ids p ON p.vendor_id = i.vendor_id AND p.id = i.parent_id
		WHERE c.vendor_id = $1 AND c.day > $2 GROUP BY p.name, i.name
		ORDER BY CAST(SUM(c.events) AS BIGINT) - CAST(SUM(c.with_license) AS BIGINT) DESC, p.name, i.name LIMIT $3`,
		v, after, versionsShown))(func(scan store.Scan) (c observe.VersionCoverage, err error) {
		c.Days = 30
		err = scan(&c.Product, &c.Version, &c.Events, &c.Account, &c.License)
		return c, err
	})
}

func orZero(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return instant(ms)
}
