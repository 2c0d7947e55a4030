package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"chancery/internal/store"
	"chancery/internal/store/migrations"
	"chancery/internal/store/pgtest"
)

// SQLiteDir makes a data directory of the test's own with a migrated, empty
// database. Each process migrates one database and copies its file: a migration
// takes a hundred times as long as a copy.
func SQLiteDir(tb testing.TB) string {
	tb.Helper()
	content, err := migratedSQLite()
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, store.FileName), content, 0o600); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// migratedSQLite gives the file of a migrated, empty database.
var migratedSQLite = sync.OnceValues(func() (content []byte, err error) { //nolint:gochecknoglobals // once in a process
	dir, err := os.MkdirTemp("", "chancery-schema")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// Not a test's context: other tests wait for the same file.
	if err := store.Migrate(context.Background(), store.Config{Dir: dir}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, store.FileName))
})

// PostgresURL makes a migrated, empty PostgreSQL database of the test's own. All
// processes that use one server share one migrated template.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	name, err := schemaName()
	if err != nil {
		tb.Fatal(err)
	}
	return pgtest.Template(tb, name, func(dsn string) error {
		return store.Migrate(context.Background(), store.Config{URL: dsn})
	})
}

// schemaName names the schema by its migrations: a server may outlive a change of
// them.
var schemaName = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // once in a process
	sum := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
		return err
	})
	return "schema_" + hex.EncodeToString(sum.Sum(nil)[:8]), err
})
