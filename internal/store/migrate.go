package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"chancery/internal/store/migrations"
)

// SchemaStatus tells where the schema of a database stands.
type SchemaStatus struct {
	Current int64 // the newest migration applied; 0 for an empty database
	Known   int64 // the newest one this program has
	Since   int64 // programs that know this one may serve a schema newer than theirs; 0 while it is not newer
}

// Newer reports whether a newer program has migrated the database.
func (s SchemaStatus) Newer() bool { return s.Current > s.Known }

// Served reports whether this program may serve the database, once migrated: a
// schema serves its own release and the one before.
func (s SchemaStatus) Served() bool { return !s.Newer() || s.Since > 0 && s.Since <= s.Known }

const selectSince = `SELECT since FROM schema_serves WHERE id = 1`

// Schema reads where the schema stands.
func Schema(ctx context.Context, c Config) (SchemaStatus, error) {
	var s SchemaStatus
	err := withProvider(c, func(p *goose.Provider, db *sql.DB) (err error) {
		if s.Current, s.Known, err = p.GetVersions(ctx); err != nil || !s.Newer() {
			return err
		}
		return db.QueryRowContext(ctx, selectSince).Scan(&s.Since)
	})
	return s, err
}

// Migrate brings the schema up to date. Before it changes a SQLite database
// that holds data, it leaves a copy beside it (chancery.db.before-N). Several
// copies of the server may call it at once.
func Migrate(ctx context.Context, c Config) error {
	if c.URL == "" {
		unlock, err := lockFolder(ctx, c.Dir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	s, err := Schema(ctx, c)
	if err != nil || s.Current >= s.Known {
		return err
	}
	if c.URL == "" && s.Current > 0 {
		if err := copySQLite(ctx, c, s.Current); err != nil {
			return err
		}
	}
	return withProvider(c, func(p *goose.Provider, _ *sql.DB) error {
		_, err := p.Up(ctx)
		return err
	})
}

// withProvider opens the database for schema work alone.
func withProvider(c Config, do func(*goose.Provider, *sql.DB) error) (err error) {
	driver, dsn, folder, dialect := "sqlite", sqliteDSN(filepath.Join(c.Dir, FileName), readerCacheKB, checkpointPages), "sqlite", goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if c.URL == "" {
		if err := makeFolder(c.Dir); err != nil {
			return err
		}
	} else {
		driver, dsn, folder, dialect = "pgx", c.URL, "postgres", goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600)) // looks every second, for ten minutes
		if err != nil {
			return fmt.Errorf("schema lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	all := c.files
	if all == nil {
		all = migrations.Files
	}
	files, err := fs.Sub(all, folder)
	if err != nil {
		return fmt.Errorf("schema files: %w", err)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if err := do(p, db); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}
