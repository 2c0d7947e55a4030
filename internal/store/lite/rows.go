package lite

// Rows are what a query has found. They must be closed before the connection is
// used again.
type Rows struct {
	c    *Conn // nil once closed
	st   *statement
	read bool // the first row was read ahead
	more bool // a row is there
	err  error
}

// Next goes to the next row, the first one at first; false behind the last.
func (r *Rows) Next() bool {
	switch {
	case r.c == nil:
		return false
	case r.read:
		r.read = false
	case r.more:
		r.more, r.err = r.st.Step()
	}
	return r.more
}

// Err is what ended the rows too early.
func (r *Rows) Err() error { return r.err }

// Close lets go of the rows. It may be called twice.
func (r *Rows) Close() error {
	if r.c != nil {
		_ = r.st.Reset() // says again what Step has said
		r.c.open, r.c = nil, nil
	}
	return r.err
}

// Columns gives their names.
func (r *Rows) Columns() ([]string, error) {
	if r.c == nil {
		return nil, errClosed
	}
	names := make([]string, r.st.ColumnCount())
	for n := range names {
		names[n] = r.st.ColumnName(n)
	}
	return names, nil
}
