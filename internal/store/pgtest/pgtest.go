package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env names the environment variable with the URL of the server. Its user must
// be allowed to make and drop databases.
const Env = "CHANCERY_TEST_POSTGRES"

// timeout bounds each statement to the server: making a database takes tens of
// milliseconds, and more when many tests do so at once.
const timeout = time.Minute

// Database makes an empty database for this test alone and returns its URL. Its
// text sorts by byte (collation "C"), as in production. It is dropped when the
// test and its subtests are over, whoever is still connected.
func Database(tb testing.TB) string {
	tb.Helper()

	return create(tb, "template0")
}

// create makes a database from a template and drops it when the test is over.
func create(tb testing.TB, template string) string {
	tb.Helper()
	server := serverURL(tb)
	name := uniqueName("test")
	// Template0 is the only template that another collation may be given to;
	// ours have the right one, and repeating it is allowed. Copying files writes no
	// log and takes half the time, where the server's files are in memory.
	err := execute(tb.Context(), server, "CREATE DATABASE "+quote(name)+
		" TEMPLATE "+quote(template)+" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' STRATEGY FILE_COPY")
	if err != nil {
		tb.Fatalf("pgtest: cannot make a database: %v", err)
	}
	tb.Cleanup(func() {
		// The test's own context is over by now.
		err := execute(context.Background(), server, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
		if err != nil {
			tb.Errorf("pgtest: cannot drop the database: %v", err)
		}
	})

	return databaseURL(server, name)
}

// serverURL returns the server's URL or fails the test with what to do.
func serverURL(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(Env)
	if server == "" {
		tb.Fatalf("pgtest: no PostgreSQL: %s is not set; run `make test`, or `scripts/postgres.sh run go test ./...`"+
			" (both install PostgreSQL where they may, else: apt-get install postgresql)", Env)
	}
	if parsed, err := url.Parse(server); err != nil || !strings.HasPrefix(parsed.Scheme, "postgres") {
		tb.Fatalf("pgtest: %s must be a URL, postgres://user:password@host:port/database", Env)
	}

	return server
}

// databaseURL returns the server's URL with another database in it. The URL has
// been checked by serverURL.
func databaseURL(server, name string) string {
	parsed, err := url.Parse(server)
	if err != nil {
		panic("pgtest: " + err.Error())
	}
	parsed.Path = "/" + name

	return parsed.String()
}

// execute runs statements one by one on a connection of their own: CREATE and
// DROP DATABASE must not be in a transaction.
func execute(ctx context.Context, server string, statements ...string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}

	return nil
}

// uniqueName returns a database name that no other process makes.
func uniqueName(kind string) string {
	return "chancery_" + kind + "_" + strings.ToLower(rand.Text())
}

// quote quotes an identifier.
func quote(name string) string {
	return pgx.Identifier{name}.Sanitize()
}
