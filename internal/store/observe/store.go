package observe

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/observe"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Store implements the stores of the room.
type Store struct{ DB *store.DB }

var (
	_ observe.IntakeStore  = Store{}
	_ observe.FoldingStore = Store{}
	_ observe.KeepingStore = Store{}
)

const stateColumns = `as_of, seq, next_id, kept_from, kept_since, licenses, accounts, actors, products, versions, joins, phase, phase_a, phase_b`

func stateInto(st *observe.State, names *[5]int64) []any {
	return []any{
		&st.AsOf, &st.Seq, &st.NextID, &st.KeptFrom, &st.KeptSince, &names[0], &names[1], &names[2], &names[3], &names[4], &st.Joins,
		&st.Rebuild.Phase, &st.Rebuild.Slot, &st.Rebuild.Seq,
	}
}

func nameCounts(names [5]int64) map[observe.Kind]int64 {
	return map[observe.Kind]int64{
		observe.License: names[0], observe.Account: names[1], observe.Actor: names[2], observe.Product: names[3], observe.Version: names[4],
	}
}

// State implements the room's stores.
func (s Store) State(ctx context.Context, v ident.VendorID) (observe.State, error) {
	st := observe.State{Vendor: v}
	var names [5]int64
	_, err := s.DB.QueryRow(ctx, `SELECT `+stateColumns+` FROM observe_state WHERE vendor_id = $1`, []any{v}, stateInto(&st, &names)...)
	st.Names = nameCounts(names)
	return st, err
}

// Waiting implements the room's stores.
func (s Store) Waiting(ctx context.Context) ([]ident.VendorID, error) {
	return store.All[ident.VendorID](s.DB.Query(ctx, `SELECT vendor_id FROM observe_state UNION SELECT vendor_id FROM observe_inbox ORDER BY vendor_id`))(
		func(scan store.Scan) (ident.VendorID, error) {
			var id int64
			err := scan(&id)
			return ident.VendorOf(id), err
		})
}

// Settings implements the room's stores.
func (s Store) Settings(ctx context.Context, v ident.VendorID) (observe.Settings, error) {
	return settingsOf(func(dest ...any) (bool, error) { return s.DB.QueryRow(ctx, selectSettings, []any{v}, dest...) })
}

// SettingsIn implements observe.KeepingStore.
func (Store) SettingsIn(t tx.Tx, v ident.VendorID) (observe.Settings, error) {
	return settingsOf(func(dest ...any) (bool, error) { return store.On(t).QueryRow(selectSettings, []any{v}, dest...) })
}

const selectSettings = `SELECT retention_days, known_only FROM observe_settings WHERE vendor_id = $1`

func settingsOf(read func(dest ...any) (bool, error)) (observe.Settings, error) {
	set := observe.Settings{RetentionDays: observe.DefaultRetention}
	var only int64
	_, err := read(&set.RetentionDays, &only)
	set.KnownOnly = only != 0
	return set, err
}

// SetSettings implements observe.KeepingStore.
func (Store) SetSettings(t tx.Tx, v ident.VendorID, set observe.Settings) error {
	_, err := store.On(t).Exec(`INSERT INTO observe_settings (vendor_id, retention_days, known_only) VALUES ($1, $2, $3)
		ON CONFLICT (vendor_id) DO UPDATE SET retention_days = excluded.retention_days, known_only = excluded.known_only`,
		v, set.RetentionDays, store.Bit(set.KnownOnly))
	return err
}

// begin makes the row of a vendor's state where there is none.
func begin(t tx.Tx, v ident.VendorID) error {
	_, err := store.On(t).Exec(`INSERT INTO observe_state (vendor_id, `+stateColumns+`) VALUES ($1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		ON CONFLICT (vendor_id) DO NOTHING`, v)
	return err
}

// stands locks the state of a vendor and reports whether it is still what it was.
func stands(t tx.Tx, v ident.VendorID, was observe.State) (bool, error) {
	if was.Seq == 0 {
		if err := begin(t, v); err != nil {
			return false, err
		}
	}
	q := store.On(t)
	var is observe.State
	var names [5]int64
	found, err := q.QueryRow(`SELECT `+stateColumns+` FROM observe_state WHERE vendor_id = $1`+q.Dialect.ForUpdate(), []any{v}, stateInto(&is, &names)...)
	return found && is.Seq == was.Seq && is.AsOf == was.AsOf && is.Rebuild == was.Rebuild, err
}

// sizes are how many values the lists of queries have, so that there are few texts.
var sizes = []int{1, 10, 60, 250} //nolint:gochecknoglobals // a list that never changes

// portions calls query with values in lists of a few sizes; the last one is repeated to fill a
// list up. A value takes columns placeholders, and the first is $2. With a type the list is
// one of rows, for VALUES, whose placeholders are cast to it; else it is one for IN.
func portions[T any](values []T, columns int, kind string, args func(T) []any, query func(list string, args []any) error) error {
	for len(values) > 0 {
		size := sizes[len(sizes)-1]
		for _, n := range sizes {
			if len(values) <= n {
				size = n
				break
			}
		}
		given := make([]any, 0, size*columns)
		for i := range size {
			given = append(given, args(values[min(i, len(values)-1)])...)
		}
		if err := query(list(size, columns, kind), given); err != nil {
			return err
		}
		values = values[min(size, len(values)):]
	}
	return nil
}

// list gives $2, $3 without a type, and (CAST($2 AS BIGINT), …), … with one.
func list(size, columns int, kind string) string {
	var b strings.Builder
	for i := range size {
		b.WriteString([]string{"", ", "}[min(i, 1)])
		if kind != "" {
			b.WriteString("(")
		}
		for c := range columns {
			b.WriteString([]string{"", ", "}[min(c, 1)])
			place := "$" + strconv.Itoa(2+i*columns+c)
			if kind != "" {
				place = "CAST(" + place + " AS " + kind + ")"
			}
			b.WriteString(place)
		}
		if kind != "" {
			b.WriteString(")")
		}
	}
	return b.String()
}

func one(id int64) []any            { return []any{id} }
func both(p observe.Pair) []any     { return []any{p.A, p.B} }
func ofKey(key ident.UUID) []any    { return []any{key[:]} }
func instant(ms int64) time.Time    { return store.Instant(ms) }
func sorted(ids []int64) []int64    { slices.Sort(ids); return slices.Compact(ids) }
func keyOf(b []byte) (k ident.UUID) { copy(k[:], b); return k }

// Known implements the room's stores. The names lead, so that each is looked up by itself: the
// engine does not know how many names of a kind there are.
func (s Store) Known(ctx context.Context, v ident.VendorID, names []observe.Named) (all []observe.Named, err error) {
	for len(names) > 0 { // they are in the order of kinds and parents
		n := 1
		for n < len(names) && names[n].Kind == names[0].Kind && names[n].Parent == names[0].Parent {
			n++
		}
		kind, parent := names[0].Kind, names[0].Parent
		err := portions(names[:n], 1, "TEXT", func(n observe.Named) []any { return []any{n.Name} }, func(list string, args []any) error {
			end := strconv.Itoa(len(args) + 2)
			last := strconv.Itoa(len(args) + 3)
			some, err := store.All[observe.Named](s.DB.Query(ctx, `SELECT DISTINCT i.id, i.name, i.root_id
				FROM (VALUES `+list+`) w CROSS JOIN observe_ids i
				WHERE i.vendor_id = $1 AND i.kind = $`+end+` AND i.parent_id = $`+last+` AND i.name = w.column1`,
				slices.Concat([]any{v}, args, []any{int64(kind), parent})...))(func(scan store.Scan) (observe.Named, error) {
				found := observe.Named{Kind: kind, Parent: parent}
				err := scan(&found.ID, &found.Name, &found.Root)
				return found, err
			})
			all = append(all, some...)
			return err
		})
		if err != nil {
			return nil, err
		}
		names = names[n:]
	}
	return all, nil
}

// Roots implements observe.FoldingStore.
func (s Store) Roots(ctx context.Context, v ident.VendorID, actors []int64) (map[int64]int64, error) {
	roots := map[int64]int64{}
	return roots, portions(actors, 1, "", one, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT id, root_id FROM observe_ids WHERE vendor_id = $1 AND id IN (`+list+`) AND root_id > 0`,
			append([]any{v}, args...)...))(func(scan store.Scan) (none struct{}, err error) {
			var id, root int64
			err = scan(&id, &root)
			roots[id] = root
			return none, err
		})
		return err
	})
}

// Seen implements observe.FoldingStore.
func (s Store) Seen(ctx context.Context, v ident.VendorID, keys []ident.UUID) (map[ident.UUID]bool, error) {
	seen := map[ident.UUID]bool{}
	return seen, portions(keys, 1, "", ofKey, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT event_key FROM observe_seen WHERE vendor_id = $1 AND event_key IN (`+list+`)`,
			append([]any{v}, args...)...))(func(scan store.Scan) (none struct{}, err error) {
			var key []byte
			err = scan(&key)
			seen[keyOf(key)] = true
			return none, err
		})
		return err
	})
}
