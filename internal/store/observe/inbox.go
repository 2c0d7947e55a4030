package observe

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/observe"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// Enqueue implements observe.IntakeStore.
func (Store) Enqueue(t tx.Tx, v ident.VendorID, b observe.Batch) error {
	return store.On(t).Later(`INSERT INTO observe_inbox (vendor_id, received, items, payload) VALUES ($1, $2, $3, $4)`,
		v, b.Received.UnixMilli(), b.Count(), b.Pack())
}

// batchesAtOnce is how many batches of the inbox one step looks at.
const batchesAtOnce = 1000

// Batches implements observe.FoldingStore.
func (s Store) Batches(ctx context.Context, v ident.VendorID, most int) (all []observe.Batch, next time.Time, err error) {
	type waiting struct{ id, received, items int64 }
	rows, err := store.All[waiting](s.DB.Query(ctx, `SELECT id, received, items FROM observe_inbox WHERE vendor_id = $1 ORDER BY id LIMIT $2`,
		v, batchesAtOnce))(func(scan store.Scan) (w waiting, err error) {
		err = scan(&w.id, &w.received, &w.items)
		return w, err
	})
	if err != nil || len(rows) == 0 {
		return nil, time.Time{}, err
	}
	taken, sum := 0, 0
	for _, w := range rows {
		if sum += int(w.items); taken > 0 && sum > most {
			next = instant(w.received)
			break
		}
		taken++
	}
	if next.IsZero() && taken == batchesAtOnce {
		next = instant(rows[taken-1].received)
	}
	all, err = store.All[observe.Batch](s.DB.Query(ctx, `SELECT id, received, payload FROM observe_inbox WHERE vendor_id = $1 AND id <= $2 ORDER BY id`,
		v, rows[taken-1].id))(func(scan store.Scan) (b observe.Batch, err error) {
		var received int64
		var payload []byte
		if err = scan(&b.ID, &received, &payload); err != nil {
			return b, err
		}
		id := b.ID
		b, err = observe.UnpackBatch(payload)
		b.ID, b.Received = id, instant(received)
		return b, err
	})
	return all, next, err
}

// Bounds of what was refused: how much of one call is kept, and how much in all.
const (
	refusedOfCall = 100
	refusedInAll  = 10_000
	refusedSlack  = 2_000
)

// Refuse implements observe.IntakeStore.
func (Store) Refuse(t tx.Tx, v ident.VendorID, refused []observe.Refused) error {
	q := store.On(t)
	counts := map[[2]string]int{}
	var rows, sums []any
	for i, r := range refused {
		day := r.Received.UTC().Unix() / 86400
		if i < refusedOfCall {
			rows = append(rows, v, r.Received.UnixMilli(), int64(r.What), string(r.Reason), r.Product, r.Version, r.Payload)
		}
		if counts[[2]string{"", string(r.Reason)}]++; counts[[2]string{"", string(r.Reason)}] == 1 {
			sums = append(sums, v, day, string(r.Reason), 0)
		}
	}
	for i := 0; i < len(sums); i += 4 {
		sums[i+3] = counts[[2]string{"", sums[i+2].(string)}] //nolint:forcetypeassert // it was put there above
	}
	if err := q.InsertMany(`INSERT INTO observe_invalid (vendor_id, received, what, reason, product, version, payload) VALUES`, 7, rows, "", nil); err != nil {
		return err
	}
	if err := q.InsertMany(`INSERT INTO observe_invalid_counts (vendor_id, day, reason, items) VALUES`, 4, sums,
		`ON CONFLICT (vendor_id, day, reason) DO UPDATE SET items = observe_invalid_counts.items + excluded.items`, nil); err != nil {
		return err
	}
	return trimRefused(t, v)
}

// trimRefused deletes the oldest of what was refused when there is too much of it.
func trimRefused(t tx.Tx, v ident.VendorID) error {
	q := store.On(t)
	var first, last store.OptionalInt
	if _, err := q.QueryRow(`SELECT MIN(id), MAX(id) FROM observe_invalid WHERE vendor_id = $1`, []any{v}, &first, &last); err != nil {
		return err
	}
	if last.V-first.V < refusedInAll+refusedSlack {
		return nil
	}
	var oldest int64
	found, err := q.QueryRow(`SELECT id FROM observe_invalid WHERE vendor_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2`, []any{v, refusedInAll}, &oldest)
	if err != nil || !found {
		return err
	}
	_, err = q.Exec(`DELETE FROM observe_invalid WHERE vendor_id = $1 AND id <= $2`, v, oldest)
	return err
}

// Environment implements observe.IntakeStore.
func (Store) Environment(t tx.Tx, v ident.VendorID, session ident.UUID, body string) error {
	return store.On(t).Later(`INSERT INTO observe_environments (vendor_id, session_key, received, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (vendor_id, session_key) DO NOTHING`, v, session.String(), t.Now().UnixMilli(), body)
}

// Begin implements observe.IntakeStore.
func (Store) Begin(t tx.Tx, v ident.VendorID, s observe.Session) error {
	it := s.Item
	return store.On(t).Later(`INSERT INTO observe_sessions (vendor_id, session_key, started_at, ended_at, end_reason, actor, product, version, account, license)
		VALUES ($1, $2, $3, NULL, '', $4, $5, $6, $7, $8) ON CONFLICT (vendor_id, session_key) DO NOTHING`,
		v, s.ID.String(), s.StartedAt.UnixMilli(), it.Actor, it.Product, it.Version, it.Account, it.License)
}

// End implements observe.IntakeStore.
func (Store) End(t tx.Tx, v ident.VendorID, session ident.UUID, at time.Time, reason string) error {
	return store.On(t).Later(`UPDATE observe_sessions SET ended_at = $1, end_reason = $2 WHERE vendor_id = $3 AND session_key = $4 AND ended_at IS NULL`,
		at.UnixMilli(), reason, v, session.String())
}

// SessionOf implements observe.IntakeStore.
func (Store) SessionOf(t tx.Tx, v ident.VendorID, session ident.UUID) (s observe.Session, found bool, err error) {
	q := store.On(t)
	var started int64
	var ended store.OptionalInt
	s.ID = session
	it := &s.Item
	found, err = q.QueryRow(`SELECT started_at, ended_at, end_reason, actor, product, version, account, license FROM observe_sessions
		WHERE vendor_id = $1 AND session_key = $2`+q.Dialect.ForUpdate(), []any{v, session.String()},
		&started, &ended, &s.EndReason, &it.Actor, &it.Product, &it.Version, &it.Account, &it.License)
	s.StartedAt, s.EndedAt = instant(started), ended.Instant()
	return s, found, err
}

// LockJoins implements observe.IntakeStore.
func (Store) LockJoins(t tx.Tx, v ident.VendorID) (joins int64, err error) {
	if err := begin(t, v); err != nil {
		return 0, err
	}
	q := store.On(t)
	_, err = q.QueryRow(`SELECT joins FROM observe_state WHERE vendor_id = $1`+q.Dialect.ForUpdate(), []any{v}, &joins)
	return joins, err
}

// Links implements observe.IntakeStore.
func (Store) Links(t tx.Tx, v ident.VendorID, actors ...string) (map[string]observe.Link, error) {
	links := map[string]observe.Link{}
	for _, actor := range actors {
		var l observe.Link
		found, err := store.On(t).QueryRow(`SELECT identified, root, at FROM observe_joins WHERE vendor_id = $1 AND actor = $2`,
			[]any{v, actor}, &l.Identified, &l.Root, &l.At)
		if err != nil {
			return nil, err
		}
		if found {
			links[actor] = l
		}
	}
	return links, nil
}

// Link implements observe.IntakeStore.
func (Store) Link(t tx.Tx, v ident.VendorID, actor string, l observe.Link) error {
	q := store.On(t)
	if err := q.Later(`INSERT INTO observe_joins (vendor_id, actor, identified, root, at, received) VALUES ($1, $2, $3, $4, $5, $6)`,
		v, actor, l.Identified, l.Root, l.At, t.Now().UnixMilli()); err != nil {
		return err
	}
	if err := q.Later(`UPDATE observe_joins SET root = $1 WHERE vendor_id = $2 AND root = $3`, l.Root, v, actor); err != nil {
		return err
	}
	return q.Later(`UPDATE observe_state SET joins = joins + 1 WHERE vendor_id = $1`, v)
}
