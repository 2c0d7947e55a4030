package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const sqlCommit = "commit"

// postgresLine carries one transaction. It goes around database/sql, which can't
// send several statements in one round trip.
type postgresLine struct {
	conn *pgx.Conn
	used bool // something was sent
	lost bool // the transaction's end is not known: the connection is of no use
}

var _ line = (*postgresLine)(nil)

func (l *postgresLine) far() bool { return true }

func (l *postgresLine) query(ctx context.Context, before []statement, s statement) (Rows, error) {
	if ctx.Err() != nil { // the driver would give the connection up
		return nil, context.Cause(ctx)
	}
	rows := &postgresRows{}
	var err error
	if len(before) == 0 {
		rows.Rows, err = l.alone(ctx, s)
	} else {
		rows.Rows, rows.batch, err = l.last(ctx, before, s)
	}
	if err != nil {
		return nil, err
	}
	return rows.ahead()
}

// alone sends one query.
func (l *postgresLine) alone(ctx context.Context, s statement) (pgx.Rows, error) {
	args, err := plain(s.args)
	if err != nil {
		return nil, err
	}
	l.used = true
	return l.conn.Query(ctx, s.sqltext, args...)
}

// last sends a query behind others, and gives its rows and what must be closed after them.
func (l *postgresLine) last(ctx context.Context, before []statement, s statement) (pgx.Rows, pgx.BatchResults, error) {
	results, err := l.send(ctx, before, s)
	if err != nil {
		return nil, nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, nil, errors.Join(err, results.Close())
	}
	return rows, results, nil
}

func (l *postgresLine) exec(ctx context.Context, before []statement, s statement) (changed int64, err error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	tag, err := l.tag(ctx, before, s)
	return tag.RowsAffected(), err
}

// tag sends statements in one round trip, and gives what the last one came to.
func (l *postgresLine) tag(ctx context.Context, before []statement, s statement) (tag pgconn.CommandTag, err error) {
	if len(before) == 0 {
		args, err := plain(s.args)
		if err != nil {
			return tag, err
		}
		l.used = true
		return l.conn.Exec(ctx, s.sqltext, args...)
	}
	results, err := l.send(ctx, before, s)
	if err != nil {
		return tag, err
	}
	tag, err = results.Exec()
	return tag, errors.Join(err, results.Close())
}

// send sends statements in one round trip and waits for all but the last one.
func (l *postgresLine) send(ctx context.Context, before []statement, last statement) (pgx.BatchResults, error) {
	var batch pgx.Batch
	for _, s := range append(before, last) {
		args, err := plain(s.args)
		if err != nil {
			return nil, err
		}
		batch.Queue(s.sqltext, args...)
	}
	l.used = true
	results := l.conn.SendBatch(ctx, &batch)
	for _, s := range before {
		if err := s.result(results); err != nil {
			_ = results.Close() // says the same again
			return nil, err
		}
	}
	return results, nil
}

// result takes what a statement that nobody waited for came to.
func (s statement) result(all pgx.BatchResults) error {
	if s.row == nil {
		_, err := all.Exec()
		return err
	}
	rows, err := all.Query()
	if err != nil {
		return err
	}
	s.row.found, err = scanOne(&postgresRows{Rows: rows}, s.row.dest)
	return err
}

// commit ends the transaction, with the statements that nobody has waited for.
func (l *postgresLine) commit(ctx context.Context, rest []statement) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer stop()
	tag, err := l.tag(ctx, rest, statement{sqltext: sqlCommit})
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback // so a transaction ends that had failed
	}
	return err
}

// rollback ends the transaction. A connection on which that fails is dropped,
// which rolls back too.
func (l *postgresLine) rollback(ctx context.Context) {
	if !l.used {
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer stop()
	if _, err := l.conn.Exec(ctx, "rollback"); err != nil {
		l.lost = true
	}
}

// plain gives arguments as database/sql gives them to its drivers.
func plain(args []any) ([]any, error) {
	all := make([]any, len(args))
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("store: argument %d: %w", i+1, err)
		}
		all[i] = v
	}
	return all, nil
}
