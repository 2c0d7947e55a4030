package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Snapshot runs fn over one state of the whole database, however long it takes
// and whatever is written meanwhile.
func (db *DB) Snapshot(ctx context.Context, fn func(query func(sqltext string, args ...any) (Rows, error)) error) (err error) {
	options := &sql.TxOptions{ReadOnly: true}
	if db.Dialect.Name() == postgresName {
		options.Isolation = sql.LevelRepeatableRead
	}
	t, err := db.reads.BeginTx(ctx, options)
	if err != nil {
		return asFault(fmt.Errorf("begin a snapshot: %w", err))
	}
	defer func() { err = errors.Join(err, t.Rollback()) }() // there is nothing to commit
	return fn(func(sqltext string, args ...any) (Rows, error) {
		rows, err := handed(t.QueryContext(ctx, sqltext, args...))
		return rows, asFault(err)
	})
}
