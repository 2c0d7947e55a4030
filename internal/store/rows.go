package store

import (
	"database/sql"
	"fmt"
	"time"
)

// Scan reads the columns of the present row, as sql.Rows.Scan does.
type Scan func(dest ...any) error

// Rows are what a query has found, as sql.Rows gives them.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
	Columns() ([]string, error)
}

// handed passes on what database/sql has found; without rows there is none.
func handed(rows *sql.Rows, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// All reads all rows of a query and closes it. It takes the query's results as they came.
func All[T any](rows Rows, err error) func(scan func(Scan) (T, error)) ([]T, error) {
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

// Sooner gives the smallest of some instants in milliseconds; zero is none.
func Sooner(all ...int64) (first int64) {
	for _, at := range all {
		if at > 0 && (first == 0 || at < first) {
			first = at
		}
	}
	return first
}

// OptionalInstant gives the time of a column that may be NULL.
func OptionalInstant(ms sql.Null[int64]) *time.Time {
	if !ms.Valid {
		return nil
	}
	t := Instant(ms.V)
	return &t
}

// Millis gives Unix milliseconds for a column that may be NULL, which stands for
// the zero time.
func Millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// OptionalMillis gives Unix milliseconds for a column that may be NULL, which stands
// for nil.
func OptionalMillis(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMilli()
}

// OrNull gives a value for a column that may be NULL, which stands for zero or "".
func OrNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// Bit gives the 0 or 1 that a boolean is stored as.
func Bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// OptionalInt is a column of whole numbers that may be NULL. It is cheaper to
// scan than sql.Null, which converts by reflection.
type OptionalInt struct {
	V     int64
	Valid bool
}

// Scan implements sql.Scanner.
func (o *OptionalInt) Scan(src any) (err error) {
	o.V, o.Valid, err = optional[int64](src)
	return err
}

// Instant gives the time of a column of Unix milliseconds; NULL is the zero time.
func (o *OptionalInt) Instant() time.Time {
	if !o.Valid {
		return time.Time{}
	}
	return Instant(o.V)
}

// TakeInt implements lite.IntTaker.
func (o *OptionalInt) TakeInt(v int64, valid bool) { o.V, o.Valid = v, valid }

// OptionalText is a column of text that may be NULL.
type OptionalText struct {
	V     string
	Valid bool
}

// Scan implements sql.Scanner.
func (o *OptionalText) Scan(src any) (err error) {
	o.V, o.Valid, err = optional[string](src)
	return err
}

// TakeText implements lite.TextTaker.
func (o *OptionalText) TakeText(v string, valid bool) { o.V, o.Valid = v, valid }

func optional[T int64 | string](src any) (v T, valid bool, err error) {
	if src == nil {
		return v, false, nil
	}
	v, valid = src.(T)
	if !valid {
		err = fmt.Errorf("a column held %T", src)
	}
	return v, valid, err
}
