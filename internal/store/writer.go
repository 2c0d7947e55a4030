package store

import (
	"context"
	"errors"
	"fmt"

	"chancery/internal/store/lite"
)

// writerConn is the one connection that writes to the embedded database. Only
// the writer's goroutine uses it.
type writerConn struct {
	file string
	conn *lite.Conn
	turn *turn // of the function that runs; nil between functions
}

func openWriter(file string) (*writerConn, error) {
	conn, err := lite.Open(sqliteFile(file), sqlitePragmas(writerCacheKB, checkpointPages))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	return &writerConn{file: file, conn: conn}, nil
}

// begin starts a transaction. When the connection is of no use any more (it is
// still in a transaction whose rollback failed) another one takes its place.
func (c *writerConn) begin() error {
	err := c.control("BEGIN IMMEDIATE")
	if err == nil || unavailable(err) {
		return err
	}
	if e := c.reopen(); e != nil {
		return errors.Join(err, e)
	}
	return c.control("BEGIN IMMEDIATE")
}

// reopen throws the connection away, with its statements and whatever
// transaction it was in.
func (c *writerConn) reopen() error {
	_ = c.conn.Close() // it may say again what is wrong with it
	another, err := openWriter(c.file)
	if err == nil {
		c.conn = another.conn
	}
	return err
}

// rollback gives the transaction up. It fails when SQLite has done so by itself,
// which is what is wanted, or when the connection is broken, which begin finds.
func (c *writerConn) rollback() { _ = c.control("ROLLBACK") }

func (c *writerConn) close() error { return c.conn.Close() }

func (c *writerConn) control(sqltext string) error {
	_, err := c.conn.Exec(sqltext, nil)
	return err
}

var _ line = (*writerConn)(nil)

func (c *writerConn) far() bool { return false }

func (c *writerConn) query(_ context.Context, _ []statement, s statement) (Rows, error) {
	if err := c.spent(); err != nil {
		return nil, err
	}
	rows, err := c.conn.Query(s.sqltext, s.args)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (c *writerConn) exec(_ context.Context, _ []statement, s statement) (int64, error) {
	if err := c.spent(); err != nil {
		return 0, err
	}
	return c.conn.Exec(s.sqltext, s.args)
}

// errSpent is what a function is told whose time with the writer is over.
var errSpent = errors.New("store: the transaction has had its time")

func (c *writerConn) spent() error {
	if c.turn != nil && c.turn.over.Load() {
		return errSpent
	}
	return nil
}
