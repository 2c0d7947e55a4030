package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"chancery/internal/fault"
	"chancery/internal/store/lite"
)

// SQLite's primary result codes that pass by themselves or by an operator's hand.
const (
	sqliteBusy   = 5
	sqliteLocked = 6
	sqliteNoMem  = 7
	sqliteIOErr  = 10
	sqliteFull   = 13
	sqliteCant   = 14
)

// asFault turns "the database can't do it now" into an Unavailable fault; every
// other error passes unchanged and becomes an Internal fault at the edge.
func asFault(err error) error {
	if _, known := errors.AsType[*fault.Error](err); err == nil || known || !unavailable(err) {
		return err
	}
	return &fault.Error{
		Kind: fault.Unavailable, Code: codeUnavailable, Message: "The database can't take this now.",
		Help: "Try again in a moment; nothing was changed.", RetryAfter: 2 * time.Second, Cause: err,
	}
}

func unavailable(err error) bool {
	if code, ok := sqliteCode(err); ok {
		switch code {
		case sqliteBusy, sqliteLocked, sqliteNoMem, sqliteIOErr, sqliteFull, sqliteCant:
			return true
		}
		return false
	}
	// First: whatever a server gives as its reason for refusing a connection.
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code[:2] {
		case "08", "53", "57", "58", "40": // connection, resources, shutdown, system, rollback
			return true
		}
		return pg.Code == "25006" // it only reads: a standby, or on its way to be one
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// busy: another process holds SQLite's lock.
func busy(err error) bool {
	code, ok := sqliteCode(err)
	return ok && code == sqliteBusy
}

// sqliteCode gives SQLite's primary result code, whichever way it was asked.
func sqliteCode(err error) (code int, ok bool) {
	if code, ok := lite.Code(err); ok {
		return code, true
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff, true
	}
	return 0, false
}
