//go:build unix

package keyring

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a file to the owner and the group of the one that it takes the place of.
func keepOwner(name string, before fs.FileInfo) error {
	was, ok := before.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok && is.Uid == was.Uid && is.Gid == was.Gid {
		return nil
	}
	return os.Chown(name, int(was.Uid), int(was.Gid))
}

// sameOwner reports whether one user owns both.
func sameOwner(a, b fs.FileInfo) bool {
	one, ok := a.Sys().(*syscall.Stat_t)
	other, too := b.Sys().(*syscall.Stat_t)
	return ok && too && one.Uid == other.Uid
}
