package server_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"chancery/internal/fault"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/store"
	"chancery/internal/tx"
	"chancery/internal/wiring"
)

// A writer that does not move is told of by /readyz, and so is its moving on.
func TestReadyzTellsOfAWriterThatDoesNotMove(t *testing.T) {
	t.Parallel()
	s := servertest.Start(t, servertest.SQLite(t), func(c *server.Config) { c.Hold = 50 * time.Millisecond })
	held, release := hold(t, s.Program.Rooms().DB)
	<-held
	ask := func() (status int, ready map[string]string) {
		a := s.Do(t, "GET", "/readyz", nil)
		a.JSON(t, &ready)
		return a.Status, ready
	}
	status, ready := ask()
	for status == 200 {
		status, ready = ask()
	}
	if status != 503 || ready["status"] != "not ready" || !strings.HasPrefix(ready["writer"], "at one change for ") || ready["database"] != "ok" {
		t.Errorf("readyz: %d %v", status, ready)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	for status != 200 {
		status, ready = ask()
	}
	if ready["writer"] != "ok" {
		t.Errorf("readyz: %d %v", status, ready)
	}
	if log := s.Log.String(); !strings.Contains(log, "the writer does not move") || !strings.Contains(log, "task=\"PATCH /a\"") {
		t.Error("the log does not say what the writer is at")
	}
}

// A stop ends what keeps the writer, and what can't be ended does not keep the stop.
func TestAStopEndsWhateverTheWriterDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fn      func(tx.Tx) error
		outcome string // of the change
		fails   bool   // the stop
	}{
		"one statement": {func(x tx.Tx) error {
			var n int64
			_, err := store.On(x).QueryRow(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`, nil, &n)
			return err
		}, "stopping", false},
		"many statements": {func(x tx.Tx) error {
			for {
				if _, err := store.On(x).Exec(`UPDATE leases SET until = until + 1`); err != nil {
					return err
				}
			}
		}, "stopping", false},
		"no statement": {func(tx.Tx) error { select {} }, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := server.New(t.Context(), server.Config{
				Storage: wiring.Storage{Dir: t.TempDir(), Hold: time.Hour}, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			outcome := make(chan error, 1)
			running := make(chan struct{})
			go func() {
				first := true
				outcome <- a.Rooms().DB.Run(context.Background(), func(x tx.Tx) error {
					if first {
						first = false
						close(running)
					}
					return c.fn(x)
				})
			}()
			<-running
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			if err := a.Stop(ctx); (err != nil) != c.fails {
				t.Errorf("stop: %v", err)
			}
			if c.outcome == "" {
				return
			}
			if err := <-outcome; !fault.Is(err, c.outcome) {
				t.Errorf("the change got %v", err)
			}
		})
	}
}

// hold keeps the writer until release is called, which gives the outcome.
func hold(t *testing.T, db *store.DB) (held chan struct{}, release func() error) {
	t.Helper()
	held = make(chan struct{})
	let, outcome := make(chan struct{}), make(chan error, 1)
	go func() {
		first := true
		outcome <- db.Run(tx.WithTask(context.Background(), "PATCH /a"), func(tx.Tx) error {
			if first {
				first = false
				close(held)
			}
			<-let
			return nil
		})
	}()
	return held, func() error { close(let); return <-outcome }
}
