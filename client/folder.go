package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// folder is the state of one product on disk: StateDir/<product id>.
type folder string

// The files of the state.
const (
	fileClientID = "client_id" // a random client id, where one is used
	fileKey      = "client.key"
	fileAnswer   = "license.answer" // the last good answer, as received
	fileMark     = "license.mark"   // what was seen last, signed by the client's own key
	fileRotation = "rotation.json"  // answers and documents that announced keys, as received
	fileKeyList  = "keys.list"      // the newest list of the vendor's root key, as received
)

// temporarySuffix ends the name of a file that is not whole yet.
const temporarySuffix = ".tmp"

const maxFile = 2 << 20 // bytes; no file of ours gets near it

var errFileTooLarge = errors.New("too large")

func openFolder(cfg Config) (folder, error) {
	dir := filepath.Join(cfg.StateDir, cfg.ProductID)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("client: StateDir: %w", err)
	}
	f := folder(dir)
	f.sweep(time.Now())
	return f, nil
}

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

func (f folder) read(name string) ([]byte, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s: %w", file.Name(), errFileTooLarge)
	}
	return data, err
}

// write replaces a file so that after a crash there is the old one or the new
// one, whole, with mode 0600.
func (f folder) write(name string, data []byte) error {
	temporary, err := f.temporary(name, data)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, f.path(name)); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return f.sync()
}

// writeFirst writes a file if there is none, and returns what is there then: of
// two processes that start at once, both go on with the same content.
func (f folder) writeFirst(name string, data []byte) ([]byte, error) {
	temporary, err := f.temporary(name, data)
	if err != nil {
		return nil, err
	}
	defer os.Remove(temporary) //nolint:errcheck // gone once it has its name
	if err := os.Link(temporary, f.path(name)); err != nil {
		if errors.Is(err, os.ErrExist) {
			return f.read(name)
		}
		// File systems without links (FAT): the last of two wins.
		return data, f.write(name, data)
	}
	return data, f.sync()
}

func (f folder) temporary(name string, data []byte) (string, error) {
	file, err := os.CreateTemp(string(f), name+".*"+temporarySuffix) // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// sweep takes away what processes left behind that were ended in the middle of a
// write. Others may be at it now, so an hour must have passed. What stays is harmless.
func (f folder) sweep(now time.Time) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), temporarySuffix) {
			continue
		}
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > time.Hour {
			_ = os.Remove(f.path(entry.Name()))
		}
	}
}

// remove takes files away; one that is not there is fine.
func (f folder) remove(names ...string) error {
	var failed error
	for _, name := range names {
		if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return errors.Join(failed, f.sync())
}

// sync makes renames last. Windows can't, and does so by itself.
func (f folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(string(f))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
