package observe

import (
	"context"
	"maps"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/observe"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// blocksAtOnce is how many blocks one query reads.
const blocksAtOnce = 200

// Leaving implements observe.FoldingStore.
func (s Store) Leaving(ctx context.Context, v ident.VendorID, from, to int64, most int) (marks []observe.Mark, upTo int64, err error) {
	slot, seq := observe.SlotOf(from+1), int64(-1)
	for {
		packed, err := store.All[observe.Packed](s.DB.Query(ctx, `SELECT slot, seq, events, event_keys, head FROM observe_blocks
			WHERE vendor_id = $1 AND slot >= $2 AND slot <= $3 AND (slot > $2 OR seq > $4) AND events > 0 ORDER BY slot, seq LIMIT $5`,
			v, slot, observe.SlotOf(to), seq, blocksAtOnce))(scanHead)
		if err != nil {
			return nil, 0, err
		}
		for _, p := range packed {
			if p.Slot > slot && len(marks) > most {
				return marks, p.Slot*observe.SlotTime.Milliseconds() - 1, nil
			}
			b, err := p.Open()
			if err != nil {
				return nil, 0, err
			}
			slot, seq = p.Slot, p.Seq
			for _, m := range b.Marks {
				if m.At > from && m.At <= to {
					marks = append(marks, m)
				}
			}
		}
		if len(packed) < blocksAtOnce {
			return marks, to, nil
		}
	}
}

func scanHead(scan store.Scan) (p observe.Packed, err error) {
	err = scan(&p.Slot, &p.Seq, &p.Events, &p.Keys, &p.Head)
	return p, err
}

// Blocks implements observe.FoldingStore.
func (s Store) Blocks(ctx context.Context, v ident.VendorID, slot, seq int64, most int) (all []observe.Block, err error) {
	packed, err := store.All[observe.Packed](s.DB.Query(ctx, `SELECT slot, seq, events, event_keys, head FROM observe_blocks
		WHERE vendor_id = $1 AND slot >= $2 AND (slot > $2 OR seq > $3) ORDER BY slot, seq LIMIT $4`, v, slot, seq, blocksAtOnce))(scanHead)
	if err != nil {
		return nil, err
	}
	sum := 0
	for _, p := range packed {
		if sum += p.Events; len(all) > 0 && sum > most {
			break
		}
		b, err := p.Open()
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

const subjectColumns = `id, kind, first_at, last_at, latest_id, latest_at, latest_key, events, actors, others, products, versions, used`

func scanSubject(scan store.Scan) (*observe.Subject, error) {
	s := &observe.Subject{}
	var key, used []byte
	err := scan(&s.ID, &s.Kind, &s.First, &s.Last, &s.Latest, &s.LatestAt, &key, &s.Events, &s.Actors, &s.Others, &s.Products, &s.Versions, &used)
	if err != nil {
		return s, err
	}
	s.LatestKey = keyOf(key)
	s.Used, err = observe.UnpackUsed(used)
	return s, err
}

// Subjects implements observe.FoldingStore.
func (s Store) Subjects(ctx context.Context, v ident.VendorID, b *observe.Book, ids []int64) error {
	return portions(ids, 1, "", one, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT `+subjectColumns+` FROM observe_subjects WHERE vendor_id = $1 AND id IN (`+list+`)`,
			append([]any{v}, args...)...))(func(scan store.Scan) (none struct{}, err error) {
			found, err := scanSubject(scan)
			b.Subjects[found.ID] = found
			return none, err
		})
		return err
	})
}

// ActorPairs implements observe.FoldingStore.
func (s Store) ActorPairs(ctx context.Context, v ident.VendorID, b *observe.Book, pairs []observe.Pair) error {
	return portions(pairs, 2, "BIGINT", both, func(list string, args []any) error {
		return s.actorPairs(ctx, b, `SELECT p.actor_id, p.subject_id, p.last_at FROM (VALUES `+list+`) w CROSS JOIN observe_actor_pairs p
			WHERE p.vendor_id = $1 AND p.actor_id = w.column1 AND p.subject_id = w.column2`, append([]any{v}, args...))
	})
}

// PairsOf implements observe.FoldingStore.
func (s Store) PairsOf(ctx context.Context, v ident.VendorID, b *observe.Book, actors []int64) error {
	return portions(actors, 1, "", one, func(list string, args []any) error {
		return s.actorPairs(ctx, b, `SELECT actor_id, subject_id, last_at FROM observe_actor_pairs WHERE vendor_id = $1 AND actor_id IN (`+list+`)`,
			append([]any{v}, args...))
	})
}

func (s Store) actorPairs(ctx context.Context, b *observe.Book, sqltext string, args []any) error {
	_, err := store.All[struct{}](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (none struct{}, err error) {
		var p observe.Pair
		var last int64
		err = scan(&p.A, &p.B, &last)
		b.Actors[p] = last
		return none, err
	})
	return err
}

// AccountPairs implements observe.FoldingStore.
func (s Store) AccountPairs(ctx context.Context, v ident.VendorID, b *observe.Book, pairs []observe.Pair) error {
	return portions(pairs, 2, "BIGINT", both, func(list string, args []any) error {
		_, err := store.All[struct{}](s.DB.Query(ctx, `SELECT p.license_id, p.account_id, p.first_at, p.last_at, p.events
			FROM (VALUES `+list+`) w CROSS JOIN observe_account_pairs p
			WHERE p.vendor_id = $1 AND p.license_id = w.column1 AND p.account_id = w.column2`,
			append([]any{v}, args...)...))(func(scan store.Scan) (none struct{}, err error) {
			var p observe.Pair
			t := &observe.Together{}
			err = scan(&p.A, &p.B, &t.First, &t.Last, &t.Events)
			b.Accounts[p] = t
			return none, err
		})
		return err
	})
}

// Advance implements observe.FoldingStore.
func (Store) Advance(t tx.Tx, v ident.VendorID, was observe.State, asOf int64) error {
	_, err := store.On(t).Exec(`UPDATE observe_state SET as_of = $1 WHERE vendor_id = $2 AND seq = $3 AND as_of = $4`, asOf, v, was.Seq, was.AsOf)
	return err
}

// changesKept is how many of the newest changes lists can follow; others are read anew.
const changesKept = 300

// Fold implements observe.FoldingStore.
func (s Store) Fold(t tx.Tx, v ident.VendorID, c observe.Change) (done bool, err error) {
	if done, err = stands(t, v, c.Before); err != nil || !done {
		return false, err
	}
	for _, write := range []func(tx.Tx, ident.VendorID, observe.Change) error{
		writeNames, writeJoined, writeSubjects, writeActorPairs, writeAccountPairs, writeBlocks, writeSeen, writeCoverage, writeState,
	} {
		if err := write(t, v, c); err != nil {
			return false, err
		}
	}
	if len(c.Refused) > 0 {
		return true, s.Refuse(t, v, c.Refused)
	}
	return true, nil
}

func writeNames(t tx.Tx, v ident.VendorID, c observe.Change) error {
	values := make([]any, 0, 6*len(c.Names))
	for _, n := range c.Names {
		values = append(values, v, n.ID, int64(n.Kind), n.Parent, n.Name, 0)
	}
	return store.On(t).InsertMany(`INSERT INTO observe_ids (vendor_id, id, kind, parent_id, name, root_id) VALUES`, 6, values, "", nil)
}

func writeJoined(t tx.Tx, v ident.VendorID, c observe.Change) error {
	for _, from := range slices.Sorted(maps.Keys(c.Book.Joined)) {
		if _, err := store.On(t).Exec(`UPDATE observe_ids SET root_id = $1 WHERE vendor_id = $2 AND (id = $3 OR root_id = $4 AND root_id > 0)`,
			c.Book.Root(from), v, from, from); err != nil {
			return err
		}
	}
	return nil
}

func writeSubjects(t tx.Tx, v ident.VendorID, c observe.Change) error {
	return saveSubjects(t, v, slices.Sorted(maps.Keys(c.Book.Touched)), c.Book.Subjects)
}

func saveSubjects(t tx.Tx, v ident.VendorID, ids []int64, all map[int64]*observe.Subject) error {
	values := make([]any, 0, 14*len(ids))
	for _, id := range ids {
		s := all[id]
		values = append(values, v, s.ID, int64(s.Kind), s.First, s.Last, s.Latest, s.LatestAt, s.LatestKey[:],
			s.Events, s.Actors, s.Others, s.Products, s.Versions, observe.PackUsed(s.Used))
	}
	return store.On(t).InsertMany(`INSERT INTO observe_subjects (vendor_id, `+subjectColumns+`) VALUES`, 14, values, `ON CONFLICT (vendor_id, id) DO UPDATE
		SET first_at = excluded.first_at, last_at = excluded.last_at, latest_id = excluded.latest_id, latest_at = excluded.latest_at,
			latest_key = excluded.latest_key, events = excluded.events, actors = excluded.actors, others = excluded.others,
			products = excluded.products, versions = excluded.versions, used = excluded.used`, nil)
}

func writeActorPairs(t tx.Tx, v ident.VendorID, c observe.Change) error {
	q := store.On(t)
	var values []any
	var gone []observe.Pair
	for _, p := range pairsOf(c.Book.Moved) {
		if last, has := c.Book.Actors[p]; has {
			values = append(values, v, p.A, p.B, last)
		} else {
			gone = append(gone, p)
		}
	}
	if err := portions(gone, 2, "BIGINT", both, func(list string, args []any) error {
		_, err := q.Exec(`DELETE FROM observe_actor_pairs WHERE vendor_id = $1 AND (actor_id, subject_id) IN (VALUES `+list+`)`, append([]any{v}, args...)...)
		return err
	}); err != nil {
		return err
	}
	return q.InsertMany(`INSERT INTO observe_actor_pairs (vendor_id, actor_id, subject_id, last_at) VALUES`, 4, values,
		`ON CONFLICT (vendor_id, actor_id, subject_id) DO UPDATE SET last_at = excluded.last_at`, nil)
}

func pairsOf(set map[observe.Pair]bool) []observe.Pair {
	return slices.SortedFunc(maps.Keys(set), comparePairs)
}

func comparePairs(a, b observe.Pair) int {
	if a.A != b.A {
		return int(max(-1, min(1, a.A-b.A)))
	}
	return int(max(-1, min(1, a.B-b.B)))
}

func writeAccountPairs(t tx.Tx, v ident.VendorID, c observe.Change) error {
	values := make([]any, 0, 6*len(c.Book.Paired))
	for _, p := range pairsOf(c.Book.Paired) {
		with := c.Book.Accounts[p]
		values = append(values, v, p.A, p.B, with.First, with.Last, with.Events)
	}
	return store.On(t).InsertMany(`INSERT INTO observe_account_pairs (vendor_id, license_id, account_id, first_at, last_at, events) VALUES`, 6, values,
		`ON CONFLICT (vendor_id, license_id, account_id) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at, events = excluded.events`, nil)
}

func writeBlocks(t tx.Tx, v ident.VendorID, c observe.Change) error {
	values := make([]any, 0, 7*len(c.Blocks))
	for _, b := range c.Blocks {
		values = append(values, v, b.Slot, b.Seq, b.Events, b.Keys, b.Head, b.Body)
	}
	return store.On(t).InsertMany(`INSERT INTO observe_blocks (vendor_id, slot, seq, events, event_keys, head, body) VALUES`, 7, values, "", nil)
}

func writeSeen(t tx.Tx, v ident.VendorID, c observe.Change) error {
	keys := slices.SortedFunc(slices.Values(c.Keys), func(a, b ident.UUID) int { return slices.Compare(a[:], b[:]) })
	values := make([]any, 0, 2*len(keys))
	for _, key := range keys {
		values = append(values, v, key[:])
	}
	return store.On(t).InsertMany(`INSERT INTO observe_seen (vendor_id, event_key) VALUES`, 2, values, "", nil)
}

func writeCoverage(t tx.Tx, v ident.VendorID, c observe.Change) error {
	values := make([]any, 0, 6*len(c.Coverage))
	for at, n := range c.Coverage {
		values = append(values, v, at.Day, at.Version, n.Events, n.Account, n.License)
	}
	return store.On(t).InsertMany(`INSERT INTO observe_coverage (vendor_id, day, version_id, events, with_account, with_license) VALUES`, 6, values,
		`ON CONFLICT (vendor_id, day, version_id) DO UPDATE SET events = observe_coverage.events + excluded.events,
			with_account = observe_coverage.with_account + excluded.with_account, with_license = observe_coverage.with_license + excluded.with_license`, nil)
}

func writeState(t tx.Tx, v ident.VendorID, c observe.Change) error {
	q := store.On(t)
	if err := portions(c.Took, 1, "", one, func(list string, args []any) error {
		_, err := q.Exec(`DELETE FROM observe_inbox WHERE vendor_id = $1 AND id IN (`+list+`)`, append([]any{v}, args...)...)
		return err
	}); err != nil {
		return err
	}
	seq := c.Before.Seq + 1
	if err := q.Later(`INSERT INTO observe_changes (vendor_id, seq, subjects) VALUES ($1, $2, $3)`,
		v, seq, observe.PackNumbers(slices.Sorted(maps.Keys(c.Book.Touched)))); err != nil {
		return err
	}
	if err := q.Later(`DELETE FROM observe_changes WHERE vendor_id = $1 AND seq <= $2`, v, seq-changesKept); err != nil {
		return err
	}
	made := map[observe.Kind]int{}
	next := c.Before.NextID
	for _, n := range c.Names {
		made[n.Kind]++
		next = max(next, n.ID+1)
	}
	return q.Later(`UPDATE observe_state SET as_of = $1, seq = $2, next_id = $3, licenses = licenses + $4, accounts = accounts + $5,
			actors = actors + $6, products = products + $7, versions = versions + $8, phase = $9, phase_a = $10, phase_b = $11 WHERE vendor_id = $12`,
		c.AsOf, seq, next, made[observe.License], made[observe.Account], made[observe.Actor], made[observe.Product], made[observe.Version],
		int64(c.Rebuild.Phase), c.Rebuild.Slot, c.Rebuild.Seq, v)
}
