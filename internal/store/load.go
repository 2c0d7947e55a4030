package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"

	"chancery/internal/fault"
)

// MigrateTo brings an empty database to an older schema, for a backup of it.
func MigrateTo(ctx context.Context, c Config, version int64) error {
	return withProvider(c, func(p *goose.Provider, _ *sql.DB) error {
		_, err := p.UpTo(ctx, version)
		return err
	})
}

// Loader fills the tables of an empty database in one transaction.
type Loader struct {
	ctx      context.Context //nolint:containedctx // a loader is one call
	t        *sql.Tx
	postgres bool

	table    string
	columns  []string
	deferred int // the column that is filled in later; -1 for none
	later    []any
	pending  []any
	rows     int
}

const loadRows = 100 // in one INSERT

// Load runs fn with a Loader and commits when it returns nil. A database that
// holds a vendor is refused.
func Load(ctx context.Context, c Config, fn func(*Loader) error) (err error) {
	driver, dsn := "pgx", c.URL
	if c.URL == "" {
		driver, dsn = "sqlite", sqliteDSN(filepath.Join(c.Dir, FileName), writerCacheKB, checkpointPages)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return asFault(err)
	}
	defer t.Rollback() //nolint:errcheck // after the commit it does nothing
	var vendors int
	if err := t.QueryRowContext(ctx, "SELECT COUNT(*) FROM vendors").Scan(&vendors); err != nil {
		return asFault(fmt.Errorf("look into the database: %w", err))
	}
	if vendors > 0 {
		return fault.Refused("database_not_empty", "The database to restore into is not empty.", "Name an empty data directory or database.")
	}
	l := &Loader{ctx: ctx, t: t, postgres: c.URL != "", deferred: -1}
	if err := l.Exec("DELETE FROM change_counter"); err != nil {
		return err
	}
	if err := errors.Join(fn(l), l.end()); err != nil {
		return err
	}
	return asFault(t.Commit())
}

// Exec runs a statement.
func (l *Loader) Exec(sqltext string, args ...any) error {
	if err := l.flush(); err != nil {
		return err
	}
	_, err := l.t.ExecContext(l.ctx, sqltext, args...)
	return asFault(err)
}

// Table begins the rows of a table. The column later refers to rows of the same
// table, and is filled in when all are there; "" for none.
func (l *Loader) Table(table string, columns []string, later string) error {
	if err := l.end(); err != nil {
		return err
	}
	for _, c := range columns {
		if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return fmt.Errorf("store: %q is no column", c)
		}
	}
	l.table, l.columns, l.deferred = table, columns, -1
	for i, c := range columns {
		if c == later {
			l.deferred = i
		}
	}
	return nil
}

// Row adds a row of the present table.
func (l *Loader) Row(values []any) error {
	if l.deferred >= 0 && values[l.deferred] != nil {
		l.later = append(l.later, values[l.deferred], values[0])
		values[l.deferred] = nil
	}
	l.pending = append(l.pending, values...)
	if l.rows++; l.rows == loadRows {
		return l.flush()
	}
	return nil
}

// end finishes a table: what was left for later, and on PostgreSQL the number that ids go on from.
func (l *Loader) end() error {
	if err := l.flush(); err != nil || l.table == "" {
		return err
	}
	for i := 0; i < len(l.later); i += 2 {
		if err := l.Exec("UPDATE "+l.table+" SET "+l.columns[l.deferred]+" = $1 WHERE "+l.columns[0]+" = $2", l.later[i], l.later[i+1]); err != nil {
			return err
		}
	}
	l.later = nil
	if !l.postgres || l.columns[0] != "id" || l.table == "change_counter" {
		return nil
	}
	return l.Exec("SELECT setval(pg_get_serial_sequence('" + l.table + "', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM " + l.table + "), false)")
}

func (l *Loader) flush() error {
	if l.rows == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString("INSERT INTO " + l.table + " (" + strings.Join(l.columns, ", ") + ") VALUES" + placeholders(l.rows, len(l.columns)))
	_, err := l.t.ExecContext(l.ctx, text.String(), l.pending...)
	l.pending, l.rows = l.pending[:0], 0
	return asFault(err)
}
