package store

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store/pgtest"
)

var start = time.Date(2026, 3, 14, 9, 26, 53, 589_123_456, time.UTC)

// bench is a database with a table of marks, and a clock.
type bench struct {
	*DB

	clock *ident.ManualClock
}

// each runs test on both engines.
func each(t *testing.T, test func(t *testing.T, b bench)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, embedded(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, server(t)) })
}

func embedded(tb testing.TB) bench {
	tb.Helper()
	return opened(tb, Config{Dir: tb.TempDir()})
}

func server(tb testing.TB) bench {
	tb.Helper()
	return opened(tb, Config{URL: pgtest.Database(tb), Connections: 6})
}

func opened(tb testing.TB, c Config) bench {
	tb.Helper()
	b := reopened(tb, c)
	// The reference is judged at the commit: a mark of nothing makes the commit fail.
	b.do(tb, `CREATE TABLE things (id BIGINT PRIMARY KEY)`)
	b.do(tb, `CREATE TABLE marks (n BIGINT PRIMARY KEY, thing BIGINT REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)`)
	return b
}

func reopened(tb testing.TB, c Config) bench {
	tb.Helper()
	clock := ident.NewManualClock(start)
	c.Clock, c.Log = clock, slog.New(slog.DiscardHandler)
	db, err := Open(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	b := bench{DB: db, clock: clock}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return b
}

// do runs one statement in a transaction that must succeed.
func (b bench) do(tb testing.TB, sqltext string) {
	tb.Helper()
	if err := b.engine.run(context.Background(), func(t *Tx) error {
		_, err := t.Exec(sqltext)
		return err
	}); err != nil {
		tb.Fatal(err)
	}
}

// marks gives what is committed.
func (b bench) marks(tb testing.TB) []int64 {
	tb.Helper()
	rows, err := b.Query(tb.Context(), `SELECT n FROM marks ORDER BY n`)
	all, err := All[int64](rows, err)(func(scan Scan) (n int64, err error) { return n, scan(&n) })
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func mark(t *Tx, n int64) error {
	_, err := t.Exec(`INSERT INTO marks (n) VALUES ($1)`, n)
	return err
}

// markOfNothing makes the commit fail, and no statement before it.
func markOfNothing(t *Tx, n int64) error {
	_, err := t.Exec(`INSERT INTO marks (n, thing) VALUES ($1, 404)`, n)
	return err
}

// together gives fns to the embedded engine's writer in such a way that one
// group runs them all, after a function that only waits. It gives their outcomes.
func together(tb testing.TB, b bench, fns ...func(*Tx) error) []error {
	tb.Helper()
	w := b.engine.(*groupWriter)
	running, queued := make(chan struct{}), make(chan struct{})
	first := true
	jobs := append(make([]*job, 0, len(fns)+1), newJob(tb.Context(), func(*Tx) error {
		if first { // it is run again when the group is lost
			first = false
			close(running)
			<-queued
		}
		return nil
	}))
	hand := func(j *job) {
		if err := w.hand(j); err != nil {
			tb.Fatal(err)
		}
	}
	hand(jobs[0])
	<-running
	for _, fn := range fns {
		j := newJob(tb.Context(), fn)
		hand(j)
		jobs = append(jobs, j)
	}
	close(queued)
	outcomes := make([]error, len(fns))
	for i, j := range jobs {
		<-j.done
		if i > 0 {
			outcomes[i-1] = j.err
		}
	}
	return outcomes
}
