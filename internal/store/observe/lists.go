package observe

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/observe"
	"chancery/internal/store"
)

// listsHeld is for how many vendors the lists are held in memory.
const listsHeld = 32

// Lists holds the licences and accounts of vendors in memory, about 200 bytes each, where they
// are filtered and sorted in any way. They follow the figures by the newest changes. It is
// safe for concurrent use.
type Lists struct {
	db *store.DB

	mu      sync.Mutex
	vendors map[ident.VendorID]*held
	uses    int64
}

// NewLists makes lists that hold nothing yet.
func NewLists(db *store.DB) *Lists { return &Lists{db: db, vendors: map[ident.VendorID]*held{}} }

// held are the licences and accounts of one vendor as of one change.
type held struct {
	mu   sync.RWMutex
	seq  int64
	asOf int64
	rows map[int64]*row
	used int64 // the newest use, counted
}

// row is a licence or an account in memory.
type row struct {
	id     int64
	kind   observe.Kind
	name   string
	folded string
	latest int64

	first, last                                int64
	others, actors, events, products, versions int64
}

// of gives what is held of a vendor.
func (l *Lists) of(v ident.VendorID) *held {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.vendors[v]
	if h == nil {
		if len(l.vendors) >= listsHeld {
			var oldest ident.VendorID
			for other, o := range l.vendors {
				if was := l.vendors[oldest]; was == nil || o.used < was.used {
					oldest = other
				}
			}
			delete(l.vendors, oldest)
		}
		h = &held{seq: -1, rows: map[int64]*row{}}
		l.vendors[v] = h
	}
	l.uses++
	h.used = l.uses
	return h
}

type query func(sqltext string, args ...any) (store.Rows, error)

// follow brings what is held up to date, and keeps it so until release is called.
func (l *Lists) follow(ctx context.Context, v ident.VendorID) (h *held, release func(), err error) {
	h = l.of(v)
	h.mu.Lock()
	err = l.db.Snapshot(ctx, func(q func(sqltext string, args ...any) (store.Rows, error)) error { return h.catchUp(v, q) })
	h.mu.Unlock()
	if err != nil {
		return nil, nil, err
	}
	h.mu.RLock()
	return h, h.mu.RUnlock, nil
}

func (h *held) catchUp(v ident.VendorID, q query) error {
	type state struct{ seq, asOf int64 }
	is, err := store.All[state](q(`SELECT seq, as_of FROM observe_state WHERE vendor_id = $1`, v))(func(scan store.Scan) (s state, err error) {
		err = scan(&s.seq, &s.asOf)
		return s, err
	})
	if err != nil || len(is) == 0 {
		h.seq, h.asOf, h.rows = -1, 0, map[int64]*row{}
		return err
	}
	if is[0].seq != h.seq {
		changed, known, err := h.changed(v, q, is[0].seq)
		if err != nil {
			return err
		}
		if err := h.read(v, q, changed, known); err != nil {
			h.seq = -1
			return err
		}
	}
	h.seq, h.asOf = is[0].seq, is[0].asOf
	return nil
}

// changed lists what has changed since; known is false where that is not known any more.
func (h *held) changed(v ident.VendorID, q query, seq int64) (ids []int64, known bool, err error) {
	if h.seq < 0 || seq-h.seq >= changesKept {
		return nil, false, nil
	}
	rows, err := q(`SELECT subjects FROM observe_changes WHERE vendor_id = $1 AND seq > $2`, v, h.seq)
	all, err := store.All[[]int64](rows, err)(func(scan store.Scan) ([]int64, error) {
		var b []byte
		err := scan(&b)
		return observe.UnpackNumbers(b), err
	})
	if err != nil || int64(len(all)) != seq-h.seq {
		return nil, false, err
	}
	return sorted(slices.Concat(all...)), true, nil
}

const listColumns = `SELECT s.id, s.kind, COALESCE(i.name, ''), s.latest_id, s.first_at, s.last_at, s.others, s.actors, s.events, s.products, s.versions
	FROM observe_subjects s LEFT JOIN observe_ids i ON i.vendor_id = s.vendor_id AND i.id = s.id WHERE s.vendor_id = $1`

// read reads the rows of ids, or all where these are not known.
func (h *held) read(v ident.VendorID, q query, ids []int64, known bool) error {
	take := func(rows store.Rows, err error) error {
		_, err = store.All[struct{}](rows, err)(func(scan store.Scan) (none struct{}, err error) {
			r := &row{}
			err = scan(&r.id, &r.kind, &r.name, &r.latest, &r.first, &r.last, &r.others, &r.actors, &r.events, &r.products, &r.versions)
			r.folded = listing.Fold(r.name)
			if r.folded == r.name {
				r.folded = r.name // one text in memory, not two
			}
			h.rows[r.id] = r
			return none, err
		})
		return err
	}
	if !known {
		h.rows = map[int64]*row{}
		return take(q(listColumns, v))
	}
	return portions(ids, 1, "", one, func(list string, args []any) error {
		return take(q(listColumns+` AND s.id IN (`+list+`)`, append([]any{v}, args...)...))
	})
}

// Tiles tells how many licences or accounts there are, whatever a list is filtered by.
func (l *Lists) Tiles(ctx context.Context, v ident.VendorID, kind observe.Kind) (t observe.Tiles, err error) {
	h, release, err := l.follow(ctx, v)
	if err != nil {
		return t, err
	}
	defer release()
	t.AsOf = h.instant()
	if whole := h.rows[observe.Whole]; whole != nil {
		t.Actors = whole.actors
	}
	for _, r := range h.rows {
		if r.kind != kind {
			continue
		}
		t.Total++
		switch observe.StatusOf(instant(r.last), t.AsOf) {
		case observe.Active:
			t.Active++
		case observe.Quiet:
			t.Quiet++
		case observe.Dormant:
			t.Dormant++
		}
		if r.last > h.asOf-observe.Window.Milliseconds() {
			t.InWindow++
		}
	}
	return t, nil
}

func (h *held) instant() time.Time {
	if h.asOf == 0 {
		return time.Time{}
	}
	return instant(h.asOf)
}

// List gives a page of the licences or accounts that match, and as of when it is exact.
func (l *Lists) List(ctx context.Context, v ident.VendorID, f observe.Filter, r listing.Request) (page listing.Page[observe.Row], asOf time.Time, err error) {
	h, release, err := l.follow(ctx, v)
	if err != nil {
		return page, time.Time{}, err
	}
	defer release()
	asOf = h.instant()
	by := h.order(r)
	var after *spot
	if r.After != nil {
		after = &spot{text: r.After.Text, number: r.After.Number, id: r.After.ID}
	}
	search := listing.Fold(f.Search)
	var best []found
	for _, one := range h.rows {
		if !h.matches(one, f, search) {
			continue
		}
		at := found{by.place(one), one}
		if after != nil && by.compare(at.spot, *after) <= 0 {
			continue
		}
		best = by.keep(best, at, r.Limit+1)
	}
	slices.SortFunc(best, func(a, b found) int { return by.compare(a.spot, b.spot) })
	page = listing.Page[observe.Row]{Items: make([]observe.Row, 0, len(best))}
	for i, one := range best {
		if i == r.Limit {
			last := best[i-1]
			mark := r.Mark(last.id)
			mark.Text, mark.Number = last.text, last.number
			page.Next = mark.Encode()
			break
		}
		page.Items = append(page.Items, h.show(one.row))
	}
	return page, asOf, nil
}

// One gives one licence or account by its id.
func (l *Lists) One(ctx context.Context, v ident.VendorID, kind observe.Kind, id string) (r observe.Row, asOf time.Time, known bool, err error) {
	h, release, err := l.follow(ctx, v)
	if err != nil {
		return r, asOf, false, err
	}
	defer release()
	for _, one := range h.rows {
		if one.kind == kind && one.name == id {
			return h.show(one), h.instant(), true, nil
		}
	}
	return r, h.instant(), false, nil
}

func (h *held) matches(r *row, f observe.Filter, search string) bool {
	switch {
	case r.kind != f.Kind, r.actors < f.MinActors, f.Shared != nil && *f.Shared != (r.others > 1), search != "" && !strings.Contains(r.folded, search):
		return false
	}
	return f.Status == "" || f.Status == observe.StatusOf(instant(r.last), h.instant())
}

func (h *held) show(r *row) observe.Row {
	shown := observe.Row{
		Number: r.id, ID: r.name, Status: observe.StatusOf(instant(r.last), h.instant()), Others: r.others, Actors: r.actors, Events: r.events,
		Products: r.products, Versions: r.versions, First: instant(r.first), Last: instant(r.last),
	}
	shown.Latest = h.latest(r)
	return shown
}

// latest is the id of the account or licence that a row was last seen with; "" for none.
func (h *held) latest(r *row) string {
	if other := h.rows[r.latest]; r.latest != 0 && other != nil {
		return other.name
	}
	return ""
}

// spot is where a row stands in a list.
type spot struct {
	text   string
	number int64
	id     int64
}

type found struct {
	spot

	row *row
}

// order is a sort of a list.
type order struct {
	place   func(r *row) spot
	compare func(a, b spot) int
}

// order gives the sort that a request asks for. The id settles what is equal.
func (h *held) order(r listing.Request) order {
	number := func(of func(r *row) int64) func(*row) spot {
		return func(r *row) spot { return spot{number: of(r), id: r.id} }
	}
	o := order{compare: func(a, b spot) int {
		c := cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.number, b.number), cmp.Compare(a.id, b.id))
		if r.Desc {
			return -c
		}
		return c
	}}
	switch r.Sort {
	case "license_id", "account_id":
		o.place = func(r *row) spot { return spot{text: r.name, id: r.id} }
	case "latest_observed_account_id", "latest_observed_license_id":
		o.place = func(r *row) spot { return spot{text: h.latest(r), id: r.id} }
	case "status":
		o.place = number(h.rank)
	case "distinct_account_count_30d", "distinct_license_count_30d":
		o.place = number(func(r *row) int64 { return r.others })
	case "active_actor_count_30d":
		o.place = number(func(r *row) int64 { return r.actors })
	case "event_count_30d":
		o.place = number(func(r *row) int64 { return r.events })
	case "product_count":
		o.place = number(func(r *row) int64 { return r.products })
	case "version_count":
		o.place = number(func(r *row) int64 { return r.versions })
	case "first_seen_at":
		o.place = number(func(r *row) int64 { return r.first })
	default:
		o.place = number(func(r *row) int64 { return r.last })
	}
	return o
}

// rank orders statuses: active, quiet, dormant.
func (h *held) rank(r *row) int64 {
	return int64(slices.Index([]observe.Status{observe.Active, observe.Quiet, observe.Dormant}, observe.StatusOf(instant(r.last), h.instant())))
}

// keep holds the first n rows of the order in a heap whose top is the last of them.
func (o order) keep(best []found, one found, n int) []found {
	later := func(a, b int) bool { return o.compare(best[a].spot, best[b].spot) > 0 }
	if len(best) < n {
		best = append(best, one)
		for i := len(best) - 1; i > 0 && later(i, (i-1)/2); i = (i - 1) / 2 {
			best[i], best[(i-1)/2] = best[(i-1)/2], best[i]
		}
		return best
	}
	if o.compare(one.spot, best[0].spot) >= 0 {
		return best
	}
	best[0] = one
	for i := 0; 2*i+1 < n; {
		child := 2*i + 1
		if child+1 < n && later(child+1, child) {
			child++
		}
		if !later(child, i) {
			break
		}
		best[i], best[child] = best[child], best[i]
		i = child
	}
	return best
}
