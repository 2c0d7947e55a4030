package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// writerConn is the one connection that writes to the embedded database. Only
// the writer's goroutine uses it.
type writerConn struct {
	pool *sql.DB
	conn *sql.Conn
	st   *statements
}

func newWriterConn(pool *sql.DB, conn *sql.Conn) *writerConn {
	return &writerConn{pool: pool, conn: conn, st: newStatements(conn.PrepareContext)}
}

// begin starts a transaction. When the connection is of no use any more (the
// driver gave it up, or a rollback failed on it) another one takes its place.
func (c *writerConn) begin() error {
	err := c.control("BEGIN IMMEDIATE")
	if err == nil || unavailable(err) && !connectionLost(err) {
		return err
	}
	if e := c.reopen(); e != nil {
		return errors.Join(err, e)
	}
	return c.control("BEGIN IMMEDIATE")
}

func connectionLost(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// reopen throws the connection away, with its statements and whatever
// transaction it was in.
func (c *writerConn) reopen() error {
	_ = c.closeStatements() // each of them may say again what is wrong with the connection
	// An error that says the connection is bad keeps it out of the pool.
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	conn, err := c.pool.Conn(context.Background())
	if err != nil {
		return fmt.Errorf("reopen the database: %w", err)
	}
	c.conn, c.st = conn, newStatements(conn.PrepareContext)
	return nil
}

// rollback gives the transaction up. It fails when SQLite has done so by itself,
// which is what is wanted, or when the connection is broken, which begin finds.
func (c *writerConn) rollback() { _ = c.control("ROLLBACK") }

func (c *writerConn) close() error {
	err := c.closeStatements()
	if e := c.conn.Close(); !errors.Is(e, sql.ErrConnDone) {
		err = errors.Join(err, e)
	}
	return errors.Join(err, c.pool.Close())
}

// closeStatements must not be left out, nor done once the connection is gone:
// the driver would reach into freed memory.
func (c *writerConn) closeStatements() error {
	if c.conn.Raw(func(any) error { return nil }) == nil {
		return c.st.close()
	}
	return nil
}

func (c *writerConn) control(sqltext string) error {
	_, err := c.exec(context.Background(), nil, statement{sqltext: sqltext})
	return err
}

var _ line = (*writerConn)(nil)

func (c *writerConn) far() bool { return false }

func (c *writerConn) query(ctx context.Context, _ []statement, s statement) (Rows, error) {
	st, err := c.st.get(s.sqltext) //nolint:sqlclosecheck // kept; statements closes it
	if err != nil {
		return nil, err
	}
	return handed(st.QueryContext(ctx, s.args...))
}

func (c *writerConn) exec(ctx context.Context, _ []statement, s statement) (int64, error) {
	st, err := c.st.get(s.sqltext) //nolint:sqlclosecheck // kept; statements closes it
	if err != nil {
		return 0, err
	}
	result, err := st.ExecContext(ctx, s.args...)
	if err != nil {
		return 0, err //nolint:wrapcheck // judged by its type
	}
	return result.RowsAffected() //nolint:wrapcheck // judged by its type
}
