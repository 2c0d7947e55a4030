package store

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"chancery/internal/fault"
)

// What passes by itself or by an operator's hand is no defect.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"the server hung up":     {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		"the line was torn":      {pgconn.ErrConnClosed, true},
		"its disk is full":       {&pgconn.PgError{Code: "53100"}, true},
		"it is shutting down":    {&pgconn.PgError{Code: "57P01"}, true},
		"it became a standby":    {&pgconn.PgError{Code: "25006"}, true},
		"a wrong statement":      {&pgconn.PgError{Code: "42601"}, false},
		"a key that is taken":    {&pgconn.PgError{Code: "23505"}, false},
		"the caller's time over": {context.DeadlineExceeded, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := unavailable(c.err); got != c.want {
				t.Errorf("unavailable: %t", got)
			}
			if f := fault.As(asFault(c.err)); (f.Kind == fault.Unavailable) != c.want {
				t.Errorf("it became %v", f)
			}
		})
	}
}

// A full disk can be read. That nothing can be written shows on the next try, and
// so does that there is room again.
func TestWritable(t *testing.T) {
	t.Parallel()
	b := embedded(t)
	b.do(t, `CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL)`)
	line := b.engine.(*groupWriter).line // nothing runs now
	pages := func(n int) {
		t.Helper()
		if err := line.control(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Writable(t.Context()); err != nil {
		t.Fatal(err)
	}
	pages(1) // as many as there are
	var full error
	for n := int64(0); full == nil && n < 100_000; n++ {
		full = b.engine.run(t.Context(), func(x *Tx) error { return mark(x, n) })
	}
	b.note(full)
	for range 2 {
		if f := fault.As(b.Writable(t.Context())); f == nil || f.Kind != fault.Unavailable {
			t.Fatalf("full (%v): %v", full, f)
		}
	}
	pages(1_000_000)
	for range 2 {
		if err := b.Writable(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
