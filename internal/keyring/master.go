package keyring

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MasterKey is what everything secret in the database is sealed under. Backups
// leave it out; whoever has it and the database can sign in every vendor's name.
type MasterKey [32]byte

// MasterKeyFile is its name in the data directory.
const MasterKeyFile = "master.key"

var errMasterKey = errors.New("the master key must be 32 bytes in base64; `head -c 32 /dev/urandom | base64` makes one")

// ParseMasterKey reads the base64 form.
func ParseMasterKey(text string) (MasterKey, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	var m MasterKey
	if err != nil || len(b) != len(m) {
		return MasterKey{}, errMasterKey
	}
	copy(m[:], b)
	if m == (MasterKey{}) {
		return MasterKey{}, errMasterKey
	}
	return m, nil
}

// ReadMasterKey reads a file with the base64 form. A missing file is fs.ErrNotExist.
func ReadMasterKey(file string) (MasterKey, error) {
	b, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return MasterKey{}, fmt.Errorf("read the master key: %w", err)
	}
	m, err := ParseMasterKey(string(b))
	if err != nil {
		return MasterKey{}, fmt.Errorf("%s: %w", file, err)
	}
	return m, nil
}

// CreateMasterKey makes a key and writes it to file, readable by its owner
// only. When another process was faster, it gives that one's key.
func CreateMasterKey(file string, random io.Reader) (m MasterKey, err error) {
	if _, err := io.ReadFull(random, m[:]); err != nil {
		return MasterKey{}, fmt.Errorf("make a master key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return MasterKey{}, fmt.Errorf("the data directory can't be made: %w", err)
	}
	// Written in full and synced under another name first: a half-written key
	// after a crash would look like a lost one.
	tmp, err := os.CreateTemp(filepath.Dir(file), ".master.key.*") // mode 0600
	if err != nil {
		return MasterKey{}, fmt.Errorf("write the master key: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(base64.StdEncoding.EncodeToString(m[:]) + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return MasterKey{}, fmt.Errorf("write the master key: %w", err)
	}
	switch err := os.Link(tmp.Name(), file); {
	case errors.Is(err, fs.ErrExist):
		return ReadMasterKey(file)
	case err != nil:
		return MasterKey{}, fmt.Errorf("write the master key: %w", err)
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return MasterKey{}, fmt.Errorf("write the master key: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return MasterKey{}, fmt.Errorf("write the master key: %w", err)
	}
	return m, nil
}
