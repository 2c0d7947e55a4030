package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Config says which database to open.
type Config struct {
	// URL is postgres://... for PostgreSQL; empty for the embedded engine in Dir.
	URL string

	// Dir is the data directory of the embedded engine; the database is chancery.db in it.
	Dir string

	// Clock gives each transaction its instant.
	Clock ident.Clock

	// Rand makes the ids of outgoing messages; crypto/rand when nil.
	Rand io.Reader

	// Log takes what went wrong behind a caller's back.
	Log *slog.Logger

	// Connections is how many PostgreSQL connections (default 16), or SQLite readers (default 4), are kept at most.
	Connections int

	// Hold is how long one transaction may keep the writer, or rows of PostgreSQL,
	// before it is ended; 0 for as long as it takes.
	Hold time.Duration

	// Portion is how long one portion of a long work goes on; 0 for tx.PortionTime.
	Portion time.Duration

	files fs.FS // the migrations, by folder; nil for the program's own
}

// DB is an open database: one writing side and many readers. It is safe for
// concurrent use.
type DB struct {
	Dialect Dialect

	clock  ident.Clock
	random io.Reader
	log    *slog.Logger
	reads  *sql.DB
	cached *statements // of the reading side; nil where the driver caches by itself
	points *points     // nil where they are read like all else
	engine engine

	refusals refusals

	hold, portion     time.Duration // as in Config
	held, waited      spans         // how long transactions took, and waited for the writer or a connection
	committed, failed atomic.Int64  // transactions
	refusing          atomic.Bool   // the database could not take a change, and has not shown since that it can
	closed            atomic.Bool
}

// engine is the writing side of one kind of database.
type engine interface {
	run(ctx context.Context, fn func(*Tx) error) error
	waiting() int // functions that have not started
	halt()        // ends the functions that run, and refuses all others
	close() error
}

var _ tx.Runner = (*DB)(nil)

// Open opens the database. It does not touch the schema: see Migrate and Check.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Clock == nil {
		return nil, errors.New("store: Config.Clock is missing")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	c.Portion = cmp.Or(c.Portion, tx.PortionTime)
	kept, err := newRefusals(c.Clock)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	db.refusals = kept
	return db, nil
}

func open(ctx context.Context, c Config) (*DB, error) {
	switch {
	case c.URL == "" && c.Dir == "":
		return nil, errors.New("store: neither a data directory nor a database URL was given")
	case c.URL == "":
		return openSQLite(c)
	case strings.HasPrefix(c.URL, "postgres://"), strings.HasPrefix(c.URL, "postgresql://"):
		return openPostgres(ctx, c)
	}
	return nil, errors.New("the database URL must begin with postgres:// (leave it out for the embedded database)")
}

// Close waits for the functions that were accepted, commits them, and closes.
// Whatever comes later is told that the server is stopping. It may be called twice.
func (db *DB) Close() error {
	err := db.engine.close()
	db.closed.Store(true)
	if db.points != nil {
		err = errors.Join(err, db.points.close())
	}
	return errors.Join(err, db.reads.Close())
}

// Stats are figures of the writing side since the database was opened.
type Stats struct {
	Committed, Failed int64 // transactions
	Waiting           int   // functions that wait for the embedded engine's writer
	Held, Waited      Spans // how long transactions took, and waited for the writer or a connection
}

// Stats gives the figures as of now.
func (db *DB) Stats() Stats {
	return Stats{
		Committed: db.committed.Load(), Failed: db.failed.Load(), Waiting: db.engine.waiting(),
		Held: db.held.read(), Waited: db.waited.read(),
	}
}

// Run implements tx.Runner.
func (db *DB) Run(ctx context.Context, fn func(tx.Tx) error) error {
	err := db.run(ctx, fn)
	db.note(err)
	if err == nil {
		db.committed.Add(1)
	} else {
		db.failed.Add(1)
	}
	return err
}

func (db *DB) run(ctx context.Context, fn func(tx.Tx) error) error {
	return db.engine.run(ctx, func(t *Tx) error {
		if err := fn(t); err != nil {
			return err
		}
		return t.flush()
	})
}

// Query reads outside a transaction. A sqltext is written once for both engines.
func (db *DB) Query(ctx context.Context, sqltext string, args ...any) (Rows, error) {
	rows, err := handed(db.query(ctx, sqltext, args))
	if err != nil && db.closed.Load() {
		return nil, errStopping()
	}
	return rows, asFault(err)
}

func (db *DB) query(ctx context.Context, sqltext string, args []any) (*sql.Rows, error) {
	if db.cached == nil {
		return db.reads.QueryContext(ctx, sqltext, args...)
	}
	st, err := db.cached.get(sqltext) //nolint:sqlclosecheck // kept until the pool closes
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// QueryRow reads at most one row outside a transaction; dest as in sql.Row.Scan.
// found is false, without an error, when there is none.
func (db *DB) QueryRow(ctx context.Context, sqltext string, args []any, dest ...any) (found bool, err error) {
	rows, err := db.Query(ctx, sqltext, args...)
	if err != nil {
		return false, err
	}
	return scanOne(rows, dest)
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	_, err := db.QueryRow(ctx, "SELECT 1", nil, &one)
	return err
}

func scanOne(rows Rows, dest []any) (found bool, err error) {
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			err = asFault(e)
		}
	}()
	if !rows.Next() {
		return false, asFault(rows.Err())
	}
	if err := rows.Scan(dest...); err != nil {
		return false, fmt.Errorf("scan: %w", err)
	}
	return true, nil
}
