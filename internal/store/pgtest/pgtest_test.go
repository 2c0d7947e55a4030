package pgtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"chancery/internal/store/pgtest"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}

	return conn
}

func TestDatabaseIsEmptySortsByByteAndGoes(t *testing.T) { //nolint:tparallel // the end of the subtest is what is tested
	t.Parallel()
	var dsn string
	t.Run("use", func(t *testing.T) {
		dsn = pgtest.Database(t)
		// Left open on purpose: the drop must not mind.
		conn := connect(t, dsn)
		var tables int
		var byByte bool
		err := conn.QueryRow(t.Context(),
			`SELECT (SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'), 'Z' < 'a'`,
		).Scan(&tables, &byByte)
		if err != nil || tables != 0 || !byByte {
			t.Fatalf("tables %d, sorted by byte %t, error %v", tables, byByte, err)
		}
	})
	conn, err := pgx.Connect(t.Context(), dsn)
	if err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("the database is still there after its test")
	}
}

func TestTemplateIsPreparedOnceAndCopied(t *testing.T) {
	t.Parallel()
	name := "once_" + strings.ToLower(rand.Text()) // the server may have been here before
	var prepared atomic.Int32
	prepare := func(dsn string) error {
		prepared.Add(1)
		// Never closed: the template must be copied all the same.
		conn, err := pgx.Connect(context.Background(), dsn)
		if err != nil {
			return err
		}
		_, err = conn.Exec(context.Background(), "CREATE TABLE cards (days int); INSERT INTO cards VALUES (30)")

		return err
	}
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			conn := connect(t, pgtest.Template(t, name, prepare))
			// Each copy is its own: nobody sees the other's row.
			var days int
			err := conn.QueryRow(t.Context(), "SELECT sum(days) FROM cards").Scan(&days)
			if err != nil || days != 30 {
				t.Fatalf("days %d, error %v", days, err)
			}
			if _, err := conn.Exec(t.Context(), "INSERT INTO cards VALUES (1)"); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Cleanup(func() {
		if n := prepared.Load(); n != 1 {
			t.Errorf("prepared %d times", n)
		}
	})
}

// failing stands in for a test that is expected to fail: it keeps the message
// and ends the goroutine, as [testing.T] does.
type failing struct {
	testing.TB

	message string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	panic(f)
}

// messageOf returns what the function gave to Fatalf.
func messageOf(t *testing.T, run func(testing.TB)) string {
	t.Helper()
	stand := &failing{TB: t}
	func() {
		defer func() {
			if caught := recover(); caught != nil && caught != any(stand) {
				panic(caught)
			}
		}()
		run(stand)
	}()

	return stand.message
}

func TestTemplateThatFailsFailsEveryTest(t *testing.T) {
	t.Parallel()
	for range 2 {
		message := messageOf(t, func(tb testing.TB) {
			tb.Helper()
			pgtest.Template(tb, "broken", func(string) error { return errors.New("no such table") })
		})
		if !strings.Contains(message, `"broken": no such table`) {
			t.Fatalf("got %q", message)
		}
	}
}

func TestWithoutAServerTheTestFailsAndSaysWhatToDo(t *testing.T) {
	t.Setenv(pgtest.Env, "")
	message := messageOf(t, func(tb testing.TB) {
		tb.Helper()
		pgtest.Database(tb)
	})
	if !strings.Contains(message, "make test") || !strings.Contains(message, "apt-get install postgresql") {
		t.Fatalf("got %q", message)
	}
}

func BenchmarkTemplate(b *testing.B) {
	for b.Loop() {
		pgtest.Template(b, "bench", func(string) error { return nil })
	}
}
