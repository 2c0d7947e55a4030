package client

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

const (
	lockfileFailImmediately = 1
	lockfileExclusiveLock   = 2
	errorLockViolation      = syscall.Errno(33)
)

// lockFileEx is not in package syscall.
func lockFileEx() *syscall.LazyProc {
	return syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
}

// tryLock takes the lock on the file's first byte; false: another handle has it.
func tryLock(file *os.File) (bool, error) {
	procedure := lockFileEx()
	if err := procedure.Find(); err != nil {
		return false, err
	}
	var overlapped syscall.Overlapped
	done, _, err := procedure.Call(file.Fd(), lockfileExclusiveLock|lockfileFailImmediately, 0, 1, 0, uintptr(unsafe.Pointer(&overlapped)))
	if done != 0 {
		return true, nil
	}
	if errors.Is(err, errorLockViolation) || errors.Is(err, syscall.ERROR_IO_PENDING) {
		return false, nil
	}
	return false, err
}
