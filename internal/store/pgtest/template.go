package pgtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// templates holds this process's templates by name.
var templates = struct { //nolint:gochecknoglobals // tests of a package share nothing else
	sync.Mutex

	byName map[string]*template
}{byName: map[string]*template{}}

// template is a database that others are copied from. Once made it is never
// written again.
type template struct {
	once     sync.Once
	database string
	err      error
}

// Template makes a database for this test alone, as [Database] does, but with
// what prepare puts into it, and returns its URL.
//
// On each server prepare runs once for each name, whichever process asks first,
// on a database of its own, which is then copied: a copy takes tens of
// milliseconds, however long prepare takes. Calls with one name must pass the
// same prepare. Connections that prepare leaves open are cut. When it fails,
// every test of the process that asks for the name fails.
//
// A template outlives the test that asked first, because others may be copying
// it: it goes with the server.
func Template(tb testing.TB, name string, prepare func(dsn string) error) string {
	tb.Helper()
	server := serverURL(tb)

	templates.Lock()
	source := templates.byName[name]
	if source == nil {
		source = &template{}
		templates.byName[name] = source
	}
	templates.Unlock()

	source.once.Do(func() {
		source.err = errors.New("its prepare function did not return")
		source.database, source.err = "chancery_template_"+name, makeTemplate(server, "chancery_template_"+name, prepare)
	})
	if source.err != nil {
		tb.Fatalf("pgtest: cannot prepare the template %q: %v", name, source.err)
	}

	return create(tb, source.database)
}

// makeTemplate makes and prepares a database, unless another process has, and
// closes it to connections: PostgreSQL refuses to copy a database that anyone is
// connected to. It has the name of a template only when it is one.
func makeTemplate(server, name string, prepare func(dsn string) error) error {
	// Not the test's context: other tests wait for the same template.
	ctx := context.Background()
	turn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = turn.Close(ctx) }() // gives the lock back
	if _, err := turn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil {
		return fmt.Errorf("wait for other processes: %w", err)
	}
	var made bool
	if err := turn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&made); err != nil || made {
		return err
	}
	draft := uniqueName("draft")
	err = execute(ctx, server,
		"CREATE DATABASE "+quote(draft)+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	if err != nil {
		return err
	}
	if err := prepare(databaseURL(server, draft)); err != nil {
		_ = execute(ctx, server, "DROP DATABASE "+quote(draft)+" WITH (FORCE)")

		return err
	}
	// PostgreSQL itself waits some seconds for the cut connections to go.
	return execute(ctx, server,
		"ALTER DATABASE "+quote(draft)+" WITH ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+draft+"'",
		"ALTER DATABASE "+quote(draft)+" RENAME TO "+quote(name))
}
