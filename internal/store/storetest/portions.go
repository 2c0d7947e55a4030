package storetest

import (
	"context"
	"testing"

	"chancery/internal/store"
	"chancery/internal/tx"
)

// Hurried opens the database of e once more, so that no portion has time for a second step.
func Hurried(t *testing.T, e Env) Env {
	t.Helper()
	c := e.Config
	c.Clock, c.Portion = e.Clock, 1
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	e.DB = db
	return e
}

// StopsAfter returns a runner that lets n transactions through and ends the work then, as
// a server does that stops.
func StopsAfter(r tx.Runner, n int, stop context.CancelFunc) tx.Runner {
	return &oneOnly{r, n, stop}
}

type oneOnly struct {
	tx.Runner

	left int
	stop context.CancelFunc
}

func (r *oneOnly) Run(ctx context.Context, fn func(tx.Tx) error) error {
	if r.left--; r.left == 0 {
		defer r.stop()
	}
	return r.Runner.Run(ctx, fn)
}
