package licensing

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/terms"
)

const dayMillis = 86_400_000

// endings is a search for licences that end from an instant on and before
// another. A licence's end comes from itself or from its edition, so there is one
// query for each way to reckon it, all of them served by an index, and each gives
// no more than a page: together they hold the page.
type endings struct {
	s           *Store
	ctx         context.Context //nolint:containedctx // a search is one call
	v           ident.VendorID
	from, until int64 // Unix milliseconds; from is the end's after which the page begins
	after       int64 // the id after which it begins among those that end at from; -1 for none
	limit       int
	found       []licenseAt
}

// EndingSoon lists the licences that are switched on and end from now on and before
// until, the next to end first; of one product or of all. A page may hold fewer
// than asked for and yet have a next one.
func (s *Store) EndingSoon(
	ctx context.Context, v ident.VendorID, product ident.UUID, now, until time.Time, r listing.Request,
) (listing.Page[licensing.Ending], error) {
	e := &endings{s: s, ctx: ctx, v: v, from: now.UnixMilli() + 1, until: until.UnixMilli(), after: -1, limit: r.Limit + 1}
	if r.After != nil {
		e.from, e.after = r.After.Number, r.After.ID
	}
	if err := e.search(); err != nil {
		return listing.Page[licensing.Ending]{}, err
	}
	slices.SortFunc(e.found, func(a, b licenseAt) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	e.found = slices.Compact(e.found)
	cut := listing.Cut(r, e.found, func(a licenseAt) listing.Mark { return a.mark(r) })
	licenses, err := s.ByIDs(ctx, v, idsOf(cut.Items)...)
	page := listing.Page[licensing.Ending]{Next: cut.Next}
	for _, a := range cut.Items {
		l := licenses[a.id]
		if l == nil || !l.IsActive || !product.IsZero() && l.Product.UUID != product || l.ExpiryOf(l.Terms().Policy).UnixMilli() != a.at {
			continue // what is found by one way of reckoning may end earlier by another
		}
		page.Items = append(page.Items, licensing.Ending{License: l, EndsAt: store.Instant(a.at)})
	}
	return page, err
}

func (e *endings) search() error {
	for _, own := range []struct{ where, at string }{
		{"expires_mode = 'at' AND expires_at IS NOT NULL", "expires_at"},
		{"expires_mode = 'days_after_activation' AND first_activated_at IS NOT NULL", "(first_activated_at + expires_days * 86400000)"},
		{"trial_days > 0 AND first_activated_at IS NOT NULL", "(first_activated_at + trial_days * 86400000)"},
	} {
		if err := e.ask(`SELECT id, `+own.at+` FROM licenses WHERE `+own.where+` AND vendor_id =`, own.at, 0, nil); err != nil {
			return err
		}
	}
	editions, err := e.editions()
	if err != nil {
		return err
	}
	for _, edition := range editions {
		if err := e.inherited(edition); err != nil {
			return err
		}
	}
	return nil
}

// inherited finds the licences that end as their edition says.
func (e *endings) inherited(edition licensing.Edition) error {
	p := edition.Policy
	const text = `SELECT id, first_activated_at FROM licenses WHERE first_activated_at IS NOT NULL AND vendor_id =`
	switch {
	case p.ExpiresMode == terms.ExpiresDaysActivated && p.ExpiresDays != nil:
		if err := e.ask(text, "first_activated_at", int64(*p.ExpiresDays)*dayMillis, func(q *store.Selection) {
			q.And("edition_id = ?", edition.ID).And("expires_mode IS NULL")
		}); err != nil {
			return err
		}
	case p.ExpiresMode == terms.ExpiresAt && p.ExpiresAt != nil:
		if err := e.together(edition.ID, p.ExpiresAt.UnixMilli()); err != nil {
			return err
		}
	}
	if p.TrialDays <= 0 {
		return nil
	}
	return e.ask(text, "first_activated_at", int64(p.TrialDays)*dayMillis, func(q *store.Selection) {
		q.And("edition_id = ?", edition.ID).And("trial_days IS NULL")
	})
}

// ask runs one query for licences by the instant at, which is so long before their end.
func (e *endings) ask(sqltext, at string, before int64, narrow func(*store.Selection)) error {
	q := store.Select(sqltext, e.v)
	if narrow != nil {
		narrow(q)
	}
	q.And(at+" >= ?", e.from-before).And(at+" < ?", e.until-before)
	if e.after >= 0 {
		q.And("("+at+", id) > (?, ?)", e.from-before, e.after)
	}
	return e.run(q, " ORDER BY "+at+", id LIMIT ?", func(a licenseAt) licenseAt { a.at += before; return a })
}

// together finds the licences of an edition that all end at one instant.
func (e *endings) together(edition ident.EditionID, end int64) error {
	if end < e.from || end >= e.until {
		return nil
	}
	q := store.Select(`SELECT id, 0 FROM licenses WHERE expires_mode IS NULL AND vendor_id =`, e.v).And("edition_id = ?", edition)
	if end == e.from {
		q.And("id > ?", e.after)
	}
	return e.run(q, " ORDER BY id LIMIT ?", func(a licenseAt) licenseAt { a.at = end; return a })
}

func (e *endings) run(q *store.Selection, order string, reckon func(licenseAt) licenseAt) error {
	sqltext, args := q.End(order, e.limit)
	rows, err := e.s.db.Query(e.ctx, sqltext, args...)
	all, err := collect(rows, err, scanAt)
	for _, a := range all {
		e.found = append(e.found, reckon(a))
	}
	return err
}

// editions are all of the vendor's, by which licences may end.
func (e *endings) editions() ([]licensing.Edition, error) {
	rows, err := e.s.db.Query(e.ctx, `SELECT id, policy FROM editions WHERE vendor_id = $1`, e.v)
	return collect(rows, err, func(scan store.Scan) (d licensing.Edition, err error) {
		var policy string
		if err := scan(&d.ID, &policy); err != nil {
			return d, err
		}
		return d, json.Unmarshal([]byte(policy), &d.Policy)
	})
}
