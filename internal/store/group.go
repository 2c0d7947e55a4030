package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
)

const (
	queueLength  = 4096 // functions waiting for the writer; one more is refused
	groupSize    = 256  // functions in one commit at most
	stateWaiting = 0
	stateStarted = 1
	stateRemoved = 2
)

// groupWriter is the embedded engine's one writer. Waiting functions run one
// after another in one SQLite transaction, each in a savepoint; one durable
// commit serves them all, then every caller gets its answer.
type groupWriter struct {
	db   *DB
	pool *sql.DB
	conn *sql.Conn
	st   *statements

	jobs    chan *job
	stopped chan struct{}
	mu      sync.RWMutex // held for reading while a job is handed over
	closed  bool
}

type job struct {
	ctx   context.Context //nolint:containedctx // a job is one call
	fn    func(*Tx) error
	state atomic.Int32
	err   error
	done  chan struct{}
}

// errGroupLost says that the transaction around the savepoints is gone.
var errGroupLost = errors.New("store: the group's transaction was lost")

func newGroupWriter(db *DB, pool *sql.DB, conn *sql.Conn) *groupWriter {
	w := &groupWriter{
		db: db, pool: pool, conn: conn, st: newStatements(conn.PrepareContext),
		jobs: make(chan *job, queueLength), stopped: make(chan struct{}),
	}
	go w.loop()
	return w
}

func (w *groupWriter) run(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := w.hand(j); err != nil {
		return err
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if j.state.CompareAndSwap(stateWaiting, stateRemoved) {
			return context.Cause(ctx)
		}
		<-j.done // it has started: its outcome is what counts
		return j.err
	}
}

func (w *groupWriter) hand(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errStopping()
	}
	select {
	case w.jobs <- j:
		return nil
	default:
		return &fault.Error{
			Kind: fault.Unavailable, Code: "overloaded", Message: "The server has more changes waiting than it can take.",
			Help: "Try again in a moment.", RetryAfter: time.Second,
		}
	}
}

func (w *groupWriter) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.jobs)
	w.mu.Unlock()
	<-w.stopped
	return errors.Join(w.conn.Close(), w.pool.Close())
}

func (w *groupWriter) loop() {
	defer close(w.stopped)
	for j := range w.jobs {
		w.group(j)
	}
}

// group runs first and whatever else is waiting, and answers all of them.
func (w *groupWriter) group(first *job) {
	var ran []*job
	defer func() {
		for _, j := range ran {
			close(j.done)
		}
	}()
	if !first.start() {
		return
	}
	ran = append(ran, first)
	if err := w.control("BEGIN IMMEDIATE"); err != nil {
		first.err = asFault(err)
		return
	}
	lost := false
	for j := first; j != nil; j = w.next(len(ran)) {
		if j != first {
			if !j.start() {
				continue
			}
			ran = append(ran, j)
		}
		if j.err = w.savepoint(j); errors.Is(j.err, errGroupLost) {
			lost = true
			break
		}
	}
	if !lost {
		err := w.control("COMMIT")
		if err == nil {
			return
		}
		w.db.log.Warn("a group commit failed; its changes are run again one by one", slog.Any("error", err), slog.Int("changes", len(ran)))
	}
	_ = w.control("ROLLBACK") // fails when SQLite has rolled back by itself, which is what is wanted
	for _, j := range ran {
		w.alone(j)
	}
}

// next gives a waiting function, or nil when the group is to be committed.
func (w *groupWriter) next(size int) *job {
	if size >= groupSize {
		return nil
	}
	select {
	case j := <-w.jobs: // nil once closed
		return j
	default:
		return nil
	}
}

func (j *job) start() bool { return j.state.CompareAndSwap(stateWaiting, stateStarted) }

// savepoint runs one function of a group. Its failure or panic undoes its own changes only.
func (w *groupWriter) savepoint(j *job) error {
	if err := w.control("SAVEPOINT one"); err != nil {
		return errors.Join(errGroupLost, err)
	}
	err := w.call(j)
	if err != nil {
		if e := w.control("ROLLBACK TO one"); e != nil {
			return errors.Join(errGroupLost, e, err)
		}
	}
	if e := w.control("RELEASE one"); e != nil {
		return errors.Join(errGroupLost, e, err)
	}
	return err
}

// alone runs one function of a lost group in a transaction of its own.
func (w *groupWriter) alone(j *job) {
	if j.err = asFault(w.control("BEGIN IMMEDIATE")); j.err != nil {
		return
	}
	if j.err = w.call(j); j.err == nil {
		j.err = asFault(w.control("COMMIT"))
	}
	if j.err != nil {
		_ = w.control("ROLLBACK") // as in group
	}
}

func (w *groupWriter) call(j *job) error {
	return guard(j.fn, w.db.newTx(context.WithoutCancel(j.ctx), context.Background(), w.query, w.exec))
}

func (w *groupWriter) control(sqltext string) error {
	_, err := w.exec(context.Background(), sqltext, nil)
	return err
}

func (w *groupWriter) query(ctx context.Context, sqltext string, args []any) (*sql.Rows, error) {
	st, err := w.st.get(sqltext)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...) //nolint:wrapcheck // Tx maps it
}

func (w *groupWriter) exec(ctx context.Context, sqltext string, args []any) (sql.Result, error) {
	st, err := w.st.get(sqltext)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...) //nolint:wrapcheck // Tx maps it
}

// guard calls fn and turns a panic into an error.
func guard(fn func(*Tx) error, t *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
}

func (db *DB) newTx(
	ctx, sqlctx context.Context,
	query func(context.Context, string, []any) (*sql.Rows, error),
	exec func(context.Context, string, []any) (sql.Result, error),
) *Tx {
	return &Tx{
		Dialect: db.Dialect, ctx: ctx, sqlctx: sqlctx, now: db.clock.Now().UTC().Truncate(time.Millisecond),
		query: query, exec: exec,
	}
}

func errStopping() error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "stopping", Message: "The server is stopping.",
		Help: "Try again in a moment.", RetryAfter: time.Second,
	}
}
