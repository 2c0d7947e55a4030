package store

import (
	"context"
	"fmt"
)

// Point reads a row or a few by their keys, outside a transaction: what the
// hottest calls do. fn is called for each row, in order; dest of its scan as in
// sql.Rows.Scan. The read is short, and not cut off with its caller.
//
// On the embedded engine it goes around database/sql, whose work for one row
// costs more than SQLite's own.
func (db *DB) Point(ctx context.Context, sqltext string, args []any, fn func(Scan) error) error {
	if db.points != nil {
		return asFault(db.points.read(sqltext, args, fn))
	}
	ctx = context.WithoutCancel(ctx)
	rows, err := db.Query(ctx, sqltext, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
	}
	return asFault(rows.Err())
}
