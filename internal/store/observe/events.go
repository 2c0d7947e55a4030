package observe

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/observe"
	"chancery/internal/store"
)

// How much one page of events looks at: so many slots at a time, and so many times.
const (
	slotsAtOnce = 60
	looksAtMost = 40
)

// Events lists items, the newest first. It looks through the blocks, newest slot first, and
// gives up for this page when it has looked at many.
func (s Store) Events(ctx context.Context, v ident.VendorID, f observe.EventFilter, limit int, cursor string) (page observe.EventPage, err error) {
	state, err := s.State(ctx, v)
	if err != nil {
		return page, err
	}
	page.AsOf, page.KeptFrom = orZero(state.AsOf), orZero(state.KeptFrom)
	x := &explorer{s: s, v: v, f: f, limit: limit, from: state.KeptFrom, before: mark{at: state.AsOf + 1}}
	if err := x.resume(cursor); err != nil {
		return page, err
	}
	if ok, err := x.wanted(ctx); err != nil || !ok {
		return page, err
	}
	if err := x.look(ctx); err != nil {
		return page, err
	}
	page.Next = x.next
	page.Items, err = x.rows(ctx)
	return page, err
}

// mark is a place in the list: items stand by time and key, and those before it come next.
type mark struct {
	at  int64
	key ident.UUID
}

func compareMarks(a, b mark) int {
	return cmp.Or(cmp.Compare(a.at, b.at), slices.Compare(a.key[:], b.key[:]))
}

// candidate is an item that matches as far as the head of its block says.
type candidate struct {
	observe.Mark

	slot, seq int64
	index     int
	content   observe.Content
	opened    bool
}

func (c candidate) mark() mark { return mark{c.At, c.Key} }

// explorer is one look for a page of items.
type explorer struct {
	s      Store
	v      ident.VendorID
	f      observe.EventFilter
	limit  int
	from   int64 // no item before it
	before mark

	license, account, product int64 // 0 for any
	actors                    []int64

	found []candidate
	next  string
}

// resume goes on where a cursor says.
func (x *explorer) resume(cursor string) error {
	if x.f.From != nil {
		x.from = max(x.from, x.f.From.UnixMilli())
	}
	if x.f.To != nil {
		x.before.at = min(x.before.at, x.f.To.UnixMilli())
	}
	if cursor == "" {
		return nil
	}
	at, key, _ := strings.Cut(cursor, "-")
	ms, err1 := strconv.ParseInt(at, 36, 64)
	b, err2 := hex.DecodeString(key)
	if err1 != nil || err2 != nil || len(b) != 16 {
		return fault.Wrong(fault.Field{Name: "cursor", Message: "must be a next_cursor of this list, unchanged"})
	}
	x.before = mark{ms, keyOf(b)}
	return nil
}

func (m mark) cursor() string {
	return strconv.FormatInt(m.at, 36) + "-" + hex.EncodeToString(m.key[:])
}

// wanted gives what is looked for its numbers; ok is false where a name is not known, so that
// nothing matches.
func (x *explorer) wanted(ctx context.Context) (ok bool, err error) {
	for _, w := range []struct {
		kind observe.Kind
		name string
		id   *int64
	}{{observe.License, x.f.License, &x.license}, {observe.Account, x.f.Account, &x.account}, {observe.Product, x.f.Product, &x.product}} {
		if w.name == "" {
			continue
		}
		found, err := x.s.Known(ctx, x.v, []observe.Named{{Kind: w.kind, Name: w.name}})
		if err != nil || len(found) == 0 {
			return false, err
		}
		*w.id = found[0].ID
	}
	if err := x.narrow(ctx); err != nil || x.f.Actor == "" {
		return err == nil, err
	}
	found, err := x.s.Known(ctx, x.v, []observe.Named{{Kind: observe.Actor, Name: x.f.Actor}})
	if err != nil || len(found) == 0 {
		return false, err
	}
	root := cmp.Or(found[0].Root, found[0].ID)
	x.actors, err = store.All[int64](x.s.DB.Query(ctx, `SELECT id FROM observe_ids WHERE vendor_id = $1 AND root_id = $2 AND root_id > 0`,
		x.v, root))(func(scan store.Scan) (id int64, err error) { return id, scan(&id) })
	x.actors = append(x.actors, root)
	return true, err
}

// narrow leaves out the time in which the licence or account was not seen.
func (x *explorer) narrow(ctx context.Context) error {
	b := observe.NewBook(0)
	if err := x.s.Subjects(ctx, x.v, b, slices.DeleteFunc([]int64{x.license, x.account}, func(id int64) bool { return id == 0 })); err != nil {
		return err
	}
	for _, s := range b.Subjects {
		x.from = max(x.from, s.First)
		if x.before.at > s.Last {
			x.before = mark{at: s.Last + 1}
		}
	}
	return nil
}

// look finds items until the page is full.
func (x *explorer) look(ctx context.Context) error {
	top := observe.SlotOf(x.before.at)
	for range looksAtMost {
		slots, err := store.All[int64](x.s.DB.Query(ctx, `SELECT DISTINCT slot FROM observe_blocks WHERE vendor_id = $1 AND slot <= $2 AND slot >= $3
			ORDER BY slot DESC LIMIT $4`, x.v, top, observe.SlotOf(x.from), slotsAtOnce))(func(scan store.Scan) (slot int64, err error) {
			return slot, scan(&slot)
		})
		if err != nil || len(slots) == 0 {
			return err
		}
		top = slots[len(slots)-1] - 1
		if err := x.lookAt(ctx, top+1, slots[0]); err != nil {
			return err
		}
		if len(x.found) > x.limit {
			x.next = x.found[x.limit-1].mark().cursor()
			x.found = x.found[:x.limit]
			return nil
		}
		if len(slots) < slotsAtOnce {
			return nil
		}
	}
	x.next = mark{at: (top + 1) * observe.SlotTime.Milliseconds()}.cursor()
	return nil
}

// lookAt takes what matches of some slots.
func (x *explorer) lookAt(ctx context.Context, first, last int64) error {
	packed, err := store.All[observe.Packed](x.s.DB.Query(ctx, `SELECT slot, seq, events, event_keys, head FROM observe_blocks
		WHERE vendor_id = $1 AND slot >= $2 AND slot <= $3 AND events > 0`, x.v, first, last))(scanHead)
	if err != nil {
		return err
	}
	var all []candidate
	for _, p := range packed {
		b, err := p.Open()
		if err != nil {
			return err
		}
		for i, m := range b.Marks {
			c := candidate{Mark: m, slot: b.Slot, seq: b.Seq, index: i}
			if x.matches(m) && compareMarks(c.mark(), x.before) < 0 {
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return compareMarks(b.mark(), a.mark()) })
	if x.f.Name == "" {
		x.found = append(x.found, all[:min(len(all), x.limit+1)]...)
		return nil
	}
	if err := x.open(ctx, all); err != nil {
		return err
	}
	x.found = append(x.found, slices.DeleteFunc(all, func(c candidate) bool { return c.content.Name != x.f.Name })...)
	return nil
}

func (x *explorer) matches(m observe.Mark) bool {
	switch {
	case m.At < x.from, x.license != 0 && m.License != x.license, x.account != 0 && m.Account != x.account, x.product != 0 && m.Product != x.product:
		return false
	}
	return x.actors == nil || slices.Contains(x.actors, m.Actor)
}

// open reads the contents of items.
func (x *explorer) open(ctx context.Context, all []candidate) error {
	var places []observe.Pair
	for _, c := range all {
		if !c.opened {
			places = append(places, observe.Pair{A: c.slot, B: c.seq})
		}
	}
	slices.SortFunc(places, comparePairs)
	blocks := map[observe.Pair][]observe.Content{}
	if err := portions(slices.Compact(places), 2, "BIGINT", both, func(list string, args []any) error {
		packed, err := store.All[observe.Packed](x.s.DB.Query(ctx, `SELECT b.slot, b.seq, b.events, b.event_keys, b.head, b.body
			FROM (VALUES `+list+`) w CROSS JOIN observe_blocks b WHERE b.vendor_id = $1 AND b.slot = w.column1 AND b.seq = w.column2`,
			append([]any{x.v}, args...)...))(func(scan store.Scan) (p observe.Packed, err error) {
			err = scan(&p.Slot, &p.Seq, &p.Events, &p.Keys, &p.Head, &p.Body)
			return p, err
		})
		if err != nil {
			return err
		}
		for _, p := range packed {
			b, err := p.OpenAll()
			if err != nil {
				return err
			}
			blocks[observe.Pair{A: p.Slot, B: p.Seq}] = b.Contents
		}
		return nil
	}); err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		if contents := blocks[observe.Pair{A: c.slot, B: c.seq}]; !c.opened && c.index < len(contents) {
			c.content, c.opened = contents[c.index], true
		}
	}
	return nil
}

// rows gives the page's items with their texts.
func (x *explorer) rows(ctx context.Context) ([]observe.EventRow, error) {
	if err := x.open(ctx, x.found); err != nil {
		return nil, err
	}
	var ids []int64
	for _, c := range x.found {
		ids = append(ids, c.Actor, c.Product, c.Version, c.License, c.Account)
	}
	names, err := x.s.named(ctx, x.v, ids)
	if err != nil {
		return nil, err
	}
	var roots []int64
	for _, n := range names {
		if n.Root != 0 {
			roots = append(roots, n.Root)
		}
	}
	joined, err := x.s.named(ctx, x.v, roots)
	if err != nil {
		return nil, err
	}
	rows := make([]observe.EventRow, len(x.found))
	for i, c := range x.found {
		rows[i] = observe.EventRow{Item: observe.Item{
			What: c.What, Key: c.Key, ID: c.content.ID, At: instant(c.At), Actor: names[c.Actor].Name, Product: names[c.Product].Name,
			Version: names[c.Version].Name, Session: c.content.Session, Account: names[c.Account].Name, License: names[c.License].Name,
			Category: c.content.Category, Name: c.content.Name, Body: c.content.Body,
		}, CountedAs: names[c.Actor].Name}
		if root := names[c.Actor].Root; root != 0 {
			rows[i].CountedAs = joined[root].Name
		}
	}
	return rows, nil
}

// named reads names by their numbers.
func (s Store) named(ctx context.Context, v ident.VendorID, ids []int64) (map[int64]observe.Named, error) {
	names := map[int64]observe.Named{}
	return names, portions(sorted(ids), 1, "", one, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT id, kind, name, root_id FROM observe_ids WHERE vendor_id = $1 AND id IN (`+list+`)`,
			append([]any{v}, args...)...))(func(scan store.Scan) (none struct{}, err error) {
			var n observe.Named
			err = scan(&n.ID, &n.Kind, &n.Name, &n.Root)
			names[n.ID] = n
			return none, err
		})
		return err
	})
}
