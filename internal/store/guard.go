package store

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// guard calls fn, turns a panic into an error, and closes what fn left open.
func guard(fn func(*Tx) error, t *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %s\n%s", fault.PanicText(p), debug.Stack())
		}
		t.leave()
	}()
	return fn(t)
}

func (db *DB) newTx(ctx, sqlctx context.Context, to line) *Tx {
	portion := db.portion
	if portion == tx.PortionTime && tx.IsInChunks(ctx) {
		portion = tx.ChunkTime
	}
	return &Tx{
		Dialect: db.Dialect, ctx: ctx, sqlctx: sqlctx, now: db.clock.Now().UTC().Truncate(time.Millisecond), spent: machine.Now().Add(portion),
		line: to, ids: ident.Source{Clock: db.clock, Rand: db.random},
	}
}

func errStopping() error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "stopping", Message: "The server is stopping.",
		Help: "Try again in a moment.", RetryAfter: time.Second,
	}
}
