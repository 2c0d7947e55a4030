package store

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	"modernc.org/libc"
	lite "modernc.org/sqlite/lib"

	"chancery/internal/ident"
)

// points are connections for short reads by key, driven through SQLite's own
// interface: statements are prepared once, arguments are bound in memory that is
// kept, and columns go straight to where they are wanted. Whatever is out of the
// ordinary is left to database/sql.
type points struct {
	file  string
	slots chan struct{} // one for each connection in use

	mu     sync.Mutex
	idle   []*pointConn // the last one used is the first one taken: its pages are at hand
	closed bool
}

const (
	pointScratch = 4096 // bytes for the texts of one read's arguments
	pointCacheKB = 8192

	// So much of the file is read where the system holds it, and not copied into
	// the connection's cache, which every commit of the writer empties. It is
	// bounded because it counts as memory of the program, once per connection: this
	// is what all of them have together.
	pointMapBytes = 192 << 20
)

// errPoint says that database/sql is to do it.
var errPoint = errors.New("store: not a point read")

// newPoints makes as many connections as can be busy at once, when they are needed.
func newPoints(file string) *points {
	connections := max(2, runtime.GOMAXPROCS(0))
	return &points{file: file, slots: make(chan struct{}, connections)}
}

// read runs a statement; done is false when it could not be run here.
func (p *points) read(sqltext string, args []any, fn func(Scan) error) (done bool, err error) {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	c, err := p.take()
	if err != nil {
		return false, err
	}
	healthy := false
	defer func() { p.give(c, healthy) }() // a panic closes the connection
	done, err = c.read(sqltext, args, fn)
	healthy = done || errors.Is(err, errPoint)
	return done, err
}

func (p *points) take() (*pointConn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errPoint
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return openPoint(p.file, pointMapBytes/cap(p.slots))
}

func (p *points) give(c *pointConn, healthy bool) {
	p.mu.Lock()
	if healthy && !p.closed {
		p.idle = append(p.idle, c)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	c.close()
}

// close waits for the reads under way.
func (p *points) close() {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	for _, c := range idle {
		c.close()
	}
}

// pointConn is one connection. One goroutine uses it at a time.
type pointConn struct {
	tls     *libc.TLS
	db      uintptr
	scratch uintptr
	room    []byte             // the scratch, as Go sees it
	st      map[string]uintptr // prepared statements by text
	row     uintptr            // the statement whose row is read
	scan    Scan               // of row
}

func openPoint(file string, mapped int) (*pointConn, error) {
	c := &pointConn{tls: libc.NewTLS(), st: map[string]uintptr{}}
	c.scan = c.scanRow
	c.scratch = libc.Xmalloc(c.tls, pointScratch)
	if c.scratch == 0 {
		c.tls.Close()
		return nil, errPoint
	}
	c.room = libc.GoBytes(c.scratch, pointScratch)
	if err := c.open(file, mapped); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *pointConn) open(file string, mapped int) error {
	name, err := libc.CString(sqliteFile(file))
	if err != nil {
		return err //nolint:wrapcheck // out of memory
	}
	defer libc.Xfree(c.tls, name)
	handle := libc.Xcalloc(c.tls, 1, 16)
	if handle == 0 {
		return errPoint
	}
	defer libc.Xfree(c.tls, handle)
	// One goroutine at a time: SQLite need not lock the connection for it.
	const flags = lite.SQLITE_OPEN_READWRITE | lite.SQLITE_OPEN_URI | lite.SQLITE_OPEN_NOMUTEX
	rc := lite.Xsqlite3_open_v2(c.tls, name, handle, flags, 0)
	c.db = pointer(handle)
	if rc != lite.SQLITE_OK {
		return errPoint
	}
	for _, pragma := range pointPragmas(mapped) {
		st, err := c.prepare(pragma)
		if err != nil {
			return err
		}
		rc = lite.Xsqlite3_step(c.tls, st)
		for rc == lite.SQLITE_ROW {
			rc = lite.Xsqlite3_step(c.tls, st)
		}
		lite.Xsqlite3_finalize(c.tls, st)
		if rc != lite.SQLITE_DONE {
			return errPoint
		}
	}
	return nil
}

func pointPragmas(mapped int) []string {
	return []string{
		"PRAGMA busy_timeout = 10000", "PRAGMA query_only = 1",
		fmt.Sprintf("PRAGMA cache_size = -%d", pointCacheKB), fmt.Sprintf("PRAGMA mmap_size = %d", mapped),
	}
}

func (c *pointConn) prepare(sqltext string) (st uintptr, err error) {
	text, err := libc.CString(sqltext)
	if err != nil {
		return 0, err //nolint:wrapcheck // out of memory
	}
	defer libc.Xfree(c.tls, text)
	handle := libc.Xcalloc(c.tls, 1, 16)
	if handle == 0 {
		return 0, errPoint
	}
	defer libc.Xfree(c.tls, handle)
	if lite.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, lite.SQLITE_PREPARE_PERSISTENT, handle, 0) != lite.SQLITE_OK {
		return 0, errPoint
	}
	return pointer(handle), nil
}

// close ends the statements before their connection.
func (c *pointConn) close() {
	for _, st := range c.st {
		lite.Xsqlite3_finalize(c.tls, st)
	}
	if c.db != 0 {
		lite.Xsqlite3_close_v2(c.tls, c.db)
	}
	libc.Xfree(c.tls, c.scratch)
	c.tls.Close()
}

func (c *pointConn) read(sqltext string, args []any, fn func(Scan) error) (done bool, err error) {
	st := c.st[sqltext]
	if st == 0 {
		if st, err = c.prepare(sqltext); err != nil {
			return false, errPoint
		}
		c.st[sqltext] = st
	}
	if err := c.bind(st, args); err != nil {
		return false, err
	}
	defer lite.Xsqlite3_reset(c.tls, st)
	c.row = st
	for first := true; ; first = false {
		switch lite.Xsqlite3_step(c.tls, st) {
		case lite.SQLITE_ROW:
			if err := fn(c.scan); err != nil {
				return true, fmt.Errorf("scan: %w", err)
			}
		case lite.SQLITE_DONE:
			return true, nil
		default:
			if !first {
				return true, errors.New("store: a read by key broke off") // fn has been given rows
			}
			return false, errors.New("store: a read by key failed")
		}
	}
}

// bind gives the statement its arguments. Texts stay in the scratch until the
// next read binds its own over them.
func (c *pointConn) bind(st uintptr, args []any) error {
	at := 0
	for i, arg := range args {
		n := int32(i + 1)
		var rc int32
		switch v := arg.(type) {
		case int64:
			rc = lite.Xsqlite3_bind_int64(c.tls, st, n, v)
		case int:
			rc = lite.Xsqlite3_bind_int64(c.tls, st, n, int64(v))
		case ident.VendorID:
			rc = lite.Xsqlite3_bind_int64(c.tls, st, n, v.Int64())
		case string:
			if at+len(v)+1 > len(c.room) {
				return errPoint
			}
			size := copy(c.room[at:], v)
			rc = lite.Xsqlite3_bind_text(c.tls, st, n, c.scratch+uintptr(at), int32(size), 0) //nolint:gosec // bounded by the scratch
			at += size
		case ident.UUID:
			if at+len(v) > len(c.room) {
				return errPoint
			}
			size := copy(c.room[at:], v[:])
			rc = lite.Xsqlite3_bind_blob(c.tls, st, n, c.scratch+uintptr(at), int32(size), 0) //nolint:gosec // 16
			at += size
		default:
			return errPoint
		}
		if rc != lite.SQLITE_OK {
			return errPoint
		}
	}
	return nil
}

// scanRow reads the columns of the present row.
func (c *pointConn) scanRow(dest ...any) error {
	for i, d := range dest {
		n := int32(i)
		switch to := d.(type) {
		case *int64:
			*to = lite.Xsqlite3_column_int64(c.tls, c.row, n)
		case *string:
			*to = string(c.bytes(n))
		case *bool:
			*to = lite.Xsqlite3_column_int64(c.tls, c.row, n) != 0
		case *ident.UUID:
			if b := c.bytes(n); copy(to[:], b) != len(to) {
				*to = ident.UUID{}
			}
		case *OptionalInt:
			if to.Valid = !c.null(n); to.Valid {
				to.V = lite.Xsqlite3_column_int64(c.tls, c.row, n)
			}
		case *OptionalText:
			if to.Valid = !c.null(n); to.Valid {
				to.V = string(c.bytes(n))
			}
		case *[]byte:
			*to = nil
			if !c.null(n) {
				*to = append([]byte{}, c.bytes(n)...)
			}
		case sql.Scanner:
			if err := to.Scan(c.value(n)); err != nil {
				return fmt.Errorf("column %d: %w", i, err)
			}
		default:
			return fmt.Errorf("column %d: a point read gives no %T", i, d)
		}
	}
	return nil
}

func (c *pointConn) null(n int32) bool {
	return lite.Xsqlite3_column_type(c.tls, c.row, n) == lite.SQLITE_NULL
}

// bytes are a text's or a blob's, good until the next step.
func (c *pointConn) bytes(n int32) []byte {
	at := lite.Xsqlite3_column_blob(c.tls, c.row, n)
	if at == 0 {
		return nil
	}
	return libc.GoBytes(at, int(lite.Xsqlite3_column_bytes(c.tls, c.row, n)))
}

func (c *pointConn) value(n int32) driver.Value {
	switch lite.Xsqlite3_column_type(c.tls, c.row, n) {
	case lite.SQLITE_NULL:
		return nil
	case lite.SQLITE_INTEGER:
		return lite.Xsqlite3_column_int64(c.tls, c.row, n)
	case lite.SQLITE_TEXT:
		return string(c.bytes(n))
	default:
		return append([]byte{}, c.bytes(n)...)
	}
}

// pointer reads the address that SQLite has stored at an address of its own memory.
func pointer(at uintptr) uintptr {
	if strconv.IntSize == 32 {
		return uintptr(binary.NativeEndian.Uint32(libc.GoBytes(at, 4)))
	}
	return uintptr(binary.NativeEndian.Uint64(libc.GoBytes(at, 8)))
}
