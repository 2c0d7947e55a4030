package figures

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/terms"
)

// endedByContract corrects the rows that licensesOf has made of an edition by what only
// the consumption of its licences tells: those that have consumed their contract have
// expired. Where no limitation of the edition ends licences it reads nothing.
func endedByContract(q querier, v ident.VendorID, e ends, now time.Time, rows []figures.Row) ([]figures.Row, error) {
	if !slices.ContainsFunc(e.grants.Limitations, func(l terms.Limitation) bool { return l.ExpiresLicense }) {
		return rows, nil
	}
	found, err := q(`SELECT starts_at, expires_mode, expires_at, COALESCE(expires_days, 0), first_activated_at, used_up_at, goodwill_used, overrides, measured
		FROM licenses WHERE vendor_id = $1 AND edition_id = $2 AND is_active = 1 AND measured IS NOT NULL`, v, e.id)
	edition := &licensing.Edition{Policy: e.policy, Grants: e.grants}
	moved, err := store.All[licensing.License](found, err)(func(scan store.Scan) (l licensing.License, err error) {
		var starts, expires, activated, usedUp store.OptionalInt
		var mode, overrides store.OptionalText
		var measured string
		if err := scan(&starts, &mode, &expires, &l.ExpiresDays, &activated, &usedUp, &l.GoodwillUsed, &overrides, &measured); err != nil {
			return l, err
		}
		l.Edition, l.IsActive, l.ExpiresMode = edition, true, terms.ExpiresMode(mode.V)
		l.StartsAt, l.ExpiresAt, l.FirstActivatedAt, l.UsedUpAt = starts.Instant(), expires.Instant(), activated.Instant(), usedUp.Instant()
		if overrides.V != "" {
			l.Overrides = &terms.Overrides{}
			if err := json.Unmarshal([]byte(overrides.V), l.Overrides); err != nil {
				return l, fmt.Errorf("overrides of a license of edition %d: %w", e.id, err)
			}
		}
		if err := json.Unmarshal([]byte(measured), &l.Measured); err != nil {
			return l, fmt.Errorf("measurements of a license of edition %d: %w", e.id, err)
		}
		return l, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range moved {
		rows = endOne(rows, &moved[i], e, now)
	}
	return slices.DeleteFunc(rows, func(r figures.Row) bool { return r.Figure == figures.Licenses && r.N == 0 }), nil
}

// endOne takes a licence that has consumed its contract from where its days put it to
// the expired ones.
func endOne(rows []figures.Row, l *licensing.License, e ends, now time.Time) []figures.Row {
	if licensing.StateOf(l, nil, "", now).Consumed == nil {
		return rows
	}
	l.Measured = nil
	byDays := licensing.StateOf(l, nil, "", now)
	if byDays.IsExpired {
		return rows
	}
	at := func(f figures.Figure, value string) *figures.Row {
		i := slices.IndexFunc(rows, func(r figures.Row) bool { return r.Figure == f && r.Value == value })
		if i < 0 {
			rows = append(rows, figures.Row{Figure: f, Day: figures.DayOf(now), Product: e.product, Value: value})
			i = len(rows) - 1
		}
		return &rows[i]
	}
	within := func(days int) bool {
		return !byDays.ExpiresAt.IsZero() && byDays.ExpiresAt.Sub(now) <= time.Duration(days)*24*time.Hour
	}
	state := figures.StateValid
	switch {
	case byDays.DateValidity == licensing.NotStarted:
		state = figures.StateNotStarted
	case !l.UsedUpAt.IsZero():
		state = figures.StateUsedUp
	case l.GoodwillUsed > 0:
		state = figures.StateGoodwill
	case within(figures.Spans()[1]):
		state = figures.StateExpiring
	}
	at(figures.Licenses, state).N--
	at(figures.Licenses, figures.StateExpired).N++
	for _, days := range figures.Spans() {
		if within(days) {
			at(figures.Expiring, strconv.Itoa(days)).N--
		}
	}
	return rows
}
