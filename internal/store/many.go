package store

import (
	"strconv"
	"strings"
)

// manyValues is how many values one INSERT of InsertMany has at most: more are not
// faster.
const manyValues = 260

// InsertMany inserts rows: into is "INSERT INTO t (a, b) VALUES", values holds
// columns of them for each row. With a RETURNING clause, scan is called for what
// each row gives back, in no order.
func (t *Tx) InsertMany(into string, columns int, values []any, returning string, scan func(Scan) error) error {
	for len(values) > 0 {
		rows := min(len(values)/columns, max(1, manyValues/columns))
		chunk := values[:rows*columns]
		values = values[rows*columns:]
		text := into + placeholders(rows, columns) + " " + returning
		if scan == nil {
			if _, err := t.Exec(text, chunk...); err != nil {
				return err
			}
			continue
		}
		found, err := t.Query(text, chunk...)
		if _, err := All[struct{}](found, err)(func(s Scan) (struct{}, error) { return struct{}{}, scan(s) }); err != nil {
			return t.fail(err)
		}
	}
	return nil
}

// placeholders gives those of so many rows: ($1, $2), ($3, $4).
func placeholders(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString(" ($")
		case i%columns == 0:
			b.WriteString("), ($")
		default:
			b.WriteString(", $")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteString(")")
	return b.String()
}
