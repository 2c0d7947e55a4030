package lite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"modernc.org/libc"
	_ "modernc.org/sqlite" // sets SQLite up
	sqlite "modernc.org/sqlite/lib"
)

// Conn is a connection to a database file. One goroutine uses it at a time.
type Conn struct {
	tls      *libc.TLS
	db       uintptr
	prepared map[string]*statement // by text, for as long as the connection
	scratch  uintptr               // memory for the texts of one statement's arguments
	room     []byte                // the scratch, as Go sees it
	open     *Rows                 // that have not been closed
	alive    *sync.Mutex           // held while the connection is closed, or interrupted from elsewhere
}

// statement is a prepared statement.
type statement struct {
	at     uintptr
	params []int // which argument each of SQLite's parameters is
	args   int   // how many it takes
}

// Error is SQLite's own word on what went wrong.
type Error struct {
	Code    int // an extended result code: https://www.sqlite.org/rescode.html
	Message string
}

func (e *Error) Error() string { return "sqlite: " + e.Message + " (" + strconv.Itoa(e.Code) + ")" }

// Primary is the code's kind.
func (e *Error) Primary() int { return e.Code & 0xff }

const firstRoom = 4096

var (
	errMemory = errors.New("lite: out of memory")
	errClosed = errors.New("lite: the connection is closed")
)

// Open opens the file of a URI (https://www.sqlite.org/uri.html), which is made
// when it isn't there, and runs pragmas: "busy_timeout(10000)".
func Open(uri string, pragmas []string) (*Conn, error) {
	c := &Conn{tls: libc.NewTLS(), prepared: map[string]*statement{}, alive: &sync.Mutex{}}
	err := c.grow(firstRoom)
	if err == nil {
		err = c.connect(uri)
	}
	for _, pragma := range pragmas {
		if err == nil {
			err = c.once("PRAGMA " + pragma)
		}
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Conn) connect(uri string) error {
	name, err := libc.CString(uri)
	if err != nil {
		return errMemory
	}
	defer libc.Xfree(c.tls, name)
	handle, err := c.cell()
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, handle)
	// One goroutine at a time: SQLite need not lock the connection for it.
	const flags = sqlite.SQLITE_OPEN_READWRITE | sqlite.SQLITE_OPEN_CREATE | sqlite.SQLITE_OPEN_URI | sqlite.SQLITE_OPEN_NOMUTEX
	rc := sqlite.Xsqlite3_open_v2(c.tls, name, handle, flags, 0)
	if c.db = pointer(handle); c.db == 0 {
		return errMemory
	}
	if rc != sqlite.SQLITE_OK {
		return c.failure()
	}
	sqlite.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	return nil
}

// Interrupt ends the statement that runs now, with an error; between statements it
// does nothing. Any goroutine may call it. A statement that was changing something
// takes its whole transaction with it.
func (c *Conn) Interrupt() {
	c.alive.Lock()
	defer c.alive.Unlock()
	if c.db != 0 {
		tls := libc.NewTLS() // the connection's own belongs to whoever is using it
		defer tls.Close()
		sqlite.Xsqlite3_interrupt(tls, c.db)
	}
}

// Close ends the connection, and rows that were left open. It may be called twice.
func (c *Conn) Close() error {
	c.alive.Lock()
	defer c.alive.Unlock()
	if c.tls == nil {
		return nil
	}
	if c.open != nil {
		c.open.c = nil
	}
	for _, st := range c.prepared { // before their connection, which would stay open with them
		sqlite.Xsqlite3_finalize(c.tls, st.at)
	}
	var err error
	if c.db != 0 {
		if rc := sqlite.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite.SQLITE_OK {
			err = &Error{Code: int(rc), Message: "the connection could not be closed"}
		}
	}
	libc.Xfree(c.tls, c.scratch)
	c.tls.Close()
	*c = Conn{alive: c.alive}
	return err
}

// once runs a statement that is not kept, to its end.
func (c *Conn) once(sqltext string) error {
	st, err := c.prepare(sqltext)
	if err != nil {
		return err
	}
	defer sqlite.Xsqlite3_finalize(c.tls, st.at)
	return c.finish(st)
}

// finish steps to the end.
func (c *Conn) finish(st *statement) error {
	for {
		switch sqlite.Xsqlite3_step(c.tls, st.at) {
		case sqlite.SQLITE_ROW:
		case sqlite.SQLITE_DONE:
			return nil
		default:
			return c.failure()
		}
	}
}

// failure gives what SQLite says of the last call.
func (c *Conn) failure() error {
	return &Error{
		Code:    int(sqlite.Xsqlite3_extended_errcode(c.tls, c.db)),
		Message: libc.GoString(sqlite.Xsqlite3_errmsg(c.tls, c.db)),
	}
}

// statement gives the prepared statement of a text.
func (c *Conn) statement(sqltext string) (*statement, error) {
	if st := c.prepared[sqltext]; st != nil {
		return st, nil
	}
	if c.tls == nil {
		return nil, errClosed
	}
	st, err := c.prepare(sqltext)
	if err != nil {
		return nil, err
	}
	c.prepared[sqltext] = st
	return st, nil
}

func (c *Conn) prepare(sqltext string) (*statement, error) {
	text, err := libc.CString(sqltext)
	if err != nil {
		return nil, errMemory
	}
	defer libc.Xfree(c.tls, text)
	handle, err := c.cell()
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, handle)
	tail, err := c.cell()
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, tail)
	if sqlite.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, sqlite.SQLITE_PREPARE_PERSISTENT, handle, tail) != sqlite.SQLITE_OK {
		return nil, fmt.Errorf("%w in %.80q", c.failure(), sqltext)
	}
	st := &statement{at: pointer(handle)}
	if rest := sqltext[pointer(tail)-text:]; st.at == 0 || strings.Trim(rest, " \t\r\n;") != "" {
		sqlite.Xsqlite3_finalize(c.tls, st.at)
		return nil, fmt.Errorf("lite: %.80q is not one statement", sqltext)
	}
	if err := c.parameters(st); err != nil {
		sqlite.Xsqlite3_finalize(c.tls, st.at)
		return nil, fmt.Errorf("%w in %.80q", err, sqltext)
	}
	return st, nil
}

// parameters finds out which argument each parameter is: to SQLite, "$2" is a
// name, and the first one it meets is its first parameter.
func (c *Conn) parameters(st *statement) error {
	for n := range sqlite.Xsqlite3_bind_parameter_count(c.tls, st.at) {
		var name string
		if at := sqlite.Xsqlite3_bind_parameter_name(c.tls, st.at, n+1); at != 0 {
			name = libc.GoString(at)
		}
		number, err := strconv.Atoi(strings.TrimPrefix(name, "$"))
		if err != nil || number < 1 || name[0] != '$' {
			return fmt.Errorf("lite: parameter %q is none of $1, $2 and on", name)
		}
		st.params = append(st.params, number-1)
		st.args = max(st.args, number)
	}
	return nil
}

// cell is memory for SQLite to store an address in.
func (c *Conn) cell() (uintptr, error) {
	at := libc.Xcalloc(c.tls, 1, 16)
	if at == 0 {
		return 0, errMemory
	}
	return at, nil
}

// pointer reads the address that SQLite has stored at an address of its own memory.
func pointer(at uintptr) uintptr {
	if strconv.IntSize == 32 {
		return uintptr(binary.NativeEndian.Uint32(libc.GoBytes(at, 4)))
	}
	return uintptr(binary.NativeEndian.Uint64(libc.GoBytes(at, 8)))
}
