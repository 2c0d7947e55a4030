package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

type sqliteSink struct{ db *sql.DB }

// openSQLite opens a database for bulk work: nothing is synced, everything is cached.
func openSQLite(file string) (sqliteSink, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=synchronous(0)&_pragma=cache_size(-2000000)&_pragma=foreign_keys(0)&_pragma=journal_mode(WAL)")
	if err != nil {
		return sqliteSink{}, fmt.Errorf("open: %w", err)
	}
	db.SetMaxOpenConns(1)
	return sqliteSink{db}, nil
}

const rowsAtOnce = 100

func (s sqliteSink) insert(ctx context.Context, table string, columns []string, rows int, row func(i int) []any) error {
	t, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()   //nolint:errcheck // after a commit it does nothing
	var insert *sql.Stmt // closed with the transaction
	prepared := 0
	for at := 0; at < rows; at += rowsAtOnce {
		n := min(rowsAtOnce, rows-at)
		args := make([]any, 0, n*len(columns))
		for i := range n {
			args = append(args, row(at+i)...)
		}
		if n != prepared {
			if insert, err = t.PrepareContext(ctx, values(table, columns, n)); err != nil {
				return err
			}
			prepared = n
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return t.Commit()
}

func values(table string, columns []string, rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	for i := range rows * len(columns) {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%len(columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteByte('?') // numbered ones cost SQLite the square of their number
	}
	b.WriteString(")")
	return b.String()
}

func (s sqliteSink) exec(ctx context.Context, text string, args ...any) error {
	_, err := s.db.ExecContext(ctx, text, args...)
	return err
}

func (s sqliteSink) number(ctx context.Context, text string, args ...any) (n int64, err error) {
	return n, s.db.QueryRowContext(ctx, text, args...).Scan(&n)
}

func (s sqliteSink) close() error { return s.db.Close() }

func (s sqliteSink) finish(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
