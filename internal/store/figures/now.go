package figures

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"chancery/internal/figures"
	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/terms"
)

// OfNow implements figures.Store.
func (s Store) OfNow(ctx context.Context, v ident.VendorID, now time.Time) ([]figures.Row, error) {
	q, today := s.reading(ctx), figures.DayOf(now)
	all, err := seenClients(q, v, today)
	if err != nil {
		return nil, err
	}
	editions, err := editionEnds(q, v)
	if err != nil {
		return nil, err
	}
	for _, e := range editions {
		rows, err := licensesOf(q, v, e, now)
		if err != nil {
			return nil, err
		}
		if rows, err = endedByContract(q, v, e, now, rows); err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	rows, err := q(`SELECT l.product_id, COUNT(*) FROM goodwill_stays g JOIN licenses l ON l.vendor_id = g.vendor_id AND l.id = g.license_id
		WHERE g.vendor_id = $1 AND g.left_at IS NULL GROUP BY l.product_id`, v)
	zone, err := store.All[figures.Row](rows, err)(func(scan store.Scan) (figures.Row, error) {
		r := figures.Row{Figure: figures.Goodwill, Day: today}
		return r, scan(&r.Product, &r.N)
	})
	return append(all, zone...), err
}

// ends is what an edition says of the ends of its licences.
type ends struct {
	id      ident.EditionID
	product ident.ProductID
	policy  terms.Policy
	grants  terms.Grants
}

func editionEnds(q querier, v ident.VendorID) ([]ends, error) {
	rows, err := q(`SELECT id, product_id, policy, grants FROM editions WHERE vendor_id = $1 ORDER BY id`, v)
	return store.All[ends](rows, err)(func(scan store.Scan) (e ends, err error) {
		var policy, grants string
		if err := scan(&e.id, &e.product, &policy, &grants); err != nil {
			return e, err
		}
		if err := json.Unmarshal([]byte(grants), &e.grants); err != nil {
			return e, fmt.Errorf("grants of edition %d: %w", e.id, err)
		}
		if err := json.Unmarshal([]byte(policy), &e.policy); err != nil {
			return e, fmt.Errorf("policy of edition %d: %w", e.id, err)
		}
		return e, nil
	})
}

// never stands for the end of a licence that has none: later than all instants.
const never = 253_402_300_800_000 // the year 10000

// numbered are the states by the numbers that licensesOf reckons in: of those that
// hold, a licence is in the first.
var numbered = [7]string{ //nolint:gochecknoglobals // a list that never changes
	figures.StateOff, figures.StateExpired, figures.StateNotStarted, figures.StateUsedUp, figures.StateGoodwill, figures.StateExpiring, figures.StateValid,
}

// licensesOf counts the licences of an edition by state, and those that end soon.
// The end is reckoned as licensing.License.TimeEnd does; a test compares both.
func licensesOf(q querier, v ident.VendorID, e ends, now time.Time) ([]figures.Row, error) {
	at, days, trial := int64(never), int64(-1), int64(e.policy.TrialDays)
	switch e.policy.ExpiresMode {
	case terms.ExpiresAt:
		if e.policy.ExpiresAt != nil {
			at = e.policy.ExpiresAt.UnixMilli()
		}
	case terms.ExpiresDaysActivated:
		if e.policy.ExpiresDays != nil {
			days = int64(*e.policy.ExpiresDays)
		}
	case terms.ExpiresNever:
	}
	// Sums and no groups, as SQLite groups by sorting; and what a state is made of is
	// reckoned once for a licence, behind a limit that no engine looks through.
	const sqltext = `SELECT CAST(SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN state = 3 THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN state = 4 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN state = 5 THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN state = 6 THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN soon <= $8 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN soon <= $9 THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN soon <= $10 THEN 1 ELSE 0 END) AS BIGINT)
		FROM (SELECT CASE WHEN is_active = 0 THEN 0 WHEN ends <= $3 THEN 1 WHEN starts_at > $3 THEN 2
				WHEN used_up_at IS NOT NULL THEN 3 WHEN goodwill_used > 0 THEN 4 WHEN ends <= $9 THEN 5 ELSE 6 END AS state,
				CASE WHEN is_active = 1 AND ends > $3 THEN ends ELSE $7 END AS soon
			FROM (SELECT is_active, starts_at, used_up_at, goodwill_used, CASE WHEN trial < base THEN trial ELSE base END AS ends
				FROM (SELECT is_active, starts_at, used_up_at, goodwill_used,
						CASE WHEN expires_mode = 'at' THEN COALESCE(expires_at, $7)
							WHEN expires_mode = 'days_after_activation' THEN COALESCE(first_activated_at + expires_days * 86400000, $7)
							WHEN expires_mode = 'never' THEN $7
							WHEN CAST($5 AS BIGINT) >= 0 THEN COALESCE(first_activated_at + CAST($5 AS BIGINT) * 86400000, $7) ELSE $4 END AS base,
						CASE WHEN COALESCE(trial_days, $6) > 0 THEN COALESCE(first_activated_at + COALESCE(trial_days, $6) * 86400000, $7) ELSE $7 END AS trial
					FROM licenses WHERE vendor_id = $1 AND edition_id = $2) AS reckoned LIMIT 9223372036854775807) AS ending
			LIMIT 9223372036854775807) AS judged
		HAVING COUNT(*) > 0`
	span := func(n int) int64 { return now.Add(time.Duration(n) * 24 * time.Hour).UnixMilli() }
	spans := figures.Spans()
	rows, err := q(sqltext, v, e.id, now.UnixMilli(), at, days, trial, int64(never), span(spans[0]), span(spans[1]), span(spans[2]))
	today := figures.DayOf(now)
	var all []figures.Row
	_, err = store.All[int](rows, err)(func(scan store.Scan) (int, error) {
		var of [7]int64
		var soon [3]int64
		if err := scan(&of[0], &of[1], &of[2], &of[3], &of[4], &of[5], &of[6], &soon[0], &soon[1], &soon[2]); err != nil {
			return 0, err
		}
		for i, n := range of {
			if n > 0 {
				all = append(all, figures.Row{Figure: figures.Licenses, Day: today, Product: e.product, Value: numbered[i], N: n})
			}
		}
		for i, n := range soon {
			all = append(all, figures.Row{Figure: figures.Expiring, Day: today, Product: e.product, Value: strconv.Itoa(spans[i]), N: n})
		}
		return 0, nil
	})
	return all, err
}
