package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"chancery/internal/store"
)

// Write copies one state of the whole database to w while it is in use, and
// tells how many rows it has.
func Write(ctx context.Context, db *store.DB, schema int64, now time.Time, w io.Writer) (rows int64, err error) {
	z := gzip.NewWriter(w)
	out := &writer{to: bufio.NewWriterSize(z, 1<<16), sum: sha256.New(), rows: map[string]int64{}}
	if err := out.line(header{Format: Format, Schema: schema, Created: now.UTC().Format(time.RFC3339), Engine: db.Dialect.Name()}); err != nil {
		return 0, err
	}
	err = db.Snapshot(ctx, func(query func(string, ...any) (store.Rows, error)) error {
		for _, table := range tables {
			if err := out.table(query, table); err != nil {
				return fmt.Errorf("back up %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := out.line(trailer{Rows: out.rows, SHA256: hex.EncodeToString(out.sum.Sum(nil))}); err != nil {
		return 0, err
	}
	if err := out.to.Flush(); err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	if err := z.Close(); err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	for _, n := range out.rows {
		rows += n
	}
	return rows, nil
}

type writer struct {
	to   *bufio.Writer
	sum  hash.Hash
	rows map[string]int64
	buf  []byte
}

func (w *writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return w.bytes(append(b, '\n'))
}

func (w *writer) bytes(b []byte) error {
	_, _ = w.sum.Write(b) // never fails
	if _, err := w.to.Write(b); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return nil
}

func (w *writer) table(query func(string, ...any) (store.Rows, error), table string) error {
	rows, err := query("SELECT * FROM " + table) //nolint:unqueryvet // whatever columns there are; their names are written beside them
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	if err := w.line(section{Table: table, Columns: columns}); err != nil {
		return err
	}
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		if w.buf, err = appendRow(w.buf[:0], values); err != nil {
			return err
		}
		if err := w.bytes(w.buf); err != nil {
			return err
		}
		w.rows[table]++
	}
	return rows.Err()
}
