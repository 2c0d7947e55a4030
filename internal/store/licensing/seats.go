package licensing

import (
	"context"
	"strconv"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// Seats lists clients over all licences. With a filter that no index serves a page
// may hold fewer than asked for, even none, and yet have a next one.
func (s *Store) Seats(ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request) (listing.Page[licensing.Seat], error) {
	var page listing.Page[*licensing.Activation]
	var err error
	if r.Sort == "last_seen" {
		page, err = s.bySeen(ctx, v, f, r)
	} else {
		page, err = s.byActivation(ctx, v, f, r)
	}
	if err != nil {
		return listing.Page[licensing.Seat]{}, err
	}
	seats, err := s.seated(ctx, v, page.Items)
	return listing.Page[licensing.Seat]{Items: seats, Next: page.Next}, err
}

// seated brings the licences of activations, in one read.
func (s *Store) seated(ctx context.Context, v ident.VendorID, all []*licensing.Activation) ([]licensing.Seat, error) {
	ids := make([]ident.LicenseID, len(all))
	for i, a := range all {
		ids[i] = a.License
	}
	licenses, err := s.ByIDs(ctx, v, ids...)
	if err != nil {
		return nil, err
	}
	seats := make([]licensing.Seat, len(all))
	for i, a := range all {
		seats[i] = licensing.Seat{Activation: a, License: licenses[a.License]}
	}
	return seats, nil
}

// byActivation lists in the order of activation.
func (s *Store) byActivation(
	ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v)
	narrowStanding(f, q, v)
	narrowClient(f, q, v)
	if f.Search != "" {
		searchedClients(q, v, f.Search)
	}
	var search store.Search
	if !f.Indexed() {
		looked := store.Select(`SELECT a.id FROM activations a WHERE a.vendor_id =`, v)
		narrowStanding(f, looked, v)
		var err error
		if search, err = s.db.Bound(ctx, looked, "a.id", r, store.SearchDepth); err != nil {
			return listing.Page[*licensing.Activation]{}, err
		}
		search.Within(q, "a.id")
	}
	sqltext, args := q.Page(r, store.Column{Name: "a.id"}, "a.id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanActivation)
	page := listing.Cut(r, items, func(a *licensing.Activation) listing.Mark { return r.Mark(int64(a.ID)) })
	page.Next = search.Next(page.Next)
	return page, err
}

// narrowStanding adds what an index of its own serves.
func narrowStanding(f licensing.ClientFilter, q *store.Selection, v ident.VendorID) {
	switch f.Standing {
	case licensing.StandingReleased:
		q.And("a.released_at IS NOT NULL")
	case licensing.StandingGoodwill:
		q.And("a.released_at IS NULL AND a.goodwill_since IS NOT NULL")
	case licensing.StandingSuspended:
		q.And("a.released_at IS NULL AND a.device_id IN (SELECT id FROM devices WHERE vendor_id = ? AND suspended_until > ?)", v, f.Now.UnixMilli())
	case licensing.StandingPresent:
		q.And("a.released_at IS NULL")
	}
}

func narrowClient(f licensing.ClientFilter, q *store.Selection, v ident.VendorID) {
	if !f.Product.IsZero() {
		q.And("a.product_id = (SELECT id FROM products WHERE vendor_id = ? AND uuid = ?)", v, f.Product)
	}
	if f.Country != "" {
		q.And("a.country = ?", f.Country)
	}
	if f.SeenBefore != 0 {
		q.And("s.last_seen_day < ?", f.SeenBefore)
	}
	if f.SeenOn != 0 {
		q.And("s.last_seen_day = ?", f.SeenOn)
	}
}

// searchedClients narrows to clients whose id or hostname begins as asked for.
func searchedClients(q *store.Selection, v ident.VendorID, text string) {
	limit := ` LIMIT ` + strconv.Itoa(licensing.SearchedAtOnce)
	parts := make([]string, 0, 2)
	var args []any
	part := func(column, sqltext, prefix string) {
		condition, more := column+" >= ?", []any{prefix}
		if end, ok := listing.PrefixEnd(prefix); ok {
			condition, more = condition+" AND "+column+" < ?", append(more, end)
		}
		parts = append(parts, strings.ReplaceAll(sqltext, "{range}", condition))
		args = append(append(args, v), more...)
	}
	args = append(args, v)
	part("number", `SELECT id FROM activations WHERE vendor_id = ? AND device_id IN
		(SELECT id FROM (SELECT id FROM devices WHERE vendor_id = ? AND {range} ORDER BY number`+limit+`) AS k)`, text)
	part("LOWER(hostname)", `SELECT id FROM (SELECT id FROM activations WHERE vendor_id = ? AND released_at IS NULL AND hostname <> '' AND {range}
		ORDER BY LOWER(hostname)`+limit+`) AS h`, strings.ToLower(text))
	q.And("a.id IN ("+strings.Join(parts, " UNION ")+")", args...)
}

// bySeen lists in the order of the day on which clients were last seen, from their
// pulses. It looks at a bounded number of them.
func (s *Store) bySeen(
	ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	by := store.Column{Name: "s.last_seen_day", Number: true}
	looked := func(selected string) *store.Selection {
		q := store.Select(selected, v)
		if f.SeenBefore != 0 {
			q.And("s.last_seen_day < ?", f.SeenBefore)
		}
		if f.SeenOn != 0 {
			q.And("s.last_seen_day = ?", f.SeenOn)
		}
		return q
	}
	var last struct{ day, id, many int64 }
	bound, args := looked(`SELECT s.last_seen_day, s.activation_id FROM pulses s WHERE s.vendor_id =`).
		Page(listing.Request{Limit: store.SearchDepth - 1, Desc: r.Desc, After: r.After}, by, "s.activation_id")
	if _, err := s.db.QueryRow(ctx, `SELECT last_seen_day, activation_id, COUNT(*) OVER () FROM (`+bound+
		`) AS b ORDER BY last_seen_day`+opposite(r)+`, activation_id`+opposite(r)+` LIMIT 1`, args, &last.day, &last.id, &last.many); err != nil {
		return listing.Page[*licensing.Activation]{}, err
	}
	q := looked(`SELECT ` + activationColumns + ` FROM pulses s CROSS JOIN activations a CROSS JOIN devices d
		WHERE a.vendor_id = s.vendor_id AND a.id = s.activation_id AND d.vendor_id = a.vendor_id AND d.id = a.device_id AND s.vendor_id =`)
	narrowStanding(f, q, v)
	narrowClient(licensing.ClientFilter{Product: f.Product, Country: f.Country}, q, v)
	if f.Search != "" {
		searchedClients(q, v, f.Search)
	}
	more := last.many == store.SearchDepth
	if more {
		to := ">="
		if !r.Desc {
			to = "<="
		}
		q.And("(s.last_seen_day, s.activation_id) "+to+" (?, ?)", last.day, last.id)
	}
	sqltext, all := q.Page(r, by, "s.activation_id")
	rows, err := s.db.Query(ctx, sqltext, all...)
	items, err := collect(rows, err, scanActivation)
	mark := func(day, id int64) listing.Mark {
		m := r.Mark(id)
		m.Number = day
		return m
	}
	page := listing.Cut(r, items, func(a *licensing.Activation) listing.Mark { return mark(a.Pulse.LastSeenDay, int64(a.ID)) })
	if page.Next == "" && more {
		page.Next = mark(last.day, last.id).Encode()
	}
	return page, err
}

func opposite(r listing.Request) string {
	if r.Desc {
		return ""
	}
	return " DESC"
}
