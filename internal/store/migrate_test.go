package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/fstest"

	"chancery/internal/store/migrations"
	"chancery/internal/store/pgtest"
)

// emptyDatabases gives an empty database of each engine, SQLite's first.
func emptyDatabases(tb testing.TB) [2]Config {
	tb.Helper()
	return [2]Config{{Dir: tb.TempDir()}, {URL: pgtest.Database(tb)}}
}

// eachEmpty runs test on an empty database of each engine.
func eachEmpty(t *testing.T, test func(t *testing.T, c Config)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, Config{URL: pgtest.Database(t)}) })
}

func migrate(tb testing.TB, c Config) {
	tb.Helper()
	if err := Migrate(tb.Context(), c); err != nil {
		tb.Fatal(err)
	}
}

func schema(tb testing.TB, c Config) SchemaStatus {
	tb.Helper()
	s, err := Schema(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// later gives the program's migrations with some more behind them, for both engines.
func later(tb testing.TB, more ...string) fs.FS {
	tb.Helper()
	all := fstest.MapFS{}
	if err := fs.WalkDir(migrations.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(migrations.Files, path)
		all[path] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		tb.Fatal(err)
	}
	for i, text := range more {
		name := "0900" + string(rune('1'+i)) + "_later.sql"
		file := &fstest.MapFile{Data: []byte("-- +goose Up\n" + text + "\n-- +goose Down\nSELECT 1;\n")}
		all["sqlite/"+name], all["postgres/"+name] = file, file
	}
	return all
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		if s := schema(t, c); s.Current != 0 || s.Known < 1 {
			t.Errorf("an empty database stands at %+v", s)
		}
		migrate(t, c)
		if s := schema(t, c); s.Current != s.Known {
			t.Errorf("a migrated database stands at %+v", s)
		}
		b := reopened(t, c)
		b.do(t, `INSERT INTO leases (name, holder, until) VALUES ('a', 'b', 1)`)
		migrate(t, c)
		var holder string
		if found, err := b.QueryRow(t.Context(), `SELECT holder FROM leases`, nil, &holder); err != nil || !found {
			t.Errorf("after migrating again: %t, %v", found, err)
		}
		copies, err := filepath.Glob(filepath.Join(c.Dir, FileName+".before-*"))
		if c.Dir != "" && (err != nil || len(copies) != 0) {
			t.Errorf("migrating an empty or a current database left %v, %v", copies, err)
		}
	})
}

func TestManyMigrateAtOnce(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		c.files = later(t, `CREATE TABLE later1 (id BIGINT);`, `CREATE TABLE later2 (id BIGINT);`)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if err := Migrate(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s := schema(t, c); s.Current != s.Known {
			t.Errorf("it stands at %+v", s)
		}
	})
}

func TestASchemaNewerThanTheProgram(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		newer := c
		newer.files = later(t, `CREATE TABLE later1 (id BIGINT);`)
		migrate(t, newer)
		if s := schema(t, c); !s.Newer() || !s.Served() {
			t.Errorf("one release ahead: %+v", s)
		}
		two := c
		two.files = later(t, `CREATE TABLE later1 (id BIGINT);`, `UPDATE schema_serves SET since = 9001;`)
		migrate(t, two)
		if s := schema(t, c); !s.Newer() || s.Served() {
			t.Errorf("two releases ahead: %+v", s)
		}
		newer = two
		if err := Migrate(t.Context(), c); err != nil {
			t.Errorf("migrating it: %v", err)
		}
		if s := schema(t, newer); s.Current != s.Known {
			t.Errorf("an older program changed it: %+v", s)
		}
	})
}

func TestACopyIsLeftBeforeDataIsMigrated(t *testing.T) {
	t.Parallel()
	c := Config{Dir: t.TempDir()}
	migrate(t, c)
	was := schema(t, c).Current
	b := reopened(t, c)
	b.do(t, `INSERT INTO leases (name, holder, until) VALUES ('kept', 'b', 1)`)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(c.Dir, FileName+".before-"+strconv.FormatInt(was+1, 10))
	if err := os.WriteFile(name+".unfinished", []byte("a copy cut short"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken, good := c, c
	broken.files = later(t, `DELETE FROM leases; CREATE TABLE change_counter (id BIGINT);`)
	if err := Migrate(t.Context(), broken); err == nil {
		t.Fatal("a migration that can't be done was")
	}
	good.files = later(t, `DELETE FROM leases;`)
	migrate(t, good)
	left := func(c Config) int {
		n := 0
		if _, err := reopened(t, c).QueryRow(t.Context(), `SELECT COUNT(*) FROM leases`, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := left(c); n != 0 {
		t.Errorf("%d leases after the migration", n)
	}
	restored := Config{Dir: t.TempDir()}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(restored.Dir, FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, s := left(restored), schema(t, restored); n != 1 || s.Current != was {
		t.Errorf("the copy holds %d leases at %+v", n, s)
	}
	if _, err := os.Stat(name + ".unfinished"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the unfinished copy is still there")
	}
}

func TestAFailedMigrationChangesNothing(t *testing.T) {
	eachEmpty(t, func(t *testing.T, c Config) {
		migrate(t, c)
		was := schema(t, c).Current
		broken := c
		broken.files = later(t, `CREATE TABLE later1 (id BIGINT); CREATE TABLE change_counter (id BIGINT);`)
		if err := Migrate(t.Context(), broken); err == nil {
			t.Fatal("a migration that can't be done was")
		}
		if s := schema(t, c); s.Current != was {
			t.Errorf("it stands at %+v", s)
		}
		for _, o := range columnsOf(t, reopened(t, c)) {
			if o.table == "later1" {
				t.Error("a part of the failed migration stayed")
			}
		}
	})
}

func TestBothFoldersHoldTheSameMigrations(t *testing.T) {
	t.Parallel()
	names := func(folder string) []string {
		found, err := fs.Glob(migrations.Files, folder+"/*.sql")
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", folder, err)
		}
		for i, name := range found {
			found[i] = filepath.Base(name)
		}
		return found
	}
	if s, p := names("sqlite"), names("postgres"); !slices.Equal(s, p) {
		t.Errorf("sqlite has %v, postgres %v", s, p)
	}
}
