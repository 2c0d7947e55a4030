package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/tx"
)

var errOwn = errors.New("a function's own error")

func TestAFailureUndoesItsOwnChangesOnly(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	outcomes := together(t, b,
		func(x *Tx) error { return mark(x, 1) },
		func(x *Tx) error { return errors.Join(mark(x, 2), errOwn) },
		func(x *Tx) error { _ = mark(x, 3); panic("a defect") },
		func(x *Tx) error { return mark(x, 1) }, // is there already
		func(x *Tx) error { return mark(x, 5) },
	)
	if outcomes[0] != nil || outcomes[4] != nil {
		t.Errorf("those that did nothing wrong: %v, %v", outcomes[0], outcomes[4])
	}
	if !errors.Is(outcomes[1], errOwn) || outcomes[2] == nil || outcomes[3] == nil {
		t.Errorf("error, panic, SQL error: got %v", outcomes[1:4])
	}
	if f := fault.As(outcomes[2]); f.Kind != fault.Internal {
		t.Errorf("a panic came back as %v", f)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{1, 5}) {
		t.Errorf("committed %v, want 1 and 5", got)
	}
}

// The group's commit fails because of one function. All run again alone: that
// one gets the error, the others commit, and one that had failed only because
// of what another did is judged anew.
func TestAFailedGroupCommit(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	runs := make([]int, 4)
	outcomes := together(t, b,
		func(x *Tx) error { runs[0]++; return mark(x, 1) },
		func(x *Tx) error { runs[1]++; return errors.Join(mark(x, 7), markOfNothing(x, 2)) },
		func(x *Tx) error { runs[2]++; return mark(x, 7) }, // taken, until the group is lost
		func(*Tx) error { runs[3]++; return errOwn },
	)
	if outcomes[0] != nil || outcomes[2] != nil {
		t.Errorf("those that can commit: %v, %v", outcomes[0], outcomes[2])
	}
	if outcomes[1] == nil {
		t.Error("a function was told of a success that is not durable")
	}
	if !errors.Is(outcomes[3], errOwn) {
		t.Errorf("a function's own error became %v", outcomes[3])
	}
	if !slices.Equal(runs, []int{2, 2, 2, 2}) {
		t.Errorf("they ran %v times, want each twice", runs)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{1, 7}) {
		t.Errorf("committed %v, want 1 and 7", got)
	}
}

// SQLite may roll back a whole transaction by itself (a full disk; here a trigger).
func TestTheGroupsTransactionIsLostInAFunction(t *testing.T) {
	t.Parallel()
	for name, swallow := range map[string]bool{"handed out": false, "swallowed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := embedded(t)
			b.do(t, `CREATE TRIGGER kill BEFORE INSERT ON marks WHEN NEW.n = 2 BEGIN SELECT RAISE(ROLLBACK, 'gone'); END`)
			outcomes := together(t, b,
				func(x *Tx) error { return mark(x, 1) },
				func(x *Tx) error {
					err := mark(x, 2)
					if swallow {
						_ = mark(x, 20) // would be outside of any transaction
						return nil
					}
					return err
				},
				func(x *Tx) error { return mark(x, 3) },
			)
			if outcomes[0] != nil || outcomes[1] == nil || outcomes[2] != nil {
				t.Errorf("outcomes %v", outcomes)
			}
			if got := b.marks(t); !slices.Equal(got, []int64{1, 3}) {
				t.Errorf("committed %v, want 1 and 3", got)
			}
		})
	}
}

func TestCancelledBeforeItsStart(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	var cancelled chan error
	outcomes := together(t, b,
		func(x *Tx) error { // what follows waits behind this one
			cancelled = make(chan error)
			entered := make(chan struct{})
			go func() {
				j := newJob(ctx, func(x *Tx) error { return mark(x, 404) })
				err := b.engine.(*groupWriter).hand(j)
				close(entered)
				if err == nil {
					err = j.await()
				}
				cancelled <- err
			}()
			<-entered
			cancel(errOwn)
			if err := <-cancelled; !errors.Is(err, errOwn) {
				t.Errorf("the cancelled caller got %v, want the cause", err)
			}
			return mark(x, 1)
		},
		func(x *Tx) error { return mark(x, 2) },
	)
	b.do(t, `INSERT INTO marks (n) VALUES (3)`) // behind the removed one
	if outcomes[0] != nil || outcomes[1] != nil {
		t.Errorf("the others: %v", outcomes)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("committed %v, want all but the removed one", got)
	}
	if err := b.engine.run(ctx, func(x *Tx) error { return mark(x, 405) }); !errors.Is(err, errOwn) {
		t.Errorf("cancelled before it came: %v", err)
	}
}

func TestCancelledWhileItRuns(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	ctx, cancel := context.WithCancel(t.Context())
	alone := newJob(ctx, func(x *Tx) error {
		cancel()
		if x.Context().Err() != nil {
			t.Error("the transaction's context was cancelled")
		}
		return mark(x, 2)
	})
	outcomes := together(t, b,
		func(x *Tx) error {
			if err := b.engine.(*groupWriter).hand(alone); err != nil {
				return err
			}
			return mark(x, 1)
		},
		func(x *Tx) error { return mark(x, 3) },
	)
	if err := alone.await(); err != nil || outcomes[0] != nil || outcomes[1] != nil {
		t.Errorf("cancelled: %v, beside it: %v", err, outcomes)
	}
	if got := b.marks(t); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("committed %v, want all", got)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	fns := make([]func(*Tx) error, queueLength)
	for i := range fns {
		fns[i] = func(*Tx) error { return nil }
	}
	fns[0] = func(x *Tx) error { return mark(x, 1) }
	w := b.engine.(*groupWriter)
	running, release := make(chan struct{}), make(chan struct{})
	if err := w.hand(newJob(t.Context(), func(*Tx) error { close(running); <-release; return nil })); err != nil {
		t.Fatal(err)
	}
	<-running
	jobs := make([]*job, queueLength)
	for i, fn := range fns {
		jobs[i] = newJob(t.Context(), fn)
		if err := w.hand(jobs[i]); err != nil {
			t.Fatalf("waiting function %d: %v", i, err)
		}
	}
	err := w.run(t.Context(), fns[0])
	if f := fault.As(err); f.Kind != fault.Unavailable || f.Code != "overloaded" || f.RetryAfter == 0 {
		t.Errorf("one more: %v", err)
	}
	close(release)
	for _, j := range jobs {
		if <-j.done; j.err != nil {
			t.Fatal(j.err)
		}
	}
	if got := b.marks(t); !slices.Equal(got, []int64{1}) {
		t.Errorf("committed %v", got)
	}
}

// The writer's connection may become useless: closed, or stuck in a transaction
// whose rollback failed.
func TestTheWriterFindsAnotherConnection(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*writerConn) error{
		"closed": func(c *writerConn) error { return c.conn.Close() },
		"stuck in a change": func(c *writerConn) error {
			return errors.Join(c.control("BEGIN"), c.control("INSERT INTO marks (n) VALUES (404)"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := embedded(t)
			if err := breakIt(b.engine.(*groupWriter).line); err != nil { // nothing runs now
				t.Fatal(err)
			}
			for n := range int64(3) {
				if err := b.engine.run(t.Context(), func(x *Tx) error { return mark(x, n) }); err != nil {
					t.Fatalf("change %d: %v", n, err)
				}
			}
			if got := b.marks(t); !slices.Equal(got, []int64{0, 1, 2}) {
				t.Errorf("committed %v, want 0, 1 and 2", got)
			}
		})
	}
}

// A test that fails inside a transaction ends the goroutine it runs on.
func TestTheWriterSurvivesGoexit(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	outcomes := together(t, b,
		func(x *Tx) error { return mark(x, 1) },
		func(x *Tx) error { _ = mark(x, 2); runtime.Goexit(); return nil },
	)
	for i, err := range outcomes {
		if err == nil {
			t.Errorf("function %d was told of a success", i)
		}
	}
	b.do(t, `INSERT INTO marks (n) VALUES (3)`)
	if got := b.marks(t); !slices.Equal(got, []int64{3}) {
		t.Errorf("committed %v, want 3", got)
	}
}

func TestClosing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := opened(t, Config{Dir: dir})
	w := b.engine.(*groupWriter)
	running, release := make(chan struct{}), make(chan struct{})
	jobs := make([]*job, 0, 301)
	jobs = append(jobs, newJob(t.Context(), func(x *Tx) error { close(running); <-release; return mark(x, 1) }))
	for n := range int64(300) { // more than one group
		jobs = append(jobs, newJob(t.Context(), func(x *Tx) error { return mark(x, 10+n) }))
	}
	for _, j := range jobs {
		if err := w.hand(j); err != nil {
			t.Fatal(err)
		}
	}
	<-running
	closed := make(chan error)
	for range 2 {
		go func() { closed <- b.Close() }()
	}
	for w.hand(newJob(t.Context(), func(*Tx) error { return nil })) == nil {
		runtime.Gosched() // accepted before Close came
	}
	close(release)
	for range 2 {
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
	for i, j := range jobs {
		if <-j.done; j.err != nil {
			t.Fatalf("accepted function %d: %v", i, j.err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, FileName+"-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is still there, so something holds the database open: %v", err)
	}
	if n := len(reopened(t, Config{Dir: dir}).marks(t)); n != 301 {
		t.Errorf("%d of 301 accepted changes were kept", n)
	}
}

// Portions of long works let others go first, and come all the same.
func TestPortionsLetOthersGoFirst(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	w := b.engine.(*groupWriter)
	running, queued := make(chan struct{}), make(chan struct{})
	var order []string // only the writer's goroutine adds to it, before the jobs are done
	note := func(what string) func(*Tx) error {
		return func(*Tx) error {
			order = append(order, what)
			return nil
		}
	}
	jobs := []*job{newJob(t.Context(), func(*Tx) error {
		close(running)
		<-queued
		return nil
	})}
	hand := func(ctx context.Context, fn func(*Tx) error) {
		j := newJob(ctx, fn)
		if err := w.hand(j); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	if err := w.hand(jobs[0]); err != nil {
		t.Fatal(err)
	}
	<-running
	for range 2 {
		if err := tx.Paced(t.Context(), func(ctx context.Context) error {
			hand(ctx, note("portion"))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		hand(t.Context(), note("call"))
	}
	if n := w.waiting(); n != 4 {
		t.Errorf("%d wait, want 4", n)
	}
	close(queued)
	for _, j := range jobs {
		<-j.done
	}
	if !slices.Equal(order, []string{"call", "call", "portion", "portion"}) {
		t.Errorf("they ran in the order %v", order)
	}
}

// A portion ends early when others wait, and only then; a call never does.
func TestAPortionEndsForThoseThatWait(t *testing.T) {
	t.Parallel()
	b := opened(t, Config{Dir: t.TempDir(), Portion: time.Hour})
	alone, waitedFor, call := false, false, true
	if err := b.Run(tx.Patient(t.Context()), func(x tx.Tx) error {
		for range 3 {
			alone = alone || x.Spent()
		}
		return nil
	}); err != nil || alone {
		t.Errorf("it is spent while nobody waits: %t, %v", alone, err)
	}
	w := b.engine.(*groupWriter)
	begun, others := make(chan struct{}), make(chan error, 2)
	go func() {
		others <- b.Run(tx.Patient(t.Context()), func(x tx.Tx) error {
			close(begun)
			for len(w.jobs) == 0 {
				runtime.Gosched()
			}
			for waitedFor = false; !waitedFor; {
				waitedFor = x.Spent()
			}
			return nil
		})
	}()
	<-begun
	if err := b.Run(t.Context(), func(x tx.Tx) error {
		call = x.Spent()
		return nil
	}); err != nil || call {
		t.Errorf("a call is spent: %t, %v", call, err)
	}
	if err := <-others; err != nil {
		t.Error(err)
	}
}
