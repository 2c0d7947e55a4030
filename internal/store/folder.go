package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockName is the file in the data directory that whoever migrates holds locked.
const lockName = "migrate.lock"

// lockPause is how long to wait before the lock is tried again.
const lockPause = 20 * time.Millisecond

// makeFolder makes the data directory and keeps what is in it to its owner,
// however open the directory and the umask are: SQLite gives its log and its
// index of it the mode of the database, which is therefore made here.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory can't be made: %w", err)
	}
	if err := makeFile(filepath.Join(dir, FileName)); err != nil {
		return fmt.Errorf("the database can't be made: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the data directory can't be read: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), FileName) || e.Name() == lockName { // with its log, and the copies made before migrations
			keepToOwner(filepath.Join(dir, e.Name()))
		}
	}
	return nil
}

// ownerOnly is the mode of every file that holds a vendor's data.
const ownerOnly = 0o600

// makeFile puts an empty file for SQLite where there is none. It is closed before it gets
// its name: to close a file takes away every lock that this process has on it. A
// file system that has no links has no modes either.
func makeFile(file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	empty, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	if err := empty.Close(); err != nil {
		return err
	}
	_ = os.Link(empty.Name(), file) // where another process was faster, its file stands
	return os.Remove(empty.Name())
}

// keepToOwner takes a file from everybody but its owner. One whose owner is somebody
// else, and one on a file system without modes, stay as they are.
func keepToOwner(name string) {
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&^ownerOnly != 0 {
		_ = os.Chmod(name, ownerOnly)
	}
}

// lockFolder lets one process at a time change the schema in a data directory.
// The lock is SQLite's own, on an empty file: it works wherever the database
// does, and goes with the process that held it.
func lockFolder(ctx context.Context, dir string) (unlock func(), err error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	if unlock, err = LockFile(ctx, filepath.Join(dir, lockName)); err != nil {
		return nil, fmt.Errorf("another process may be migrating the database: %w", err)
	}
	return unlock, nil
}

// LockFile holds a file locked against other processes, and makes it where there is
// none. It waits until ctx ends. The file is its owner's alone: who may read it may
// hold it for ever.
func LockFile(ctx context.Context, file string) (unlock func(), err error) {
	if err := makeFile(file); err != nil {
		return nil, fmt.Errorf("lock %s: %w", file, err)
	}
	db, err := sql.Open("sqlite", sqliteFile(file)+"?_pragma=busy_timeout(0)")
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	for {
		_, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE")
		switch {
		case err == nil:
			return func() { _ = db.Close() }, nil // which ends the transaction
		case !busy(err):
			return nil, fmt.Errorf("lock %s: %w", file, errors.Join(err, db.Close()))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s is held by another process: %w", file, errors.Join(context.Cause(ctx), db.Close()))
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
	if err := os.WriteFile(unfinished, nil, ownerOnly); err != nil { // SQLite fills an empty file
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
