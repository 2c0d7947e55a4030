package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"chancery/internal/fault"
)

const (
	postgresConnections = 16
	attempts            = 10 // of one transaction, on serialization failures and deadlocks

	// endWithin is how long the end of a transaction is waited for. A database
	// whose line has gone silent never answers, and each connection that waits
	// for it is one less for the rest.
	endWithin = 15 * time.Second
)

type postgres struct {
	db      *DB
	pool    *sql.DB
	mu      sync.Mutex // guards closed and the adding to running
	closed  bool
	running sync.WaitGroup

	life context.Context //nolint:containedctx // over when the transactions under way are to end
	end  context.CancelFunc
}

func openPostgres(ctx context.Context, c Config) (*DB, error) {
	cfg, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return nil, errors.New("the database URL can't be read; it looks like postgres://user:password@host:5432/database")
	}
	cfg.RuntimeParams["application_name"] = "chancery"
	cfg.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(leftIdle(c.Hold)))
	n := c.Connections
	if n == 0 {
		n = postgresConnections
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("the PostgreSQL database doesn't answer: %w", errors.Join(err, pool.Close()))
	}
	db := &DB{Dialect: postgresDialect{}, clock: c.Clock, random: c.Rand, log: c.Log, hold: c.Hold, portion: c.Portion, reads: pool}
	p := &postgres{db: db, pool: pool}
	p.life, p.end = context.WithCancel(context.Background())
	db.engine = p
	return db, nil
}

// leftIdle has the server end transactions that nobody goes on with: their program
// stands still, or its machine has gone without a word.
func leftIdle(hold time.Duration) func(context.Context, *pgx.Conn) error {
	return func(ctx context.Context, c *pgx.Conn) error {
		if hold == 0 {
			return nil
		}
		_, err := c.Exec(ctx, fmt.Sprintf("SET idle_in_transaction_session_timeout = %d", (hold+endWithin).Milliseconds()))
		return err
	}
}

// halt ends the transactions that run, and lets no other in.
func (p *postgres) halt() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.end()
}

// close waits for the functions that were accepted. The pool is the reading
// side's too, and stays open.
func (p *postgres) waiting() int { return 0 }

func (p *postgres) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.running.Wait()
	return nil
}

func (p *postgres) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errStopping()
	}
	p.running.Add(1)
	return nil
}

func (p *postgres) run(ctx context.Context, fn func(*Tx) error) error {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.running.Done()
	for attempt := 1; ; attempt++ {
		err := p.once(ctx, fn)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil && interrupted(ctx, err):
			return context.Cause(ctx)
		case attempt == attempts || !retryable(err):
			return asFault(err)
		}
		pause := time.Duration(rand.Int64N(int64(attempt) * int64(5*time.Millisecond))) //nolint:gosec // jitter
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// once runs fn in one transaction. The caller's context ends the waiting for a
// connection and the statements, but not the commit: its outcome would be unknown.
func (p *postgres) once(ctx context.Context, fn func(*Tx) error) error {
	wanted := machine.Now()
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	began := machine.Now()
	p.db.waited.add(began.Sub(wanted))
	begun := false
	lost := conn.Raw(func(raw any) error {
		begun = true
		driven, ok := raw.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("store: a connection of another driver: %T", raw) // a wiring defect
		}
		l := &postgresLine{conn: driven.Conn()}
		err = p.bounded(ctx, l, fn)
		took := machine.Now().Sub(began)
		p.db.held.add(took)
		p.db.noteLong(ctx, took)
		if l.lost || l.conn.IsClosed() {
			return driver.ErrBadConn // this keeps it out of the pool
		}
		return nil
	})
	if !begun {
		return lost
	}
	return err
}

// bounded does so for as long as a transaction may take.
func (p *postgres) bounded(caller context.Context, l *postgresLine, fn func(*Tx) error) error {
	ctx, cancel := context.WithCancel(caller)
	defer cancel()
	if p.db.hold > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, p.db.hold)
		defer stop()
	}
	defer context.AfterFunc(p.life, cancel)()
	err := p.transact(ctx, l, fn)
	if err == nil || caller.Err() != nil || ctx.Err() == nil || fault.Is(err, codeUnknown) || !interrupted(ctx, err) {
		return err
	}
	if p.life.Err() != nil {
		return errStopping()
	}
	return p.db.tooLong(caller, err)
}

// transact does so on one connection. The begin goes with the first statement
// that is waited for.
func (p *postgres) transact(ctx context.Context, l *postgresLine, fn func(*Tx) error) error {
	over := false
	defer func() { // deferred for functions that end the goroutine
		if !over {
			l.rollback(ctx)
		}
	}()
	t := p.db.newTx(ctx, ctx, l)
	t.later = append(t.later, statement{sqltext: "begin"})
	if err := guard(fn, t); err != nil {
		if retryable(t.failed) {
			return t.failed // whatever fn made of it
		}
		return err
	}
	rest := t.waiting()
	if !l.used && len(rest) == 1 {
		return nil // it did nothing
	}
	if len(rest) > 0 && ctx.Err() != nil {
		return context.Cause(ctx) // its statements are not through
	}
	err := committed(l.commit(ctx, rest))
	over = err == nil
	return err
}

const codeUnknown = "outcome_unknown"

// committed judges the answer to a commit: when the database refuses, nothing
// was kept; when it doesn't answer, nobody knows.
func committed(err error) error {
	if _, refused := errors.AsType[*pgconn.PgError](err); err == nil || refused || errors.Is(err, pgx.ErrTxCommitRollback) {
		return err
	}
	return &fault.Error{
		Kind: fault.Unavailable, Code: codeUnknown, Message: "The database was lost while it stored this; it may have been stored.",
		Help: "Look before you repeat it; with the same Idempotency-Key it is safe to repeat.", RetryAfter: 2 * time.Second, Cause: err,
	}
}

// interrupted: the caller's context is over, and that is what went wrong.
func interrupted(ctx context.Context, err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, context.Cause(ctx)) || errors.Is(err, driver.ErrBadConn)
}

// retryable: the database has rolled back because of another transaction.
func retryable(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}
