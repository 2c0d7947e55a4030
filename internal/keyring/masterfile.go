package keyring

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// MasterKeyFile is its name in the data directory.
const MasterKeyFile = "master.key"

// ReadMasterKeys reads a file of keys. A missing file is fs.ErrNotExist.
func ReadMasterKeys(file string) (MasterKeys, error) {
	b, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	keys, err := ParseMasterKeys(string(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return keys, nil
}

// CreateMasterKeys makes a key and writes it to file, readable by its owner
// only. When another process was faster, it gives that one's keys.
func CreateMasterKeys(file string, random io.Reader) (MasterKeys, error) {
	m, err := NewMasterKey(random)
	if err != nil {
		return nil, err
	}
	keys := MasterKeys{m}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("the data directory can't be made: %w", err)
	}
	tmp, err := keys.write(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp) }()
	switch err := os.Link(tmp, file); {
	case errors.Is(err, fs.ErrExist):
		return ReadMasterKeys(file)
	case err != nil:
		return nil, fmt.Errorf("write the master key: %w", err)
	}
	return keys, syncFolder(filepath.Dir(file))
}

// GuardMasterKeys keeps a file to its owner, as the program makes it: a copy that was
// put back has the mode that the umask gave it. One whose owner is another than its
// folder's is left alone: the server may read it as one of its group.
func GuardMasterKeys(file string) {
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return
	}
	if dir, err := os.Stat(filepath.Dir(file)); err == nil && sameOwner(info, dir) {
		_ = os.Chmod(file, 0o600) // a file system without modes refuses
	}
}

// ReplaceMasterKeys puts other keys into a file that is there: after a crash it holds
// the old ones or the new ones, whole. It stays its owner's, and a group that could
// read it still can, because the server may run as another user than who calls.
func ReplaceMasterKeys(file string, keys MasterKeys) (err error) {
	if file, err = filepath.EvalSymlinks(file); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	before, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	tmp, err := keys.write(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }() // it is gone when it has its name
	if err := keepOwner(tmp, before); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	if err := os.Chmod(tmp, 0o600|before.Mode().Perm()&0o040); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	return syncFolder(filepath.Dir(file))
}

// write puts the keys, in full and synced, under a name that nobody reads: a
// half-written key after a crash would look like a lost one.
func (k MasterKeys) write(dir string) (name string, err error) {
	tmp, err := os.CreateTemp(dir, unfinished+"*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("write the master key: %w", err)
	}
	_, err = tmp.WriteString(k.text())
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("write the master key: %w", err), os.Remove(tmp.Name()))
	}
	return tmp.Name(), nil
}

// syncFolder makes a rename last. Windows can't, and does so by itself.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	return nil
}

// ForgetUnfinished removes what a crash in the middle of writing has left beside a
// file. Whoever calls sees to it that nobody writes.
func ForgetUnfinished(file string) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return fmt.Errorf("tidy beside the master key: %w", err)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	for _, e := range left {
		if strings.HasPrefix(e.Name(), unfinished) {
			err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(file), e.Name())))
		}
	}
	return err
}

// unfinished begins the names of files that have not got their own yet.
const unfinished = ".master.key."
