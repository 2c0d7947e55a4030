package lite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/libc"
	sqlite "modernc.org/sqlite/lib"

	"chancery/internal/ident"
)

// mostRoom is what one statement's arguments may take at most.
const mostRoom = 256 << 20

// errRoom says that the scratch is too small.
var errRoom = errors.New("lite: the arguments are too large")

// bind gives a statement its arguments. Texts stay in the scratch until the next
// statement binds its own over them.
func (c *Conn) bind(st *statement, args []any) error {
	if len(args) != st.args {
		return fmt.Errorf("lite: the statement takes %d arguments, not %d", st.args, len(args))
	}
	for {
		err := c.bindAll(st, args)
		if !errors.Is(err, errRoom) || len(c.room) >= mostRoom {
			return err
		}
		if err := c.grow(4 * len(c.room)); err != nil {
			return err
		}
	}
}

func (c *Conn) bindAll(st *statement, args []any) error {
	used := 0
	for n, number := range st.params {
		rc, err := c.bindOne(st.at, int32(n+1), args[number], &used)
		if err != nil {
			return fmt.Errorf("argument %d: %w", number+1, err)
		}
		if rc != sqlite.SQLITE_OK {
			return c.failure()
		}
	}
	return nil
}

// bindOne binds an argument, and takes what room it needs from the scratch.
func (c *Conn) bindOne(st uintptr, n int32, arg any, used *int) (rc int32, err error) {
	switch v := arg.(type) {
	case nil:
		return sqlite.Xsqlite3_bind_null(c.tls, st, n), nil
	case int64:
		return sqlite.Xsqlite3_bind_int64(c.tls, st, n, v), nil
	case int:
		return sqlite.Xsqlite3_bind_int64(c.tls, st, n, int64(v)), nil
	case ident.VendorID:
		return sqlite.Xsqlite3_bind_int64(c.tls, st, n, v.Int64()), nil
	case bool:
		var bit int64
		if v {
			bit = 1
		}
		return sqlite.Xsqlite3_bind_int64(c.tls, st, n, bit), nil
	case float64:
		return sqlite.Xsqlite3_bind_double(c.tls, st, n, v), nil
	case string:
		at, size, err := take(c, used, v)
		if err != nil {
			return 0, err
		}
		return sqlite.Xsqlite3_bind_text(c.tls, st, n, at, size, 0), nil
	case ident.UUID:
		if v.IsZero() {
			return sqlite.Xsqlite3_bind_null(c.tls, st, n), nil
		}
		return c.bindBlob(st, n, v[:], used)
	case []byte:
		if v == nil {
			return sqlite.Xsqlite3_bind_null(c.tls, st, n), nil
		}
		return c.bindBlob(st, n, v, used)
	}
	plain, err := driver.DefaultParameterConverter.ConvertValue(arg)
	if err != nil {
		return 0, err //nolint:wrapcheck // it names the type
	}
	switch plain.(type) {
	case nil, int64, bool, float64, string, []byte:
		return c.bindOne(st, n, plain, used)
	}
	return 0, fmt.Errorf("lite: no column holds a %T", arg)
}

func (c *Conn) bindBlob(st uintptr, n int32, v []byte, used *int) (rc int32, err error) {
	at, size, err := take(c, used, v)
	if err != nil {
		return 0, err
	}
	return sqlite.Xsqlite3_bind_blob(c.tls, st, n, at, size, 0), nil
}

// take copies bytes into the scratch. Its end is never given out: an address of
// no bytes is an address too, where SQLite would take none for NULL.
func take[B string | []byte](c *Conn, used *int, v B) (at uintptr, size int32, err error) {
	if len(v) >= len(c.room)-*used {
		return 0, 0, errRoom
	}
	at = c.scratch + uintptr(*used)
	*used += copy(c.room[*used:], v)
	return at, int32(len(v)), nil //nolint:gosec // bounded by the room
}

// grow makes the scratch larger. What lay in it is of no use any more.
func (c *Conn) grow(size int) error {
	libc.Xfree(c.tls, c.scratch)
	c.room = nil
	if c.scratch = libc.Xmalloc(c.tls, libc.Tsize_t(size)); c.scratch == 0 { //nolint:gosec // positive
		return errMemory
	}
	c.room = libc.GoBytes(c.scratch, size)
	return nil
}
