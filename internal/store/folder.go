package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lockName is the file in the data directory that whoever migrates holds locked.
const lockName = "migrate.lock"

// lockPause is how long to wait before the lock is tried again.
const lockPause = 20 * time.Millisecond

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory can't be made: %w", err)
	}
	return nil
}

// lockFolder lets one process at a time change the schema in a data directory.
// The lock is SQLite's own, on an empty file: it works wherever the database
// does, and goes with the process that held it.
func lockFolder(ctx context.Context, dir string) (unlock func(), err error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", sqliteFile(filepath.Join(dir, lockName))+"?_pragma=busy_timeout(0)")
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	db.SetMaxOpenConns(1)
	for {
		_, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE")
		switch {
		case err == nil:
			return func() { _ = db.Close() }, nil // which ends the transaction
		case !busy(err):
			return nil, fmt.Errorf("lock the data directory: %w", errors.Join(err, db.Close()))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another process is migrating the database: %w", errors.Join(context.Cause(ctx), db.Close()))
		case <-time.After(lockPause):
		}
	}
}

// copySQLite leaves a copy of the database as it is before a migration. It is
// made under another name first, so that a copy cut short is never taken for one.
func copySQLite(ctx context.Context, c Config, version int64) (err error) {
	db, err := sql.Open("sqlite", sqliteDSN(filepath.Join(c.Dir, FileName), readerCacheKB, checkpointPages))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	target := filepath.Join(c.Dir, fmt.Sprintf("%s.before-%d", FileName, version+1))
	unfinished := target + ".unfinished"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("copy the database before migrating it: %w", err)
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", unfinished); err != nil {
		return fmt.Errorf("copy the database before migrating it: %w", err)
	}
	if err := os.Rename(unfinished, target); err != nil {
		return fmt.Errorf("copy the database before migrating it: %w", err)
	}
	return nil
}
