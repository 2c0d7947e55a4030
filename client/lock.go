package client

import (
	"errors"
	"os"
	"time"
)

// fileLock is locked while the files beside it are read and written together. It
// is empty and stays: to remove it would let two processes lock two files of one
// name.
const fileLock = "lock"

// errLocked: another process holds the lock.
var errLocked = errors.New("client: another process is using the licence state; try again")

const (
	lockWait  = 5 * time.Second       // for a call: the holder writes a few small files
	lockPause = 10 * time.Millisecond // between two tries
)

// lock keeps other processes, and other goroutines of this one, from the folder
// until unlock is called. It tries for so long; zero tries once. errLocked means
// that the holder was slower than that.
//
// It is the operating system's lock (flock, LockFileEx) and not a file that is
// made and removed: it ends with the process that holds it, so that no crash
// leaves a stale lock, and nobody has to guess whose process still lives. Where a
// file system has no locks, the folder is used without one.
func (f folder) lock(within time.Duration) (unlock func(), err error) {
	file, err := os.OpenFile(f.path(fileLock), os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, os.ErrPermission) {
		return func() {}, nil // nothing can be written here: what is to be kept apart?
	}
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(within); ; time.Sleep(lockPause) {
		held, err := tryLock(file)
		if held || err != nil { // an error: this file system has no locks
			return func() { _ = file.Close() }, nil //nolint:nilerr // closing unlocks
		}
		if !time.Now().Before(deadline) {
			return nil, errors.Join(errLocked, file.Close())
		}
	}
}
