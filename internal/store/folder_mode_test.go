//go:build unix

package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Everything in a data directory is its owner's alone, whoever made the directory,
// and whatever mode an older program left behind.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	first := opened(t, Config{Dir: dir})
	first.do(t, `INSERT INTO marks (n) VALUES (1)`)
	check := func(when string, want ...string) {
		t.Helper()
		found := map[string]bool{}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			found[e.Name()] = true
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s has mode %v", when, e.Name(), info.Mode())
			}
		}
		for _, name := range want {
			if !found[name] {
				t.Errorf("%s: no %s among %v", when, name, found)
			}
		}
	}
	unlock, err := LockFile(t.Context(), filepath.Join(dir, lockName))
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	check("a directory open to all", FileName, FileName+"-wal", FileName+"-shm", lockName)

	if err := copySQLite(t.Context(), Config{Dir: dir}, 1); err != nil {
		t.Fatal(err)
	}
	check("a copy before a migration", FileName+".before-2")

	for _, name := range []string{FileName, FileName + "-wal", FileName + "-shm", FileName + ".before-2", lockName} {
		if err := os.Chmod(filepath.Join(dir, name), fs.FileMode(0o644)); err != nil {
			t.Fatal(err)
		}
	}
	reopened(t, Config{Dir: dir}).do(t, `INSERT INTO marks (n) VALUES (2)`)
	check("an older program's files", FileName, FileName+"-wal", FileName+"-shm", FileName+".before-2")
}
