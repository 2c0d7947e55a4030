package store

import (
	"context"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Tx is the SQL side of a transaction.
type Tx struct {
	Dialect Dialect

	ctx     context.Context //nolint:containedctx // a transaction is one call; see tx.Tx.Context
	sqlctx  context.Context //nolint:containedctx // the writer's own on SQLite: a cancelled caller must not roll back its group
	now     time.Time
	spent   time.Time   // when it has had the time of a portion
	yields  func() bool // reports whether the portion must end for others that wait; nil for never
	line    line
	ids     ident.Source
	later   []statement // wait to be sent with the next one
	entries []tx.Entry
	events  []tx.Event
	rows    Rows  // of the last query
	failed  error // the first SQL error: it ends the function on both engines
}

var _ tx.Tx = (*Tx)(nil)

// On gives the SQL side of t. Only room stores call it.
func On(t tx.Tx) *Tx {
	s, ok := t.(*Tx)
	if !ok {
		panic(fmt.Sprintf("store: a transaction of another store: %T", t)) // a wiring defect
	}
	return s
}

// Context implements tx.Tx.
func (t *Tx) Context() context.Context { return t.ctx }

// Now implements tx.Tx.
func (t *Tx) Now() time.Time { return t.now }

// Spent implements tx.Tx.
func (t *Tx) Spent() bool {
	return !machine.Now().Before(t.spent) || t.yields != nil && t.yields()
}

// Journal implements tx.Tx.
func (t *Tx) Journal(e tx.Entry) { t.entries = append(t.entries, e) }

// Enqueue implements tx.Tx.
func (t *Tx) Enqueue(e tx.Event) { t.events = append(t.events, e) }

// Later changes rows of whose number nobody asks. Where the database is a
// round trip away, such statements travel with the next one that is waited for
// or the commit; so an error may come from that one.
func (t *Tx) Later(sqltext string, args ...any) error {
	if !t.line.far() {
		_, err := t.Exec(sqltext, args...)
		return err
	}
	if t.failed == nil {
		t.later = append(t.later, statement{sqltext: sqltext, args: args})
	}
	return t.failed
}

// RowLater is a QueryRow that travels as in Later: dest and found tell nothing
// before the next statement that is waited for.
func (t *Tx) RowLater(sqltext string, args []any, dest ...any) (found func() bool, err error) {
	row := &laterRow{dest: dest}
	if t.line.far() {
		t.later = append(t.later, statement{sqltext, args, row})
	} else {
		row.found, err = t.QueryRow(sqltext, args, dest...)
	}
	return func() bool { return row.found }, err
}

// waiting gives the statements that are to go with the next one.
func (t *Tx) waiting() []statement {
	all := t.later
	t.later = nil
	return all
}

// Exec changes rows and tells how many.
func (t *Tx) Exec(sqltext string, args ...any) (int64, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	n, err := t.line.exec(t.sqlctx, t.waiting(), statement{sqltext: sqltext, args: args})
	return n, t.fail(err)
}

// Query reads inside the transaction. The rows must be closed before the next call.
func (t *Tx) Query(sqltext string, args ...any) (Rows, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	rows, err := t.line.query(t.sqlctx, t.waiting(), statement{sqltext: sqltext, args: args})
	if err != nil {
		return nil, t.fail(err)
	}
	t.rows = rows
	return rows, nil
}

// fail remembers the first SQL error. PostgreSQL has given the transaction up
// by then, and SQLite may have: what followed would run outside of it.
func (t *Tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = asFault(err)
	}
	return t.failed
}

// QueryRow reads at most one row (or the RETURNING of a change); found is
// false, without an error, when there is none.
func (t *Tx) QueryRow(sqltext string, args []any, dest ...any) (found bool, err error) {
	rows, err := t.Query(sqltext, args...)
	if err != nil {
		return false, err
	}
	found, err = scanOne(rows, dest)
	return found, t.fail(err)
}

// Insert runs an INSERT ... RETURNING id and gives the new id.
func (t *Tx) Insert(sqltext string, args ...any) (int64, error) {
	var id int64
	found, err := t.QueryRow(sqltext, args, &id)
	if err == nil && !found {
		err = fmt.Errorf("store: nothing was inserted: %.60s", sqltext)
	}
	return id, err
}

// flush writes what goes with the change. A function that swallowed an SQL
// error fails here.
func (t *Tx) flush() error {
	if t.failed != nil {
		return t.failed
	}
	if err := t.writeJournal(); err != nil {
		return err
	}
	return t.writeOutbox() // what waits now goes with the commit
}

// leave closes what a function left open: open rows would hold the writer's
// connection, and its next commit, for ever.
func (t *Tx) leave() {
	if t.rows != nil {
		_ = t.rows.Close() // an error in it was the function's to see
	}
}
