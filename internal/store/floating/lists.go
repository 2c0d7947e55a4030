package floating

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Due implements floating.Reader.
func (s Store) Due(ctx context.Context, now time.Time, limit int) ([]floating.Due, error) {
	rows, err := s.DB.Query(ctx, `SELECT vendor_id, license_id FROM session_counters WHERE open_count > 0 AND next_lapse <= $1
		ORDER BY next_lapse LIMIT $2`, now.UnixMilli(), limit)
	return store.All[floating.Due](rows, err)(func(scan store.Scan) (d floating.Due, err error) {
		var vendor int64
		err = scan(&vendor, &d.License)
		d.Vendor = ident.VendorOf(vendor)
		return d, err
	})
}

// NextLapse gives when a session may lapse next after an instant, in milliseconds; zero for none.
func (s Store) NextLapse(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.DB.QueryRow(ctx, `SELECT MIN(next_lapse) FROM session_counters WHERE open_count > 0 AND next_lapse > $1`, []any{now.UnixMilli()}, &at)
	return at.V, err
}

// List lists a licence's sessions as they stand at now, the newest first.
func (s Store) List(
	ctx context.Context, v ident.VendorID, l ident.LicenseID, f floating.Filter, now time.Time, r listing.Request,
) (listing.Page[floating.Session], error) {
	q := store.Select(`SELECT `+sessionColumns+` FROM sessions s WHERE s.vendor_id =`, v).And("s.license_id = ?", l)
	switch {
	case f.OpenOnly:
		q.And("s.ended_at IS NULL AND s.valid_until > ?", now.UnixMilli())
	case f.PastOnly:
		q.And("(s.ended_at IS NOT NULL OR s.valid_until <= ?)", now.UnixMilli())
	}
	sqltext, args := q.Page(r, store.Column{Name: "s.id"}, "s.id")
	rows, err := s.DB.Query(ctx, sqltext, args...)
	items, err := store.All[floating.Session](rows, err)(scanSession)
	return listing.Cut(r, items, func(k floating.Session) listing.Mark { return r.Mark(k.ID) }), err
}

// SessionByUUID reads one session. Missing is session_not_found.
func (s Store) SessionByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (floating.Session, error) {
	found, err := one(s.DB.Query(ctx, `SELECT `+sessionColumns+` FROM sessions s WHERE s.vendor_id = $1 AND s.uuid = $2`, v, id))
	if err == nil && found == nil {
		err = fault.Missing("session")
	}
	if err != nil {
		return floating.Session{}, err
	}
	return *found, nil
}

// Open tells how many sessions of each licence are open at now; none where it is missing.
func (s Store) Open(ctx context.Context, v ident.VendorID, now time.Time, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error) {
	if len(licenses) == 0 {
		return map[ident.LicenseID]int64{}, nil
	}
	sqltext, args := openCounts(v, now, licenses)
	return counts(store.All[count](s.DB.Query(ctx, sqltext, args...)))
}

// OpenIn is Open inside a transaction.
func (s Store) OpenIn(t tx.Tx, v ident.VendorID, licenses ...ident.LicenseID) (map[ident.LicenseID]int64, error) {
	if len(licenses) == 0 {
		return map[ident.LicenseID]int64{}, nil
	}
	sqltext, args := openCounts(v, t.Now(), licenses)
	return counts(store.All[count](store.On(t).Query(sqltext, args...)))
}

type count struct {
	license ident.LicenseID
	open    int64
}

// openCounts reads the counters. Only where a session may have lapsed since they
// were written are those that have counted.
func openCounts(v ident.VendorID, now time.Time, licenses []ident.LicenseID) (sqltext string, args []any) {
	at := now.UnixMilli()
	args = append(make([]any, 0, 3+len(licenses)), at, at, v)
	holders := make([]string, len(licenses))
	for i, id := range licenses {
		args = append(args, id)
		holders[i] = "$" + strconv.Itoa(len(args))
	}
	return `SELECT c.license_id, CASE WHEN c.open_count = 0 OR c.next_lapse > $1 THEN c.open_count ELSE c.open_count -
		(SELECT COUNT(*) FROM sessions s WHERE s.vendor_id = c.vendor_id AND s.license_id = c.license_id AND s.ended_at IS NULL
			AND s.check_at <= $2 AND s.valid_until <= $2) END
		FROM session_counters c WHERE c.vendor_id = $3 AND c.license_id IN (` + strings.Join(holders, ", ") + `)`, args
}

func counts(all func(func(store.Scan) (count, error)) ([]count, error)) (map[ident.LicenseID]int64, error) {
	rows, err := all(func(scan store.Scan) (c count, err error) {
		err = scan(&c.license, &c.open)
		return c, err
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[ident.LicenseID]int64, len(rows))
	for _, c := range rows {
		byID[c.license] = c.open
	}
	return byID, nil
}

// All lists sessions over all licences as they stand at now, the newest first. A
// page may hold fewer than asked for, even none, and yet have a next one.
func (s Store) All(ctx context.Context, v ident.VendorID, f floating.Filter, now time.Time, r listing.Request) (listing.Page[floating.Session], error) {
	q := store.Select(`SELECT `+sessionColumns+` FROM sessions s WHERE s.vendor_id =`, v)
	narrow := func(q *store.Selection) {
		switch {
		case f.OpenOnly:
			q.And("s.ended_at IS NULL")
		case f.OveruseOnly:
			q.And("s.is_overuse = 1")
		}
	}
	narrow(q)
	switch {
	case f.OpenOnly:
		q.And("s.valid_until > ?", now.UnixMilli())
	case f.PastOnly:
		q.And("(s.ended_at IS NOT NULL OR s.valid_until <= ?)", now.UnixMilli())
	}
	if f.OpenOnly && f.OveruseOnly {
		q.And("s.is_overuse = 1")
	}
	if f.ClientID != "" {
		q.And("s.client_id = ?", f.ClientID)
	}
	if f.UserID != "" {
		q.And("s.user_id = ?", f.UserID)
	}
	var search store.Search
	if f.PastOnly || f.ClientID != "" || f.UserID != "" {
		looked := store.Select(`SELECT s.id FROM sessions s WHERE s.vendor_id =`, v)
		narrow(looked)
		var err error
		if search, err = s.DB.Bound(ctx, looked, "s.id", r, store.SearchDepth); err != nil {
			return listing.Page[floating.Session]{}, err
		}
		search.Within(q, "s.id")
	}
	sqltext, args := q.Page(r, store.Column{Name: "s.id"}, "s.id")
	rows, err := s.DB.Query(ctx, sqltext, args...)
	items, err := store.All[floating.Session](rows, err)(scanSession)
	page := listing.Cut(r, items, func(k floating.Session) listing.Mark { return r.Mark(k.ID) })
	page.Next = search.Next(page.Next)
	return page, err
}

// Busiest gives the licences with the most open sessions, and how many; no more than limit.
func (s Store) Busiest(ctx context.Context, v ident.VendorID, now time.Time, limit int) ([]floating.Busy, error) {
	rows, err := s.DB.Query(ctx, `SELECT license_id, open_count FROM session_counters WHERE vendor_id = $1 AND open_count > 0
		ORDER BY open_count DESC, license_id LIMIT $2`, v, limit)
	all, err := store.All[floating.Busy](rows, err)(func(scan store.Scan) (b floating.Busy, err error) {
		return b, scan(&b.License, &b.Open)
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]ident.LicenseID, len(all))
	for i, b := range all {
		ids[i] = b.License
	}
	open, err := s.Open(ctx, v, now, ids...) // less what has lapsed since
	for i := range all {
		all[i].Open = open[all[i].License]
	}
	return all, err
}
