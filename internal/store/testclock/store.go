package testclock

import (
	"context"
	"time"

	"chancery/internal/store"
	"chancery/internal/testclock"
	"chancery/internal/tx"
)

// Store implements testclock.Store.
type Store struct{ DB *store.DB }

var _ testclock.Store = Store{}

// schema is the first that programs must know to work on a database with a test clock:
// older ones would go by the real time.
const schema = 40

const selectState = `SELECT is_plain, ahead, moved_by, moved_until FROM test_clock WHERE id = 1`

type row struct {
	plain, ahead, until int64
	by                  string
}

func (r *row) dest() []any { return []any{&r.plain, &r.ahead, &r.by, &r.until} }

func (r *row) state(found bool) testclock.State {
	if !found {
		return testclock.State{}
	}
	return testclock.State{
		Served: true, Plain: r.plain == 1, Ahead: time.Duration(r.ahead) * time.Millisecond, MovedBy: r.by, MovedUntil: store.Instant(r.until),
	}
}

// Read implements testclock.Store.
func (s Store) Read(ctx context.Context) (testclock.State, error) {
	var r row
	found, err := s.DB.QueryRow(ctx, selectState, nil, r.dest()...)
	return r.state(found), err
}

// Lock implements testclock.Store.
func (Store) Lock(t tx.Tx) (testclock.State, error) {
	var r row
	found, err := store.On(t).QueryRow(selectState+store.On(t).Dialect.ForUpdate(), nil, r.dest()...)
	return r.state(found), err
}

// Save implements testclock.Store. What was served plainly stays so, also where two
// servers begin at one moment.
func (Store) Save(t tx.Tx, s testclock.State) error {
	until := int64(0)
	if !s.MovedUntil.IsZero() {
		until = s.MovedUntil.UnixMilli()
	}
	if _, err := store.On(t).Exec(`INSERT INTO test_clock (id, is_plain, ahead, moved_by, moved_until) VALUES (1, $1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET is_plain = CASE WHEN test_clock.is_plain = 1 THEN 1 ELSE excluded.is_plain END,
			ahead = excluded.ahead, moved_by = excluded.moved_by, moved_until = excluded.moved_until`,
		store.Bit(s.Plain), s.Ahead.Milliseconds(), s.MovedBy, until); err != nil {
		return err
	}
	if !s.On() {
		return nil
	}
	_, err := store.On(t).Exec(`UPDATE schema_serves SET since = $1 WHERE since < $1`, schema)
	return err
}

// Carry implements testclock.Store.
func (Store) Carry(t tx.Tx, by time.Duration) error {
	_, err := store.On(t).Exec(`UPDATE user_sessions SET created_at = created_at + $1, last_used_at = last_used_at + $1`, by.Milliseconds())
	return err
}
