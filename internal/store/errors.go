package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"chancery/internal/fault"
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
	var known *fault.Error
	if err == nil || errors.As(err, &known) || !unavailable(err) {
		return err
	}
	return &fault.Error{
		Kind: fault.Unavailable, Code: "database_unavailable", Message: "The database can't take this now.",
		Help: "Try again in a moment; nothing was changed.", RetryAfter: 2 * time.Second, Cause: err,
	}
}

func unavailable(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqliteBusy, sqliteLocked, sqliteNoMem, sqliteIOErr, sqliteFull, sqliteCant:
			return true
		}
		return false
	}
	// First: whatever a server gives as its reason for refusing a connection.
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] {
		case "08", "53", "57", "58", "40": // connection, resources, shutdown, system, rollback
			return true
		}
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// busy: another process holds SQLite's lock.
func busy(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqliteBusy
}
