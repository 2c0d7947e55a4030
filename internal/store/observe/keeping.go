package observe

import (
	"slices"
	"time"

	"chancery/internal/ident"
	"chancery/internal/observe"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// KeepFrom implements observe.KeepingStore.
func (Store) KeepFrom(t tx.Tx, v ident.VendorID, at int64, now time.Time) error {
	_, err := store.On(t).Exec(`UPDATE observe_state SET kept_from = $1, kept_since = $2 WHERE vendor_id = $3 AND kept_from < $4`, at, now.UnixMilli(), v, at)
	return err
}

// deletedAtOnce is how many rows a statement deletes.
const deletedAtOnce = 200

type place struct {
	slot, seq int64
	keys      []byte
}

// Strip implements observe.KeepingStore.
func (Store) Strip(t tx.Tx, v ident.VendorID, slot int64) (more bool, err error) {
	q := store.On(t)
	places, err := store.All[place](q.Query(`SELECT slot, seq FROM observe_blocks WHERE vendor_id = $1 AND slot < $2 AND events > 0
		ORDER BY slot, seq LIMIT $3`, v, slot, deletedAtOnce))(func(scan store.Scan) (p place, err error) {
		err = scan(&p.slot, &p.seq)
		return p, err
	})
	if err != nil {
		return false, err
	}
	for i, p := range places {
		if i > 0 && t.Spent() {
			return true, nil
		}
		if err := q.Later(`UPDATE observe_blocks SET events = 0, head = $1, body = $2 WHERE vendor_id = $3 AND slot = $4 AND seq = $5`,
			[]byte{}, []byte{}, v, p.slot, p.seq); err != nil {
			return false, err
		}
	}
	return len(places) == deletedAtOnce, nil
}

// Drop implements observe.KeepingStore.
func (Store) Drop(t tx.Tx, v ident.VendorID, slot int64) (more bool, err error) {
	q := store.On(t)
	const blocks = 20
	places, err := store.All[place](q.Query(`SELECT slot, seq, event_keys FROM observe_blocks WHERE vendor_id = $1 AND slot < $2 AND events = 0
		ORDER BY slot, seq LIMIT $3`, v, slot, blocks))(func(scan store.Scan) (p place, err error) {
		err = scan(&p.slot, &p.seq, &p.keys)
		return p, err
	})
	if err != nil {
		return false, err
	}
	for i, p := range places {
		if i > 0 && t.Spent() {
			return true, nil
		}
		keys := slices.Collect(slices.Chunk(p.keys, 16))
		if err := portions(keys, 1, "", func(key []byte) []any { return []any{key} }, func(list string, args []any) error {
			_, err := q.Exec(`DELETE FROM observe_seen WHERE vendor_id = $1 AND event_key IN (`+list+`)`, append([]any{v}, args...)...)
			return err
		}); err != nil {
			return false, err
		}
		if err := q.Later(`DELETE FROM observe_blocks WHERE vendor_id = $1 AND slot = $2 AND seq = $3`, v, p.slot, p.seq); err != nil {
			return false, err
		}
	}
	return len(places) == blocks, nil
}

// Tidy implements observe.KeepingStore.
func (Store) Tidy(t tx.Tx, v ident.VendorID, at int64) (more bool, err error) {
	q := store.On(t)
	for _, sqltext := range []string{
		`DELETE FROM observe_sessions WHERE vendor_id = $1 AND session_key IN (SELECT x.session_key FROM observe_sessions x
			WHERE x.vendor_id = $1 AND x.started_at < $2 ORDER BY x.started_at LIMIT $3)`,
		`DELETE FROM observe_environments WHERE vendor_id = $1 AND session_key IN (SELECT x.session_key FROM observe_environments x
			WHERE x.vendor_id = $1 AND x.received < $2 ORDER BY x.received LIMIT $3)`,
		`DELETE FROM observe_invalid WHERE vendor_id = $1 AND id IN (SELECT x.id FROM observe_invalid x
			WHERE x.vendor_id = $1 AND x.received < $2 ORDER BY x.id LIMIT $3)`,
	} {
		n, err := q.Exec(sqltext, v, at, deletedAtOnce)
		if err != nil {
			return false, err
		}
		more = more || n == deletedAtOnce
	}
	_, err = q.Exec(`DELETE FROM observe_invalid_counts WHERE vendor_id = $1 AND day < $2`, v, at/86_400_000)
	return more, err
}

// BeginRebuild implements observe.FoldingStore.
func (Store) BeginRebuild(t tx.Tx, v ident.VendorID) error {
	_, err := store.On(t).Exec(`UPDATE observe_state SET seq = seq + 2, phase = $1, phase_a = $2, phase_b = 0 WHERE vendor_id = $3 AND as_of > 0`,
		int64(observe.SettingBack), observe.Whole-1, v)
	return err
}

// SetBack implements observe.FoldingStore. phase_a is the last licence or account set back.
func (Store) SetBack(t tx.Tx, v ident.VendorID, was observe.State, most int) error {
	done, err := stands(t, v, was)
	if err != nil || !done {
		return err
	}
	q := store.On(t)
	gone, err := q.Exec(`DELETE FROM observe_actor_pairs WHERE vendor_id = $1 AND actor_id IN (SELECT x.actor_id FROM observe_actor_pairs x
		WHERE x.vendor_id = $1 ORDER BY x.actor_id LIMIT $2)`, v, most)
	if err != nil {
		return err
	}
	next := was.Rebuild
	if gone == 0 {
		if next, err = setBack(t, v, was, most); err != nil {
			return err
		}
	}
	// The changes have a gap, so that lists are read anew.
	_, err = q.Exec(`UPDATE observe_state SET seq = seq + 2, phase = $1, phase_a = $2, phase_b = $3 WHERE vendor_id = $4`,
		int64(next.Phase), next.Slot, next.Seq, v)
	return err
}

// setBack sets the next licences and accounts back, and gives where the rebuild goes on.
func setBack(t tx.Tx, v ident.VendorID, was observe.State, most int) (observe.Rebuild, error) {
	q := store.On(t)
	found, err := store.All[*observe.Subject](q.Query(`SELECT `+subjectColumns+` FROM observe_subjects WHERE vendor_id = $1 AND id > $2
		ORDER BY id LIMIT $3`, v, was.Rebuild.Slot, most))(scanSubject)
	if err != nil || len(found) == 0 {
		return observe.Rebuild{Phase: observe.CountingOver, Slot: -1 << 40}, err
	}
	last := found[len(found)-1].ID
	all, ids, gone := map[int64]*observe.Subject{}, []int64{}, []int64{}
	for _, s := range found {
		if after, stays := s.SetBack(was.KeptFrom); stays {
			all[s.ID], ids = &after, append(ids, s.ID)
		} else {
			gone = append(gone, s.ID)
		}
	}
	if err := saveSubjects(t, v, ids, all); err != nil {
		return was.Rebuild, err
	}
	if err := portions(gone, 1, "", one, func(list string, args []any) error {
		_, err := q.Exec(`DELETE FROM observe_subjects WHERE vendor_id = $1 AND id IN (`+list+`)`, append([]any{v}, args...)...)
		return err
	}); err != nil {
		return was.Rebuild, err
	}
	if _, err := q.Exec(`DELETE FROM observe_account_pairs WHERE vendor_id = $1 AND license_id > $2 AND license_id <= $3 AND first_at >= $4`,
		v, was.Rebuild.Slot, last, was.KeptFrom); err != nil {
		return was.Rebuild, err
	}
	_, err = q.Exec(`UPDATE observe_account_pairs SET events = 0, last_at = CASE WHEN last_at >= $1 THEN first_at ELSE last_at END
		WHERE vendor_id = $2 AND license_id > $3 AND license_id <= $4`, was.KeptFrom, v, was.Rebuild.Slot, last)
	return observe.Rebuild{Phase: observe.SettingBack, Slot: last}, err
}
