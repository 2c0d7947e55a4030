package store

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
	"chancery/internal/tx"
)

const (
	queueLength  = 4096                  // functions waiting for the writer; one more is refused
	groupSize    = 256                   // functions in one commit at most
	groupTime    = 50 * time.Millisecond // after which a group takes no more: its callers wait for all of it
	groupsAhead  = 16                    // groups that may go before a portion of a long work that waits
	stateWaiting = 0
	stateStarted = 1
	stateRemoved = 2
)

// groupWriter is the embedded engine's one writer. Waiting functions run one
// after another in one SQLite transaction, each in a savepoint; one durable
// commit serves them all, then every caller gets its answer.
type groupWriter struct {
	db   *DB
	line *writerConn

	jobs    chan *job
	patient chan *job // portions of long works: one in a group, and when others wait they go first
	ahead   int       // groups that did
	stopped chan struct{}
	mu      sync.RWMutex // held for reading while a job is handed over
	closed  bool

	now    atomic.Pointer[turn] // what the writer is at; nil for nothing
	halted atomic.Bool          // nothing is run any more
}

type job struct {
	ctx   context.Context //nolint:containedctx // a job is one call
	fn    func(*Tx) error
	state atomic.Int32
	err   error // the outcome, once done is closed
	done  chan struct{}

	handed time.Time
	spent  bool // it kept the writer for longer than anybody may, and is not run again
}

var (
	// errGroupLost says that the transaction around the savepoints is gone.
	errGroupLost = errors.New("store: the group's transaction was lost")

	// errExited says that a function of the group ended the writer's goroutine.
	errExited = errors.New("store: rolled back, because a function called runtime.Goexit")
)

func newGroupWriter(db *DB, line *writerConn) *groupWriter {
	w := &groupWriter{
		db: db, line: line,
		jobs: make(chan *job, queueLength), patient: make(chan *job, queueLength), stopped: make(chan struct{}),
	}
	go w.loop()
	return w
}

func newJob(ctx context.Context, fn func(*Tx) error) *job {
	return &job{ctx: ctx, fn: fn, done: make(chan struct{}), handed: machine.Now()}
}

func (w *groupWriter) run(ctx context.Context, fn func(*Tx) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	j := newJob(ctx, fn)
	if err := w.hand(j); err != nil {
		return err
	}
	return j.await()
}

// await gives the outcome of a job. A cancelled caller takes away a function
// that has not started; once it has, its outcome is what counts.
func (j *job) await() error {
	select {
	case <-j.done:
		return j.err
	case <-j.ctx.Done():
		if j.state.CompareAndSwap(stateWaiting, stateRemoved) {
			return context.Cause(j.ctx)
		}
		<-j.done
		return j.err
	}
}

func (w *groupWriter) hand(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errStopping()
	}
	queue := w.jobs
	if tx.IsPatient(j.ctx) {
		queue = w.patient
	}
	select {
	case queue <- j:
		return nil
	default:
		return &fault.Error{
			Kind: fault.Unavailable, Code: "overloaded", Message: "The server has more changes waiting than it can take.",
			Help: "Try again in a moment.", RetryAfter: time.Second,
		}
	}
}

func (w *groupWriter) waiting() int { return len(w.jobs) + len(w.patient) }

func (w *groupWriter) close() error {
	w.mu.Lock()
	first := !w.closed
	if first {
		w.closed = true
		close(w.jobs)
		close(w.patient)
	}
	w.mu.Unlock()
	<-w.stopped
	if !first {
		return nil
	}
	return w.line.close()
}

func (w *groupWriter) loop() {
	drained := false
	defer func() {
		if drained {
			close(w.stopped)
			return
		}
		go w.loop() // a function ended this goroutine; the writer goes on in another
	}()
	for j := w.first(); j != nil; j = w.first() {
		w.group(j)
	}
	drained = true
}

// first gives the function that begins the next group; nil when the writer is closed
// and nothing waits.
func (w *groupWriter) first() *job {
	if w.ahead >= groupsAhead {
		if j := w.nextPatient(); j != nil {
			return j
		}
	}
	select {
	case j := <-w.jobs:
		if j != nil {
			w.ahead++
			return j
		}
	default:
		if j := w.nextPatient(); j != nil {
			return j
		}
	}
	select {
	case j := <-w.jobs:
		if j != nil {
			w.ahead++
			return j
		}
		w.ahead = 0
		return <-w.patient // both are closed: what is left, then nil
	case j := <-w.patient:
		if w.ahead = 0; j != nil {
			return j
		}
		return <-w.jobs
	}
}

func (w *groupWriter) nextPatient() *job {
	w.ahead = 0
	select {
	case j := <-w.patient:
		return j
	default:
		return nil
	}
}

// group runs first and whatever else is waiting, and answers all of them.
func (w *groupWriter) group(first *job) {
	if !first.start() {
		return
	}
	ran := []*job{first}
	settled := false
	defer func() {
		if !settled { // nobody may be told of a success that was not committed
			w.line.rollback()
			for _, j := range ran {
				j.err = errExited
			}
		}
		for _, j := range ran {
			close(j.done)
		}
	}()
	if err := w.begin(); err != nil {
		first.err, settled = asFault(err), true
		return
	}
	lost, began := false, machine.Now()
	for j := first; j != nil; j = w.next(len(ran), began) {
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
		err := w.commit()
		if err == nil {
			settled = true
			return
		}
		w.db.log.Warn("a group commit failed; its changes are run again one by one", slog.Any("error", err), slog.Int("changes", len(ran)))
	}
	w.line.rollback()
	// Those that failed run again too: they may have failed because of what
	// another one did, which is gone now. Not so one that took too long.
	for _, j := range ran {
		if !j.spent {
			j.err = w.alone(j)
		}
	}
	settled = true
}

// next gives a waiting function, or nil when the group is to be committed.
func (w *groupWriter) next(size int, began time.Time) *job {
	if size >= groupSize || machine.Now().Sub(began) > groupTime {
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
	if err := w.line.control("SAVEPOINT one"); err != nil {
		return errors.Join(errGroupLost, err)
	}
	err := w.call(j)
	if err != nil {
		j.spent = fault.Is(err, codeTooLong)
		// An interrupt that hit a change has taken the group's transaction with it.
		if e := w.line.control("ROLLBACK TO one"); e != nil {
			return errors.Join(errGroupLost, e, err)
		}
	}
	if e := w.line.control("RELEASE one"); e != nil {
		return errors.Join(errGroupLost, e, err)
	}
	return err
}

// alone runs one function of a lost group in a transaction of its own.
func (w *groupWriter) alone(j *job) error {
	if err := w.begin(); err != nil {
		return asFault(err)
	}
	err := w.call(j)
	if err == nil {
		err = asFault(w.commit())
	}
	if err != nil {
		w.line.rollback()
	}
	return err
}
