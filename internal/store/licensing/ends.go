package licensing

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/terms"
)

const dayMillis = 86_400_000

// way is one of the ways in which a licence's end is reckoned, from itself or from
// its edition. Each is served by an index in the order of the ends, so that what is
// due is found, however many licences there are. A licence that is found by one way
// may end earlier by another: whoever asks judges it by licensing.License.ExpiryOf.
type way struct {
	where  string // which licences
	args   []any  // of where
	at     string // what the index is ordered by; empty where all end at once
	before int64  // by how much that is before the end, in milliseconds
	end    int64  // where all end at once: when
}

// place is a licence's in a list that is sorted by an instant, or between two.
type place struct {
	at int64 // Unix milliseconds
	id ident.LicenseID
}

func (p place) mark(r listing.Request) listing.Mark {
	m := r.Mark(int64(p.id))
	m.Number = p.at
	return m
}

func idsOf(all []place) []ident.LicenseID {
	ids := make([]ident.LicenseID, len(all))
	for i, p := range all {
		ids[i] = p.id
	}
	return ids
}

// endsAfter is the place behind all licences that end at an instant.
func endsAfter(t time.Time) place { return place{t.UnixMilli(), math.MaxInt64} }

// find gives the query for the licences that are switched on and end behind a place
// and until an instant, in their order; narrow adds conditions, where end is the
// licence's end as a column or a parameter.
func (w way) find(v ident.VendorID, from place, until int64, limit int, narrow func(q *store.Selection, end string, args []any)) (string, []any) {
	at, end, args := w.at, w.at+" + CAST(? AS BIGINT)", []any{w.before}
	if at == "" {
		at, end, args = "0", "?", []any{w.end}
	}
	q := store.Select(`SELECT l.id, `+at+` FROM licenses l WHERE l.is_active = 1 AND l.vendor_id =`, v).And(w.where, w.args...)
	if narrow != nil {
		narrow(q, end, args)
	}
	if w.at == "" {
		return q.And("l.id > ?", w.firstBehind(from)).End(" ORDER BY l.id LIMIT ?", limit)
	}
	if w.byExpression() {
		q.And(w.at+" >= ?", from.at-w.before) // SQLite finds no pair of an expression and a column in an index
	}
	return q.And("("+w.at+", l.id) > (?, ?)", from.at-w.before, from.id).And(w.at+" <= ?", until-w.before).
		End(" ORDER BY "+w.at+", l.id LIMIT ?", limit)
}

func (w way) byExpression() bool { return strings.HasPrefix(w.at, "(") }

// firstBehind gives the id behind which the licences are behind a place that all
// end at once.
func (w way) firstBehind(from place) ident.LicenseID {
	if w.end > from.at {
		return 0
	}
	return from.id
}

// within tells whether the way can lead to an end behind a place and until an instant.
func (w way) within(from place, until int64) bool {
	return w.at != "" || w.end >= from.at && w.end <= until
}

// endsBy finds licences that are switched on and end behind a place and until an instant.
func (s *Store) endsBy(
	ctx context.Context, w way, v ident.VendorID, from place, until int64, limit int, narrow func(q *store.Selection, end string, args []any),
) ([]place, error) {
	if !w.within(from, until) {
		return nil, nil
	}
	sqltext, args := w.find(v, from, until, limit, narrow)
	rows, err := s.db.Query(ctx, sqltext, args...)
	return collect(rows, err, func(scan store.Scan) (p place, err error) {
		err = scan(&p.id, &p.at)
		if p.at += w.before; w.at == "" {
			p.at = w.end
		}
		return p, err
	})
}

// ways gives all ways in which licences of a vendor end.
func (s *Store) ways(ctx context.Context, v ident.VendorID) ([]way, error) {
	rows, err := s.db.Query(ctx, `SELECT id, policy FROM editions WHERE vendor_id = $1 ORDER BY id`, v)
	editions, err := collect(rows, err, func(scan store.Scan) (d licensing.Edition, err error) {
		var policy string
		if err := scan(&d.ID, &policy); err != nil {
			return d, err
		}
		if err := json.Unmarshal([]byte(policy), &d.Policy); err != nil {
			return d, fmt.Errorf("policy of edition %d: %w", d.ID, err)
		}
		return d, nil
	})
	all := append(make([]way, 0, 3+2*len(editions)), ownEnd, ownDays, ownTrial)
	for _, d := range editions {
		all = append(all, editionWays(d.ID, d.Policy)...)
	}
	return all, err
}

// The ways of licences that say something of their end themselves. The text of an
// expression is that of its index.
//
//nolint:gochecknoglobals // constants
var (
	ownEnd  = way{where: "l.expires_mode = 'at' AND l.expires_at IS NOT NULL", at: "l.expires_at"}
	ownDays = way{
		where: "l.expires_mode = 'days_after_activation' AND l.first_activated_at IS NOT NULL",
		at:    "(l.first_activated_at + l.expires_days * 86400000)",
	}
	ownTrial = way{
		where: "l.trial_days > 0 AND l.first_activated_at IS NOT NULL",
		at:    "(l.first_activated_at + l.trial_days * 86400000)",
	}
)

// editionWays gives those of licences that leave it to their edition.
func editionWays(id ident.EditionID, p terms.Policy) (all []way) {
	days := func(n int, unless string) {
		all = append(all, way{
			where: "l.first_activated_at IS NOT NULL AND l.edition_id = ? AND " + unless, args: []any{id},
			at: "l.first_activated_at", before: int64(n) * dayMillis,
		})
	}
	switch {
	case p.ExpiresMode == terms.ExpiresDaysActivated && p.ExpiresDays != nil:
		days(*p.ExpiresDays, "l.expires_mode IS NULL")
	case p.ExpiresMode == terms.ExpiresAt && p.ExpiresAt != nil:
		all = append(all, way{where: "l.edition_id = ? AND l.expires_mode IS NULL", args: []any{id}, end: p.ExpiresAt.UnixMilli()})
	}
	if p.TrialDays > 0 {
		days(p.TrialDays, "l.trial_days IS NULL")
	}
	return all
}
