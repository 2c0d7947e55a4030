package store

import (
	"database/sql"
	"fmt"
	"time"
)

// Scan reads the columns of the present row, as sql.Rows.Scan does.
type Scan func(dest ...any) error

// All reads all rows of a query and closes it. It takes the query's results as they came.
func All[T any](rows *sql.Rows, err error) func(scan func(Scan) (T, error)) ([]T, error) {
	return func(scan func(Scan) (T, error)) (all []T, failed error) {
		if err != nil {
			return nil, err
		}
		defer func() {
			if e := rows.Close(); failed == nil && e != nil {
				failed = asFault(e)
			}
		}()
		for rows.Next() {
			v, err := scan(rows.Scan)
			if err != nil {
				return nil, fmt.Errorf("scan: %w", err)
			}
			all = append(all, v)
		}
		return all, asFault(rows.Err())
	}
}

// Instant gives the time of a column of Unix milliseconds.
func Instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// OptionalInstant gives the time of a column that may be NULL.
func OptionalInstant(ms sql.Null[int64]) *time.Time {
	if !ms.Valid {
		return nil
	}
	t := Instant(ms.V)
	return &t
}

// Bit gives the 0 or 1 that a boolean is stored as.
func Bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
