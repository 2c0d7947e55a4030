package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/tx"
)

func TestAnSQLErrorEndsTheFunction(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		b.do(t, `INSERT INTO marks (n) VALUES (1)`)
		var later error
		err := b.Run(t.Context(), func(x tx.Tx) error {
			s := On(x)
			if err := mark(s, 2); err != nil {
				return err
			}
			taken := mark(s, 1)
			if taken == nil {
				t.Error("a second mark 1 was taken")
			}
			later = mark(s, 3)
			return nil // as if nothing had happened
		})
		if err == nil || later == nil {
			t.Errorf("swallowing an SQL error: outcome %v, later statements %v", err, later)
		}
		if got := b.marks(t); !slices.Equal(got, []int64{1}) {
			t.Errorf("committed %v, want 1", got)
		}
	})
}

func TestAnErrorWhileReadingEndsTheFunctionToo(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		b.do(t, `INSERT INTO marks (n) VALUES (1)`)
		err := b.Run(t.Context(), func(x tx.Tx) error {
			var n int64
			_, _ = On(x).QueryRow(`INSERT INTO marks (n) VALUES ($1) RETURNING n`, []any{1}, &n)
			return nil
		})
		if err == nil {
			t.Error("a failed INSERT ... RETURNING was swallowed")
		}
	})
}

func TestAnErrorOrPanicRollsBack(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		if err := b.Run(t.Context(), func(x tx.Tx) error { return errors.Join(mark(On(x), 1), errOwn) }); !errors.Is(err, errOwn) {
			t.Errorf("an error came back as %v", err)
		}
		err := b.Run(t.Context(), func(x tx.Tx) error {
			if err := mark(On(x), 2); err != nil {
				return err
			}
			panic("a defect")
		})
		if f := fault.As(err); f == nil || f.Kind != fault.Internal {
			t.Errorf("a panic came back as %v", err)
		}
		if got := b.marks(t); len(got) != 0 {
			t.Errorf("committed %v", got)
		}
	})
}

func TestACommitThatFailsIsNoSuccess(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		if err := b.Run(t.Context(), func(x tx.Tx) error { return markOfNothing(On(x), 1) }); err == nil {
			t.Error("told of a success")
		}
		if got := b.marks(t); len(got) != 0 {
			t.Errorf("committed %v", got)
		}
	})
}

func TestOneInstantPerTransaction(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		if err := b.Run(t.Context(), func(x tx.Tx) error {
			first := x.Now()
			b.clock.Advance(time.Hour)
			if !x.Now().Equal(first) {
				t.Error("the instant moved with the clock")
			}
			if want := start.Truncate(time.Millisecond); !first.Equal(want) || first.Location() != time.UTC {
				t.Errorf("now is %v, want %v", first, want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// Rows that a function forgot, or left in a panic, would hold the connection.
func TestRowsLeftOpen(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		b.do(t, `INSERT INTO marks (n) VALUES (1), (2), (3)`)
		for range 20 { // more often than there are connections
			err := b.Run(t.Context(), func(x tx.Tx) error {
				rows, err := On(x).Query(`SELECT n FROM marks`)
				if err != nil {
					return err
				}
				rows.Next()
				panic("between")
			})
			if err == nil {
				t.Fatal("the panic was lost")
			}
		}
		b.do(t, `INSERT INTO marks (n) VALUES (4)`)
	})
}

func TestAfterCloseItSaysThatItStops(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		running, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			done <- b.Run(t.Context(), func(x tx.Tx) error {
				close(running)
				<-release
				return mark(On(x), 1)
			})
		}()
		<-running
		closed := make(chan error)
		go func() { closed <- b.Close() }()
		// Until Close is under way, changes are accepted still.
		for b.accepts() {
			runtime.Gosched()
		}
		select {
		case err := <-closed:
			t.Errorf("Close did not wait for what was running: %v", err)
		default:
		}
		close(release)
		if err := <-done; err != nil {
			t.Errorf("what was running: %v", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		stopping := func(what string, err error) {
			if f := fault.As(err); f == nil || f.Kind != fault.Unavailable || f.Code != "stopping" || f.RetryAfter == 0 {
				t.Errorf("%s after the end: %v", what, err)
			}
		}
		stopping("a change", b.Run(t.Context(), func(tx.Tx) error { return nil }))
		stopping("a question", b.Ping(t.Context()))
	})
}

// accepts reports whether the engine takes new functions.
func (b bench) accepts() bool {
	switch e := b.engine.(type) {
	case *groupWriter:
		e.mu.RLock()
		defer e.mu.RUnlock()
		return !e.closed
	case *postgres:
		e.mu.Lock()
		defer e.mu.Unlock()
		return !e.closed
	}
	return false
}

type strange struct{ tx.Tx }

func TestOnRefusesAForeignTransaction(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a transaction of another store was taken")
		}
	}()
	On(strange{})
}

func TestCancelledBeforeItCame(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errOwn)
		err := b.Run(ctx, func(x tx.Tx) error {
			t.Error("it was run")
			return mark(On(x), 1)
		})
		if !errors.Is(err, errOwn) {
			t.Errorf("got %v, want the cause", err)
		}
	})
}
