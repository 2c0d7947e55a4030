package store

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/store/lite"
	"chancery/internal/tx"
)

const (
	longTurn = 100 * time.Millisecond // what took longer is logged

	// stopAgain: an interrupt that comes between two statements is lost, so it is
	// repeated until the function has come back.
	stopAgain = 20 * time.Millisecond
)

// TaskBegin is what Busy calls the wait for another program that writes to the
// embedded database.
const TaskBegin = "begin"

// machine measures how long things take, whatever the clock of the transactions is.
var machine ident.SystemClock //nolint:gochecknoglobals // it holds nothing

// turn is one function's time with the writer. Whoever has had his time is ended:
// the statement that runs is interrupted, and every one after it refused.
type turn struct {
	began time.Time
	task  string
	conn  *lite.Conn // nil for what nobody may end
	over  atomic.Bool

	mu    sync.Mutex
	ended bool // the function has come back: the connection is another's
}

// stop ends the turn, and returns when its function has come back.
func (u *turn) stop() {
	if u.conn == nil {
		return
	}
	u.over.Store(true)
	for u.interrupt() {
		time.Sleep(stopAgain)
	}
}

func (u *turn) interrupt() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.ended {
		u.conn.Interrupt()
	}
	return !u.ended
}

func (u *turn) end() {
	u.mu.Lock()
	u.ended = true
	u.mu.Unlock()
}

// call runs one function, for as long as it may keep the writer.
func (w *groupWriter) call(j *job) error {
	u := &turn{began: machine.Now(), task: tx.TaskFrom(j.ctx), conn: w.line.conn}
	w.line.turn = u
	w.now.Store(u)
	defer func() { // deferred for functions that end the goroutine
		u.end()
		w.line.turn = nil
		w.now.Store(nil)
	}()
	if w.halted.Load() {
		return errStopping()
	}
	if w.db.hold > 0 {
		timer := time.AfterFunc(w.db.hold, u.stop)
		defer timer.Stop()
	}
	w.db.waited.add(u.began.Sub(j.handed))
	t := w.db.newTx(context.WithoutCancel(j.ctx), context.Background(), w.line)
	if tx.IsPatient(j.ctx) {
		t.yields = func() bool { return len(w.jobs) > 0 && machine.Now().Sub(u.began) >= tx.YieldTime }
	}
	err := guard(j.fn, t)
	took := machine.Now().Sub(u.began)
	w.db.held.add(took)
	w.db.noteLong(j.ctx, took)
	switch {
	case err == nil || !u.over.Load():
		return err
	case w.halted.Load():
		return errStopping()
	}
	return w.db.tooLong(j.ctx, err)
}

// begin and commit are turns of their own, which are never ended: another process may
// hold the database, and the disk be slow.
func (w *groupWriter) begin() error {
	w.now.Store(&turn{began: machine.Now(), task: TaskBegin})
	defer w.now.Store(nil)
	return w.line.begin()
}

func (w *groupWriter) commit() error {
	w.now.Store(&turn{began: machine.Now(), task: "commit"})
	defer w.now.Store(nil)
	return w.line.control("COMMIT")
}

// halt ends the function that runs, and refuses those that wait.
func (w *groupWriter) halt() {
	w.halted.Store(true)
	if u := w.now.Load(); u != nil {
		go u.stop()
	}
}

// Busy tells what the embedded engine's writer is at, and for how long; zero when
// it is at nothing, and where there is no one writer.
func (db *DB) Busy() (task string, since time.Duration) {
	w, ok := db.engine.(*groupWriter)
	if !ok {
		return "", 0
	}
	u := w.now.Load()
	if u == nil {
		return "", 0
	}
	return u.task, machine.Now().Sub(u.began)
}

// Halt ends the changes under way, and refuses those that wait, for a server that
// must stop now: nothing of them is kept, and Close need not wait for them.
func (db *DB) Halt() { db.engine.halt() }

func (db *DB) noteLong(ctx context.Context, took time.Duration) {
	if took > longTurn {
		db.log.Warn("a change took long", slog.String("task", tx.TaskFrom(ctx)), slog.Duration("took", took),
			slog.String("request_id", tx.ActorFrom(ctx).RequestID))
	}
}

// tooLong is told to whoever kept the database for longer than anybody may.
func (db *DB) tooLong(ctx context.Context, cause error) error {
	db.log.Error("a change was ended because it took too long; nothing of it was kept", slog.String("task", tx.TaskFrom(ctx)),
		slog.Duration("limit", db.hold), slog.String("request_id", tx.ActorFrom(ctx).RequestID))
	return &fault.Error{
		Kind: fault.Unavailable, Code: codeTooLong, Message: "This change took too long and was undone.",
		Help: "Nothing was changed. Try it again in a moment, or in smaller parts.", RetryAfter: 2 * time.Second, Cause: cause,
	}
}

const codeTooLong = "took_too_long"
