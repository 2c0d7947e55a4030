package server_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/server"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Of two copies one works; when it stops the other takes over.
func TestPeriodic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		ids := ident.Source{Clock: e.Clock, Rand: e.IDs.Rand}
		ran := make(chan string, 1000)
		copyOf := func(name string) *server.Periodic {
			p := server.NewPeriodic(e.DB, ids, slog.New(slog.DiscardHandler))
			p.Add(server.Job{Name: "test", Every: time.Millisecond, Run: p.InTx(func(tx.Tx) error {
				select {
				case ran <- name:
				default:
				}
				return nil
			})}, server.Job{Name: "panics", Every: time.Millisecond, Run: func(context.Context) (int, error) { panic("x") }})
			return p
		}
		first := copyOf("first")
		first.Start()
		if got := <-ran; got != "first" {
			t.Fatal(got)
		}
		claimed := storetest.Do(t, e, func(x tx.Tx) (bool, error) {
			return store.Claim(x, "periodic", "somebody else", x.Now().Add(time.Minute))
		})
		if claimed {
			t.Error("a running lease was taken")
		}
		for range 2 {
			first.Stop(t.Context())
		}
		for len(ran) > 0 {
			<-ran
		}
		second := copyOf("second")
		second.Start()
		if got := <-ran; got != "second" {
			t.Error(got)
		}
		second.Stop(t.Context())
	})
}

func TestLeases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		claim := func(holder string) bool {
			return storetest.Do(t, e, func(x tx.Tx) (bool, error) { return store.Claim(x, "l", holder, x.Now().Add(time.Minute)) })
		}
		holds := func(holder string) bool {
			return storetest.Do(t, e, func(x tx.Tx) (bool, error) { return store.Holds(x, "l", holder) })
		}
		if !claim("a") {
			t.Error("a free lease can't be taken")
		}
		if !claim("a") || claim("b") || !holds("a") || holds("b") {
			t.Error("a lease belongs to one, who may extend it")
		}
		e.Clock.Advance(time.Minute)
		if holds("a") {
			t.Error("a lease outlived its end")
		}
		if !claim("b") || claim("a") || !holds("b") {
			t.Error("after its end another may take it")
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, store.Release(x, "l", "a") })
		if !holds("b") {
			t.Error("one gave up another's lease")
		}
		storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, store.Release(x, "l", "b") })
		if !claim("a") {
			t.Error("a lease that was given up can't be taken")
		}
		// Many at once: exactly one.
		e.Clock.Advance(time.Hour)
		var won atomic.Int64
		done := make(chan struct{})
		for i := range 10 {
			go func() {
				defer func() { done <- struct{}{} }()
				if claim(string(rune('k' + i))) {
					won.Add(1)
				}
			}()
		}
		for range 10 {
			<-done
		}
		if won.Load() != 1 {
			t.Errorf("%d hold one lease", won.Load())
		}
	})
}
