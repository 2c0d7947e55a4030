package lite

import (
	"errors"

	"modernc.org/libc"
	sqlite "modernc.org/sqlite/lib"
)

// errBusy is a defect of the caller's: the rows' texts would be written over.
var errBusy = errors.New("lite: the rows of the query before have not been closed")

// Rows are what a query has found. They must be closed before the connection is
// used again.
type Rows struct {
	c    *Conn
	st   *statement
	read bool // the first row was read ahead
	more bool // a row is there
	err  error
}

// Query runs a statement up to its first row, with which most errors come.
func (c *Conn) Query(sqltext string, args []any) (*Rows, error) {
	st, err := c.ready(sqltext, args)
	if err != nil {
		return nil, err
	}
	r := &Rows{c: c, st: st, read: true}
	c.open = r
	if r.step(); r.err != nil {
		err := r.err
		_ = r.Close() // says the same again
		return nil, err
	}
	return r, nil
}

// Exec runs a statement to its end, and tells how many rows it changed.
func (c *Conn) Exec(sqltext string, args []any) (changed int64, err error) {
	st, err := c.ready(sqltext, args)
	if err != nil {
		return 0, err
	}
	err = c.finish(st)
	sqlite.Xsqlite3_reset(c.tls, st.at) // says the same again
	if err != nil {
		return 0, err
	}
	return sqlite.Xsqlite3_changes64(c.tls, c.db), nil
}

func (c *Conn) ready(sqltext string, args []any) (*statement, error) {
	if c.open != nil {
		return nil, errBusy
	}
	st, err := c.statement(sqltext)
	if err != nil {
		return nil, err
	}
	return st, c.bind(st, args)
}

func (r *Rows) step() {
	switch sqlite.Xsqlite3_step(r.c.tls, r.st.at) {
	case sqlite.SQLITE_ROW:
		r.more = true
	case sqlite.SQLITE_DONE:
		r.more = false
	default:
		r.more, r.err = false, r.c.failure()
	}
}

// Next goes to the next row, the first one at first; false behind the last.
func (r *Rows) Next() bool {
	switch {
	case r.c == nil:
		return false
	case r.read:
		r.read = false
	case r.more:
		r.step()
	}
	return r.more
}

// Err is what ended the rows too early.
func (r *Rows) Err() error { return r.err }

// Close lets go of the rows. It may be called twice.
func (r *Rows) Close() error {
	if r.c != nil {
		sqlite.Xsqlite3_reset(r.c.tls, r.st.at)
		r.c.open, r.c = nil, nil
	}
	return r.err
}

// Columns gives their names.
func (r *Rows) Columns() ([]string, error) {
	if r.c == nil {
		return nil, errClosed
	}
	names := make([]string, 0, sqlite.Xsqlite3_column_count(r.c.tls, r.st.at))
	for n := range sqlite.Xsqlite3_column_count(r.c.tls, r.st.at) {
		names = append(names, libc.GoString(sqlite.Xsqlite3_column_name(r.c.tls, r.st.at, n)))
	}
	return names, nil
}
