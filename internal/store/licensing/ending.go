package licensing

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"math"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

const (
	endPage = 500
	dayMS   = int64(24 * time.Hour / time.Millisecond)
)

// NoteEnd implements licensing.Store.
func (*Store) NoteEnd(t tx.Tx, v ident.VendorID, l ident.LicenseID, kind string, ends time.Time) (bool, error) {
	n, err := store.On(t).Exec(`INSERT INTO license_notices (vendor_id, license_id, kind, ends_at, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (vendor_id, license_id, kind, ends_at) DO NOTHING`, v, l, kind, ends.UnixMilli(), t.Now().UnixMilli())
	return n == 1, err
}

// Vendors implements licensing.Reader.
func (s *Store) Vendors(ctx context.Context) ([]ident.VendorID, error) {
	rows, err := s.db.Query(ctx, `SELECT id FROM vendors ORDER BY id`)
	return collect(rows, err, func(scan store.Scan) (ident.VendorID, error) {
		var n int64
		err := scan(&n)
		return ident.VendorOf(n), err
	})
}

// source is one way in which a licence gets an end, each served by an index, whose
// order it is read in: the text selects candidates by $1 vendor, $2 and $5 the place
// after which a page begins, $3 the end of it all, $4 kind, and more.
type source struct {
	text     string
	from, to int64 // of what its index leads with; from is exclusive
	byID     bool  // its index leads with the id, and from is nothing
	args     []any
}

const (
	notNoted = ` AND NOT EXISTS (SELECT 1 FROM license_notices n WHERE n.vendor_id = l.vendor_id AND n.license_id = l.id AND n.kind = $4 AND n.ends_at = `

	// by an instant of its own.
	ownEnd = `SELECT l.expires_at, l.id, l.first_activated_at, l.overrides FROM licenses l WHERE l.vendor_id = $1
		AND (l.expires_at, l.id) > ($2, $5) AND l.expires_at <= $3` + notNoted + `l.expires_at) ORDER BY l.expires_at, l.id LIMIT 500`

	// by days of its own, which no index leads with.
	ownDays = `SELECT 0, l.id, l.first_activated_at, l.overrides FROM licenses l WHERE l.vendor_id = $1 AND l.expires_days IS NOT NULL
		AND l.first_activated_at + l.expires_days * CAST(86400000 AS BIGINT) > $6
		AND l.first_activated_at + l.expires_days * CAST(86400000 AS BIGINT) <= $3
		AND l.id > $5 AND CAST($2 AS BIGINT) <= 0` + notNoted + `l.first_activated_at + l.expires_days * CAST(86400000 AS BIGINT)) ORDER BY l.id LIMIT 500`

	// by a trial of its own, which Go looks for; $2 to $4 are named because they are given.
	ownTrial = `SELECT 0, l.id, l.first_activated_at, l.overrides FROM licenses l WHERE l.vendor_id = $1 AND l.overrides IS NOT NULL
		AND l.first_activated_at IS NOT NULL AND CAST($2 AS BIGINT) < CAST($3 AS BIGINT) AND CAST($4 AS TEXT) <> '' AND l.id > $5 ORDER BY l.id LIMIT 500`

	// by the edition's instant $7, which lies within.
	editionEnd = `SELECT 0, l.id, l.first_activated_at, l.overrides FROM licenses l WHERE l.vendor_id = $1 AND l.edition_id = $6 AND l.expires_mode IS NULL
		AND CAST($2 AS BIGINT) < CAST($3 AS BIGINT) AND l.id > $5` + notNoted + `$7) ORDER BY l.id LIMIT 500`

	// by the edition's days $7, in milliseconds: $2 and $3 are first activations.
	editionDays = `SELECT l.first_activated_at, l.id, l.first_activated_at, l.overrides FROM licenses l WHERE l.vendor_id = $1 AND l.edition_id = $6
		AND (l.first_activated_at, l.id) > ($2, $5) AND l.first_activated_at <= $3` +
		notNoted + `l.first_activated_at + CAST($7 AS BIGINT)) ORDER BY l.first_activated_at, l.id LIMIT 500`
)

// Ending implements licensing.Reader.
func (s *Store) Ending(ctx context.Context, v ident.VendorID, kind string, from, to time.Time) iter.Seq2[ident.LicenseID, error] {
	return func(yield func(ident.LicenseID, error) bool) {
		sources, err := s.endSources(ctx, v, from, to)
		if err != nil {
			yield(0, err)
			return
		}
		for _, src := range sources {
			last := candidate{id: math.MaxInt64, place: src.from}
			if src.byID {
				last = candidate{}
			}
			for more := true; more; {
				page, err := s.candidates(ctx, src.text, append([]any{v, last.place, src.to, kind, last.id}, src.args...))
				if err != nil {
					yield(0, err)
					return
				}
				for _, last = range page {
					if (src.text != ownTrial || last.trialEnds(from, to)) && !yield(last.id, nil) {
						return
					}
				}
				more = len(page) == endPage
			}
		}
	}
}

// candidate is a licence that may end; the rest is for those with a trial of their own.
type candidate struct {
	id        ident.LicenseID
	place     int64 // what goes before the id in the order of its source
	activated sql.Null[int64]
	overrides sql.Null[string]
}

// trialEnds looks at what no index can tell: a trial in the licence's overrides.
func (c candidate) trialEnds(from, to time.Time) bool {
	if !strings.Contains(c.overrides.V, `"trial_days"`) {
		return false
	}
	var o terms.Overrides
	if json.Unmarshal([]byte(c.overrides.V), &o) != nil || o.TrialDays == nil {
		return false
	}
	ends := store.Instant(c.activated.V + int64(*o.TrialDays)*dayMS)
	return ends.After(from) && !ends.After(to)
}

func (s *Store) candidates(ctx context.Context, text string, args []any) ([]candidate, error) {
	rows, err := s.db.Query(ctx, text, args...)
	return collect(rows, err, func(scan store.Scan) (c candidate, err error) {
		return c, scan(&c.place, &c.id, &c.activated, &c.overrides)
	})
}

// endSources gives the ways in which licences of a vendor can end within.
func (s *Store) endSources(ctx context.Context, v ident.VendorID, from, to time.Time) ([]source, error) {
	type row struct {
		id     ident.EditionID
		policy terms.Policy
	}
	rows, err := s.db.Query(ctx, `SELECT id, policy FROM editions WHERE vendor_id = $1 ORDER BY id`, v)
	editions, err := collect(rows, err, func(scan store.Scan) (row, error) {
		var r row
		var text string
		if err := scan(&r.id, &text); err != nil {
			return row{}, err
		}
		return r, json.Unmarshal([]byte(text), &r.policy)
	})
	begins, ends := from.UnixMilli(), to.UnixMilli()
	sources := []source{
		{text: ownEnd, from: begins, to: ends},
		{text: ownDays, byID: true, to: ends, args: []any{begins}},
		{text: ownTrial, byID: true, to: ends},
	}
	for _, e := range editions {
		p := e.policy
		days := func(n int) source {
			ms := int64(n) * dayMS
			return source{text: editionDays, from: begins - ms, to: ends - ms, args: []any{e.id, ms}}
		}
		switch {
		case p.ExpiresMode == terms.ExpiresAt && p.ExpiresAt != nil && p.ExpiresAt.After(from) && !p.ExpiresAt.After(to):
			sources = append(sources, source{text: editionEnd, byID: true, to: ends, args: []any{e.id, p.ExpiresAt.UnixMilli()}})
		case p.ExpiresMode == terms.ExpiresDaysActivated && p.ExpiresDays != nil:
			sources = append(sources, days(*p.ExpiresDays))
		}
		if p.TrialDays > 0 {
			sources = append(sources, days(p.TrialDays))
		}
	}
	return sources, err
}
