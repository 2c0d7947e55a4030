package store

import (
	"context"
	"fmt"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// SealedColumn is a column that holds sealed values: what a rotation of the master
// key seals anew, and what a proof of the database opens.
type SealedColumn struct {
	Table, Column string
	Where         string   // which rows hold one, with the table as s; empty for all that are not NULL
	Key           []string // the columns of the table's primary key, in order
	Row           []string // expressions of what Purpose is made of, with the table as s

	// Purpose gives what the value of a row is bound to.
	Purpose func(row []any) (string, error)

	// Cached says that servers keep what they have read: they must read it again.
	Cached bool
}

// Name is table and column.
func (c SealedColumn) Name() string { return c.Table + "." + c.Column }

// SealedAnswers are the answers kept for repeated requests that hold secrets.
func SealedAnswers() SealedColumn {
	return SealedColumn{
		Table: "answers", Column: "body", Where: "s.is_sealed = 1",
		Key: []string{"vendor_id", "principal", "route", "request_key"},
		Row: []string{"s.vendor_id", "s.principal", "s.route", "s.request_key"},
		Purpose: func(row []any) (string, error) {
			var c tx.Claim
			err := Fields(row, &c.Vendor, &c.Principal, &c.Route, &c.Key)
			return answerPurpose(c), err
		},
	}
}

// Fields puts the values of a row into a vendor's id, texts, bytes and UUIDs.
func Fields(row []any, into ...any) error {
	if len(row) != len(into) {
		return fmt.Errorf("store: %d values for %d fields", len(row), len(into))
	}
	for i, field := range into {
		v, ok := row[i], false
		switch to := field.(type) {
		case *ident.VendorID:
			var n int64
			n, ok = v.(int64)
			*to = ident.VendorOf(n)
		case *string:
			*to, ok = v.(string)
		case *[]byte:
			*to, ok = v.([]byte)
		case *ident.UUID:
			ok = to.Scan(v) == nil
		}
		if !ok {
			return fmt.Errorf("store: a %T in place of a %T", v, field)
		}
	}
	return nil
}

// SealedValue is one of them.
type SealedValue struct {
	Key     []any
	Purpose string
	Sealed  []byte
}

// After gives up to limit sealed values in the order of the key, behind that of
// after, which is nil for the first; only those that do not begin with header,
// where one is given.
func (c SealedColumn) After(query func(string, ...any) (Rows, error), lock string, after []any, header []byte, limit int) ([]SealedValue, error) {
	where := []string{"s." + c.Column + " IS NOT NULL"}
	if c.Where != "" {
		where = append(where, c.Where)
	}
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	if header != nil {
		where = append(where, fmt.Sprintf("substr(s.%s, 1, %d) <> %s", c.Column, len(header), arg(header)))
	}
	if after != nil {
		marks := make([]string, len(after))
		for i, v := range after {
			marks[i] = arg(v)
		}
		where = append(where, "(s."+strings.Join(c.Key, ", s.")+") > ("+strings.Join(marks, ", ")+")")
	}
	keys := "s." + strings.Join(c.Key, ", s.")
	text := "SELECT " + keys + ", " + strings.Join(c.Row, ", ") + ", s." + c.Column + " FROM " + c.Table + " s WHERE " +
		strings.Join(where, " AND ") + " ORDER BY " + keys + " LIMIT " + arg(limit) + lock
	return All[SealedValue](query(text, args...))(func(scan Scan) (v SealedValue, err error) {
		values := make([]any, len(c.Key)+len(c.Row)+1)
		into := make([]any, len(values))
		for i := range values {
			into[i] = &values[i]
		}
		if err := scan(into...); err != nil {
			return v, err
		}
		if v.Purpose, err = c.Purpose(values[len(c.Key) : len(values)-1]); err != nil {
			return v, fmt.Errorf("%s: %w", c.Name(), err)
		}
		v.Key = values[:len(c.Key):len(c.Key)]
		return v, Fields(values[len(values)-1:], &v.Sealed)
	})
}

// Resealed is what came of a portion.
type Resealed struct {
	Sealed     int   // anew
	Unreadable int   // that open under no key, and stay as they are
	Last       []any // the key to go on from; nil at the end
}

// Reseal seals a portion of the values anew that do not begin with header, behind after.
func (c SealedColumn) Reseal(t tx.Tx, s Sealer, header []byte, after []any, limit int) (r Resealed, err error) {
	on := On(t)
	values, err := c.After(on.Query, on.Dialect.ForUpdate(), after, header, limit)
	if err != nil {
		return Resealed{}, err
	}
	same := make([]string, len(c.Key))
	for i, column := range c.Key {
		same[i] = fmt.Sprintf("%s = $%d", column, i+2)
	}
	update := "UPDATE " + c.Table + " SET " + c.Column + " = $1 WHERE " + strings.Join(same, " AND ")
	for _, v := range values {
		r.Last = v.Key
		plain, err := s.Open(v.Purpose, v.Sealed)
		if err != nil {
			r.Unreadable++
			continue
		}
		sealed, err := s.Seal(v.Purpose, plain)
		if err != nil {
			return Resealed{}, fmt.Errorf("%s: %w", c.Name(), err)
		}
		if _, err := on.Exec(update, append([]any{sealed}, v.Key...)...); err != nil {
			return Resealed{}, err
		}
		r.Sealed++
	}
	if r.Sealed > 0 && c.Cached {
		err = Bump(t)
	}
	if len(values) < limit {
		r.Last = nil
	}
	return r, err
}

// Each hands every sealed value of the column to do, in portions; only those that do
// not begin with header, where one is given.
func (c SealedColumn) Each(ctx context.Context, db *DB, header []byte, do func(SealedValue)) error {
	query := func(text string, args ...any) (Rows, error) { return db.Query(ctx, text, args...) }
	const portion = 500
	var after []any
	for {
		values, err := c.After(query, "", after, header, portion)
		if err != nil {
			return err
		}
		for _, v := range values {
			do(v)
			after = v.Key
		}
		if len(values) < portion {
			return nil
		}
	}
}
