package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/tx"
)

// codeUnavailable is the fault of a database that can't take a change, or does
// not answer.
const codeUnavailable = "database_unavailable"

const (
	trial     = "trial" // the lease that nobody wants
	trialSize = 256 << 10
)

// note remembers that the database could not take a change. A change that failed
// for another reason says nothing about that, and one that was taken little: on a
// full disk there may be room for a small one.
func (db *DB) note(err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == codeUnavailable {
		db.refusing.Store(true)
	}
}

// Writable reports whether the database takes changes, which one that can be
// read need not: its disk is full, or it has become a standby. As long as changes
// are taken it asks nothing; after one was refused it tries a larger one of its
// own, so that the answer is true also when nobody else calls any more.
func (db *DB) Writable(ctx context.Context) error {
	if !db.refusing.Load() {
		return nil
	}
	for _, holder := range []string{strings.Repeat("-", trialSize), ""} { // and leaves nothing behind
		if err := db.Run(ctx, func(t tx.Tx) error {
			_, err := On(t).Exec(`INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
				ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until`,
				trial, holder, t.Now().Add(-time.Second).UnixMilli())
			return err
		}); err != nil {
			return err
		}
	}
	db.refusing.Store(false)
	return nil
}
