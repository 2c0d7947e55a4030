package lite

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"zombiezen.com/go/sqlite"
)

// Conn is a connection to a database file. One goroutine uses it at a time;
// Interrupt is for any.
type Conn struct {
	db       *sqlite.Conn // nil once closed
	prepared map[string]*statement
	open     *Rows // that have not been closed

	mu          sync.Mutex    // held while stop changes
	stop        chan struct{} // Interrupt closes it; nil once the connection is closed
	interrupted atomic.Bool   // stop is closed
}

// statement is a prepared statement, which the library keeps. It is not asked for
// it again: it would clear the arguments each time, which are all bound anew, and
// SQLite may plan a statement anew whose arguments were cleared.
type statement struct {
	*sqlite.Stmt

	params []int // which argument each of SQLite's parameters is
	args   int   // how many it takes
}

var (
	errClosed = errors.New("lite: the connection is closed")

	// errBusy is a defect of the caller's: the rows' statement would be reset.
	errBusy = errors.New("lite: the rows of the query before have not been closed")
)

// Open opens the file of a URI (https://www.sqlite.org/uri.html), which is made
// when it isn't there, and runs pragmas: "busy_timeout(10000)".
func Open(uri string, pragmas []string) (*Conn, error) {
	db, err := sqlite.OpenConn(uri, sqlite.OpenReadWrite, sqlite.OpenCreate, sqlite.OpenURI)
	if err != nil {
		return nil, err
	}
	c := &Conn{db: db, prepared: map[string]*statement{}}
	c.arm()
	for _, pragma := range pragmas {
		if _, err := c.Exec("PRAGMA "+pragma, nil); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

// Close ends the connection, and rows that were left open. It may be called twice.
func (c *Conn) Close() error {
	if c.db == nil {
		return nil
	}
	if c.open != nil {
		c.open.c = nil
	}
	c.mu.Lock()
	c.stop = nil
	c.mu.Unlock()
	err := c.db.Close()
	c.db, c.prepared, c.open = nil, nil, nil
	return err
}

// Interrupt ends the statement that runs now, with an error; between statements it
// does nothing. A statement that was changing something takes its whole transaction
// with it.
func (c *Conn) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil && c.interrupted.CompareAndSwap(false, true) {
		close(c.stop)
	}
}

// arm makes the connection ready to be interrupted. The library refuses every
// statement after an interrupt, also a ROLLBACK, until it gets another channel;
// before it takes one it waits until the interrupt has come through, so that none
// hits a later statement.
func (c *Conn) arm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop = make(chan struct{})
	c.db.SetInterrupt(c.stop)
	c.interrupted.Store(false)
}

// Query runs a statement up to its first row, with which most errors come.
func (c *Conn) Query(sqltext string, args []any) (*Rows, error) {
	st, err := c.ready(sqltext, args)
	if err != nil {
		return nil, err
	}
	r := &Rows{c: c, st: st, read: true}
	if r.more, err = st.Step(); err != nil {
		return nil, err
	}
	c.open = r
	return r, nil
}

// Exec runs a statement to its end, and tells how many rows it changed.
func (c *Conn) Exec(sqltext string, args []any) (changed int64, err error) {
	st, err := c.ready(sqltext, args)
	if err != nil {
		return 0, err
	}
	for more := true; more; {
		if more, err = st.Step(); err != nil {
			return 0, err
		}
	}
	return int64(c.db.Changes()), st.Reset()
}

// ready gives the statement of a text with its arguments.
func (c *Conn) ready(sqltext string, args []any) (*statement, error) {
	if c.db == nil {
		return nil, errClosed
	}
	if c.open != nil {
		return nil, errBusy
	}
	if c.interrupted.Load() {
		c.arm()
	}
	st := c.prepared[sqltext]
	if st == nil {
		var err error
		if st, err = c.prepare(sqltext); err != nil {
			return nil, err
		}
		c.prepared[sqltext] = st
	}
	if err := st.bind(args); err != nil {
		return nil, fmt.Errorf("%w in %.80q", err, sqltext)
	}
	return st, nil
}

func (c *Conn) prepare(sqltext string) (*statement, error) {
	kept, err := c.db.Prepare(sqltext)
	if err != nil {
		return nil, err
	}
	st := &statement{Stmt: kept}
	if err := st.parameters(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w in %.80q", err, sqltext), kept.Finalize())
	}
	return st, nil
}

// Code gives SQLite's primary result code (https://www.sqlite.org/rescode.html) of
// an error of this package. It is false for other errors, and for code 1, which is
// the code of errors in a text.
func Code(err error) (code int, ok bool) {
	c := sqlite.ErrCode(err).ToPrimary()
	return int(c), c != sqlite.ResultError && c != sqlite.ResultOK
}
