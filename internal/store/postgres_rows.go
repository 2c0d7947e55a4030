package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// postgresRows are the rows of a query inside a transaction.
type postgresRows struct {
	pgx.Rows

	batch pgx.BatchResults // that they are the last results of; nil for none

	read, more bool // the first row was read ahead; there was one
}

// ahead reads the first row, with which most errors come.
func (r *postgresRows) ahead() (Rows, error) {
	r.more, r.read = r.Rows.Next(), true
	if err := r.Err(); !r.more && err != nil {
		_ = r.Close() // says the same again
		return nil, err
	}
	return r, nil
}

func (r *postgresRows) Next() bool {
	if r.read {
		r.read = false
		return r.more
	}
	return r.Rows.Next()
}

// Scan as in sql.Rows, of which it keeps that a 0 or 1 makes a boolean.
func (r *postgresRows) Scan(dest ...any) error {
	all := dest
	for i, d := range dest {
		if b, ok := d.(*bool); ok {
			if &all[0] == &dest[0] {
				all = append([]any{}, dest...)
			}
			all[i] = (*bit)(b)
		}
	}
	return r.Rows.Scan(all...)
}

// Columns gives their names.
func (r *postgresRows) Columns() (names []string, err error) {
	for _, d := range r.FieldDescriptions() {
		names = append(names, d.Name)
	}
	return names, nil
}

func (r *postgresRows) Close() error {
	r.Rows.Close()
	err := r.Err()
	if r.batch != nil {
		err = errors.Join(err, r.batch.Close())
	}
	return err
}

// bit is a boolean that is stored as 0 or 1.
type bit bool

// Scan implements sql.Scanner.
func (b *bit) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*b = v != 0
	case bool:
		*b = bit(v)
	default:
		return fmt.Errorf("a boolean's column held %T", src)
	}
	return nil
}
