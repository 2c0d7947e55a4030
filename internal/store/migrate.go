package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"chancery/internal/store/migrations"
)

// SchemaStatus tells where the schema of a database stands.
type SchemaStatus struct {
	Current int64 // the newest migration applied; 0 for an empty database
	Known   int64 // the newest one this program has
}

// Schema reads where the schema stands.
func Schema(ctx context.Context, c Config) (SchemaStatus, error) {
	var s SchemaStatus
	err := withProvider(ctx, c, func(p *goose.Provider) error {
		var err error
		s.Current, s.Known, err = p.GetVersions(ctx)
		return err //nolint:wrapcheck // wrapped by withProvider
	})
	return s, err
}

// Migrate brings the schema up to date. Before it changes a SQLite database
// that holds data, it leaves a copy beside it (chancery.db.before-N). Several
// copies of the server may call it at once.
func Migrate(ctx context.Context, c Config) error {
	s, err := Schema(ctx, c)
	if err != nil || s.Current >= s.Known {
		return err
	}
	if c.URL == "" && s.Current > 0 {
		if err := copySQLite(ctx, c, s.Current); err != nil {
			return err
		}
	}
	return withProvider(ctx, c, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err //nolint:wrapcheck // wrapped by withProvider
	})
}

// withProvider opens the database for schema work alone.
func withProvider(ctx context.Context, c Config, do func(*goose.Provider) error) (err error) {
	driver, dsn, folder, dialect := "sqlite", "", "sqlite", goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if c.URL == "" {
		if err := os.MkdirAll(c.Dir, 0o700); err != nil {
			return fmt.Errorf("the data directory can't be made: %w", err)
		}
		dsn = sqliteDSN(filepath.Join(c.Dir, FileName), readerCacheKB, checkpointPages)
	} else {
		driver, dsn, folder, dialect = "pgx", c.URL, "postgres", goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("schema lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations.Files, folder)
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
	if err := do(p); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}

func copySQLite(ctx context.Context, c Config, version int64) (err error) {
	db, err := sql.Open("sqlite", sqliteDSN(filepath.Join(c.Dir, FileName), readerCacheKB, checkpointPages))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	target := filepath.Join(c.Dir, fmt.Sprintf("%s.before-%d", FileName, version+1))
	if _, err := os.Stat(target); err == nil {
		return nil // an earlier try made it; it is older and so nearer to what was
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", target); err != nil {
		return fmt.Errorf("copy the database before migrating it: %w", err)
	}
	return nil
}
