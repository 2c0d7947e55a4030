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

// endless is a statement that never ends by itself; it reads, or it writes.
const (
	endlessRead  = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`
	endlessWrite = `INSERT INTO marks (n) WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`
)

// held gives a database whose transactions are ended soon.
func held(t *testing.T, c Config) bench {
	t.Helper()
	b := opened(t, c)
	b.hold = 50 * time.Millisecond
	return b
}

func read(x *Tx) error {
	var n int64
	_, err := x.QueryRow(endlessRead, nil, &n)
	return err
}

func write(x *Tx) error {
	_, err := x.Exec(endlessWrite)
	return err
}

// many makes one short statement after another.
func many(x *Tx) error {
	for {
		if _, err := x.Exec(`UPDATE marks SET n = n WHERE n = -1`); err != nil {
			return err
		}
	}
}

// afterwards waits until its time is over, and goes on then.
func afterwards(b bench) func(*Tx) error {
	return func(x *Tx) error {
		for !b.engine.(*groupWriter).now.Load().over.Load() {
			runtime.Gosched()
		}
		return mark(x, 5)
	}
}

// swallow makes nothing of what it is told, and reports success.
func swallow(x *Tx) error {
	_ = many(x)
	return nil
}

func tooLong(err error) bool {
	return fault.Is(err, codeTooLong) && fault.As(err).Kind == fault.Unavailable
}

// Whoever keeps the writer for too long is ended, whatever he does; those of his
// group go on, each once more where the group was lost with him.
func TestNobodyKeepsTheWriter(t *testing.T) {
	t.Parallel()
	for name, fn := range map[string]func(*Tx) error{
		"by a read": read, "by a change": write, "by many short statements": many, "and says nothing of it": swallow, "between statements": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := held(t, Config{Dir: t.TempDir()})
			if fn == nil {
				fn = afterwards(b)
			}
			runs := 0
			outcomes := together(t, b,
				func(x *Tx) error { return mark(x, 1) },
				func(x *Tx) error {
					runs++
					return errors.Join(mark(x, 2), func() error {
						if err := fn(x); err != nil {
							return err
						}
						return x.flush()
					}())
				},
				func(x *Tx) error { return mark(x, 3) },
			)
			if outcomes[0] != nil || !tooLong(outcomes[1]) || outcomes[2] != nil {
				t.Errorf("outcomes %v", outcomes)
			}
			if runs != 1 {
				t.Errorf("what took too long ran %d times", runs)
			}
			b.do(t, `INSERT INTO marks (n) VALUES (4)`)
			if got := b.marks(t); !slices.Equal(got, []int64{1, 3, 4}) {
				t.Errorf("committed %v, want 1, 3 and 4", got)
			}
		})
	}
}

func TestNobodyKeepsRowsOfPostgres(t *testing.T) {
	t.Parallel()
	for name, fn := range map[string]func(*Tx) error{"by a read": read, "by a change": write, "by many short statements": many} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := server(t)
			b.hold = 50 * time.Millisecond
			if err := b.engine.run(t.Context(), func(x *Tx) error { return errors.Join(mark(x, 2), fn(x)) }); !tooLong(err) {
				t.Errorf("got %v", err)
			}
			b.hold = 0
			b.do(t, `INSERT INTO marks (n) VALUES (4)`)
			if got := b.marks(t); !slices.Equal(got, []int64{4}) {
				t.Errorf("committed %v, want 4", got)
			}
			for running := 1; running > 0; { // the server is told to end it too
				if _, err := b.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
					AND state = 'active' AND pid <> pg_backend_pid()`, nil, &running); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A caller who goes away is not told that he took too long.
func TestACallerWhoGoesAwayIsNoLongTransaction(t *testing.T) {
	t.Parallel()
	b := server(t)
	b.hold = time.Hour
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := b.engine.run(ctx, func(x *Tx) error { cancel(errOwn); return read(x) }); !errors.Is(err, errOwn) {
		t.Errorf("got %v, want what he went away for", err)
	}
}

// What the writer is at is told while it is at it, and counted afterwards.
func TestBusy(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	if task, since := b.Busy(); task != "" || since != 0 {
		t.Errorf("an idle writer is at %q for %v", task, since)
	}
	before := b.Stats()
	if err := b.Run(tx.WithTask(t.Context(), "PATCH /a"), func(tx.Tx) error {
		if task, since := b.Busy(); task != "PATCH /a" || since <= 0 {
			t.Errorf("it is at %q for %v", task, since)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if task, since := b.Busy(); task != "" || since != 0 {
		t.Errorf("afterwards it is at %q for %v", task, since)
	}
	after := b.Stats()
	if after.Held.All != before.Held.All+1 || after.Waited.All != before.Waited.All+1 || after.Held.Sum <= before.Held.Sum {
		t.Errorf("counted %+v, %+v", after.Held, after.Waited)
	}
	if n := after.Held.UpTo[10]; n == 0 || n > after.Held.All {
		t.Errorf("%d of %d took up to ten seconds", n, after.Held.All)
	}
}

// A server that must stop ends what runs, and refuses what waits.
func TestHalt(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		running, outcome := make(chan struct{}), make(chan error, 1)
		go func() {
			first := true
			outcome <- b.engine.run(context.Background(), func(x *Tx) error {
				if first {
					close(running)
					first = false
				}
				return errors.Join(mark(x, 1), many(x))
			})
		}()
		<-running
		b.Halt()
		if err := <-outcome; !fault.Is(err, "stopping") {
			t.Errorf("what ran got %v", err)
		}
		if err := b.engine.run(t.Context(), func(x *Tx) error { return mark(x, 2) }); !fault.Is(err, "stopping") {
			t.Errorf("what came later got %v", err)
		}
		if got := b.marks(t); len(got) != 0 {
			t.Errorf("committed %v", got)
		}
	})
}

// Another program that writes to the same file is what the writer is at.
func TestBusyWithAnotherProgramsChange(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	other, err := openWriter(b.engine.(*groupWriter).line.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.begin(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- b.engine.run(t.Context(), func(x *Tx) error { return mark(x, 1) }) }()
	for task := ""; task != TaskBegin; {
		if len(done) > 0 {
			t.Fatalf("it did not wait: %v", <-done)
		}
		runtime.Gosched()
		task, _ = b.Busy()
	}
	if err := errors.Join(other.control("ROLLBACK"), other.close(), <-done); err != nil {
		t.Error(err)
	}
}
