package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"chancery/internal/tx"
)

// Tx is the SQL side of a transaction.
type Tx struct {
	Dialect Dialect

	ctx     context.Context //nolint:containedctx // a transaction is one call; see tx.Tx.Context
	sqlctx  context.Context //nolint:containedctx // the writer's own on SQLite: a cancelled caller must not roll back its group
	now     time.Time
	query   func(ctx context.Context, sqltext string, args []any) (*sql.Rows, error)
	exec    func(ctx context.Context, sqltext string, args []any) (sql.Result, error)
	entries []tx.Entry
	events  []tx.Event
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

// Journal implements tx.Tx.
func (t *Tx) Journal(e tx.Entry) { t.entries = append(t.entries, e) }

// Enqueue implements tx.Tx.
func (t *Tx) Enqueue(e tx.Event) { t.events = append(t.events, e) }

// Exec changes rows and tells how many.
func (t *Tx) Exec(sqltext string, args ...any) (int64, error) {
	res, err := t.exec(t.sqlctx, sqltext, args)
	if err != nil {
		return 0, asFault(err)
	}
	n, err := res.RowsAffected()
	return n, asFault(err)
}

// Query reads inside the transaction. The rows must be closed before the next call.
func (t *Tx) Query(sqltext string, args ...any) (*sql.Rows, error) {
	rows, err := t.query(t.sqlctx, sqltext, args)
	return rows, asFault(err)
}

// QueryRow reads at most one row (or the RETURNING of a change); found is
// false, without an error, when there is none.
func (t *Tx) QueryRow(sqltext string, args []any, dest ...any) (found bool, err error) {
	rows, err := t.Query(sqltext, args...)
	if err != nil {
		return false, err
	}
	return scanOne(rows, dest)
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

func (t *Tx) flush() error {
	if err := t.writeJournal(); err != nil {
		return err
	}
	return t.writeOutbox()
}
