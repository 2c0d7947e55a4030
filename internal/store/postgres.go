package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	postgresConnections = 16
	attempts            = 10 // of one transaction, on serialization failures and deadlocks
)

type postgres struct {
	db   *DB
	pool *sql.DB
}

func openPostgres(ctx context.Context, c Config) (*DB, error) {
	cfg, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return nil, errors.New("the database URL can't be read; it looks like postgres://user:password@host:5432/database")
	}
	cfg.RuntimeParams["application_name"] = "chancery"
	cfg.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*cfg)
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
	db := &DB{Dialect: postgresDialect{}, clock: c.Clock, log: c.Log, reads: pool}
	db.engine = &postgres{db: db, pool: pool}
	return db, nil
}

func (p *postgres) close() error { return nil } // the pool is the reading side's too

func (p *postgres) run(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := p.once(ctx, fn)
		if err == nil || attempt == attempts || !retryable(err) {
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

func (p *postgres) once(ctx context.Context, fn func(*Tx) error) error {
	t, err := p.pool.BeginTx(ctx, nil)
	if err != nil {
		return err //nolint:wrapcheck // mapped by run
	}
	s := p.db.newTx(ctx, ctx,
		func(ctx context.Context, sqltext string, args []any) (*sql.Rows, error) {
			return t.QueryContext(ctx, sqltext, args...)
		},
		func(ctx context.Context, sqltext string, args []any) (sql.Result, error) {
			return t.ExecContext(ctx, sqltext, args...)
		})
	if err := guard(fn, s); err != nil {
		_ = t.Rollback() // the connection is dropped if this fails, which rolls back too
		return err
	}
	return t.Commit() //nolint:wrapcheck // mapped by run
}

// retryable: the database has rolled back because of another transaction.
func retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
