package licensing

import (
	"context"
	"net/netip"
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
	among, err := s.among(ctx, v, f)
	if err != nil || among != nil && len(among) == 0 {
		return listing.Page[licensing.Seat]{}, err
	}
	var page listing.Page[*licensing.Activation]
	if r.Sort == "last_seen" {
		page, err = s.bySeen(ctx, v, f, among, r)
	} else {
		page, err = s.byActivation(ctx, v, f, among, r)
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
	ctx context.Context, v ident.VendorID, f licensing.ClientFilter, among []int64, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	q := store.Select(activationsFrom+`WHERE a.vendor_id =`, v)
	narrowStanding(f, q)
	narrowClient(f, q, v)
	narrowSeen(f, q)
	narrowAmong(q, "a.id", among)
	if f.Standing == licensing.StandingSuspended {
		q.And("d.suspended_until > ?", f.Now.UnixMilli())
	}
	var search store.Search
	if among == nil && !f.Indexed() {
		looked := store.Select(`SELECT a.id FROM activations a WHERE a.vendor_id =`, v)
		narrowStanding(f, looked)
		var err error
		if search, err = s.db.Bound(ctx, looked, "a.id", r, clientDepth); err != nil {
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

// narrowStanding adds what an index of its own serves. Who is suspended is among
// those that were found before.
func narrowStanding(f licensing.ClientFilter, q *store.Selection) {
	switch f.Standing {
	case licensing.StandingReleased:
		q.And("a.released_at IS NOT NULL")
	case licensing.StandingGoodwill:
		q.And("a.released_at IS NULL AND a.goodwill_since IS NOT NULL")
	case licensing.StandingSuspended, licensing.StandingPresent:
		q.And("a.released_at IS NULL")
	}
}

func narrowClient(f licensing.ClientFilter, q *store.Selection, v ident.VendorID) {
	if !f.Product.IsZero() {
		q.And("a.product_id = (SELECT id FROM products WHERE vendor_id = ? AND uuid = ?)", v, f.Product)
	}
	if !f.Edition.IsZero() {
		q.And(`EXISTS (SELECT 1 FROM licenses l WHERE l.vendor_id = a.vendor_id AND l.id = a.license_id
			AND l.edition_id = (SELECT id FROM editions WHERE vendor_id = ? AND uuid = ?))`, v, f.Edition)
	}
	for _, said := range []struct {
		condition string
		value     *string
	}{{"a.software_version = ?", f.Version}, {"a.operating_system = ?", f.System}, {"a.country = ?", f.Country}} {
		if said.value != nil {
			q.And(said.condition, *said.value)
		}
	}
}

// narrowSeen adds the conditions on a client's pulse.
func narrowSeen(f licensing.ClientFilter, q *store.Selection) {
	for _, day := range []struct {
		condition string
		value     int64
	}{{"s.last_seen_day >= ?", f.SeenSince}, {"s.last_seen_day < ?", f.SeenBefore}, {"s.last_seen_day = ?", f.SeenOn}} {
		if day.value != 0 {
			q.And(day.condition, day.value)
		}
	}
}

// suspendedAtOnce is how many suspended devices are listed: those that are so the longest.
const suspendedAtOnce = 1000

// among finds the activations that a search or a suspension leads to, each by an
// index of its own and in a bounded number; nil where the filter asks for neither.
// They are found beforehand so that no engine walks the whole list instead.
func (s *Store) among(ctx context.Context, v ident.VendorID, f licensing.ClientFilter) ([]int64, error) {
	type query struct {
		text string
		args []any
	}
	var queries []query
	ranged := func(before, column, prefix, after string) {
		condition, args := column+" >= $2", []any{v, prefix}
		if end, ok := listing.PrefixEnd(prefix); ok {
			condition, args = condition+" AND "+column+" < $3", append(args, end)
		}
		queries = append(queries, query{before + condition + after, args})
	}
	limit := ` LIMIT ` + strconv.Itoa(licensing.SearchedAtOnce)
	switch {
	case f.Search != "":
		ranged(`SELECT a.id FROM (SELECT id FROM devices WHERE vendor_id = $1 AND `, "number", f.Search, ` ORDER BY number`+limit+`) AS k
			CROSS JOIN activations a WHERE a.vendor_id = $1 AND a.device_id = k.id`)
		ranged(`SELECT id FROM activations WHERE vendor_id = $1 AND released_at IS NULL AND hostname <> '' AND `, "LOWER(hostname)",
			strings.ToLower(f.Search), ` ORDER BY LOWER(hostname)`+limit)
		if folded := listing.Fold(f.Search); folded != "" {
			ranged(`SELECT id FROM activations WHERE vendor_id = $1 AND released_at IS NULL AND display_name_folded <> '' AND `, "display_name_folded",
				folded, ` ORDER BY display_name_folded`+limit)
		}
		ranged(`SELECT id FROM activations WHERE vendor_id = $1 AND released_at IS NULL AND address <> '' AND `, "address",
			addressOf(f.Search), ` ORDER BY address`+limit)
		if id, err := ident.ParseUUID(f.Search); err == nil {
			queries = append(queries, query{`SELECT id FROM activations WHERE vendor_id = $1 AND uuid = $2
				UNION SELECT a.id FROM activations a JOIN devices d ON d.vendor_id = a.vendor_id AND d.id = a.device_id
				WHERE d.vendor_id = $1 AND d.uuid = $2`, []any{v, id}})
		}
	case f.Standing == licensing.StandingSuspended:
		queries = []query{{
			`SELECT a.id FROM (SELECT id FROM devices WHERE vendor_id = $1 AND suspended_until > $2 ORDER BY suspended_until DESC LIMIT ` +
				strconv.Itoa(suspendedAtOnce) + `) AS k CROSS JOIN activations a WHERE a.vendor_id = $1 AND a.device_id = k.id AND a.released_at IS NULL`,
			[]any{v, f.Now.UnixMilli()},
		}}
	default:
		return nil, nil
	}
	found := []int64{}
	for _, q := range queries {
		rows, err := s.db.Query(ctx, q.text, q.args...)
		ids, err := collect(rows, err, func(scan store.Scan) (id int64, err error) {
			err = scan(&id)
			return id, err
		})
		if err != nil {
			return nil, err
		}
		found = append(found, ids...)
	}
	return found, nil
}

// addressOf is an IP address as it is stored, and the beginning of one as it was typed.
func addressOf(text string) string {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.Unmap().String()
	}
	return strings.ToLower(text)
}

// narrowAmong keeps to activations that were found before. The list is filled up,
// so that there are few texts.
func narrowAmong(q *store.Selection, id string, among []int64) {
	if among == nil {
		return
	}
	size := 8
	for size < len(among) {
		size *= 4
	}
	args := make([]any, size)
	for i := range args {
		args[i] = among[min(i, len(among)-1)]
	}
	q.And(id+" IN (?"+strings.Repeat(", ?", size-1)+")", args...)
}

// clientDepth is how many clients one page looks at whose filter has no index.
const clientDepth = 4000

// bySeen lists in the order of the day on which clients were last seen, from their
// pulses. It looks at a bounded number of them, unless they were found before.
func (s *Store) bySeen(
	ctx context.Context, v ident.VendorID, f licensing.ClientFilter, among []int64, r listing.Request,
) (listing.Page[*licensing.Activation], error) {
	var stop *listing.Mark
	if among == nil {
		var err error
		if stop, err = s.lastLooked(ctx, v, f, r); err != nil {
			return listing.Page[*licensing.Activation]{}, err
		}
	}
	q := store.Select(`SELECT `+activationColumns+` FROM pulses s CROSS JOIN activations a CROSS JOIN devices d
		WHERE a.vendor_id = s.vendor_id AND a.id = s.activation_id AND d.vendor_id = a.vendor_id AND d.id = a.device_id AND s.vendor_id =`, v)
	narrowSeen(f, q)
	narrowStanding(f, q)
	narrowClient(f, q, v)
	narrowAmong(q, "s.activation_id", among)
	if f.Standing == licensing.StandingSuspended {
		q.And("d.suspended_until > ?", f.Now.UnixMilli())
	}
	if stop != nil {
		to := ">="
		if !r.Desc {
			to = "<="
		}
		q.And("(s.last_seen_day, s.activation_id) "+to+" (?, ?)", stop.Number, stop.ID)
	}
	sqltext, args := q.Page(r, seenBy, "s.activation_id")
	rows, err := s.db.Query(ctx, sqltext, args...)
	items, err := collect(rows, err, scanActivation)
	page := listing.Cut(r, items, func(a *licensing.Activation) listing.Mark {
		m := r.Mark(int64(a.ID))
		m.Number = a.Pulse.LastSeenDay
		return m
	})
	if page.Next == "" && stop != nil {
		page.Next = stop.Encode()
	}
	return page, err
}

// seenBy is the order of bySeen.
var seenBy = store.Column{Name: "s.last_seen_day", Number: true} //nolint:gochecknoglobals // it never changes

// lastLooked finds the pulse at which a page stops to look; nil when the list ends before.
func (s *Store) lastLooked(ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request) (*listing.Mark, error) {
	q := store.Select(`SELECT s.last_seen_day, s.activation_id FROM pulses s WHERE s.vendor_id =`, v)
	narrowSeen(f, q)
	ahead := r
	ahead.Limit = clientDepth - 1
	sqltext, args := q.Page(ahead, seenBy, "s.activation_id")
	stop := r.Mark(0)
	found, err := s.db.QueryRow(ctx, sqltext+" OFFSET "+strconv.Itoa(clientDepth-1), args, &stop.Number, &stop.ID)
	if err != nil || !found {
		return nil, err
	}
	return &stop, nil
}
