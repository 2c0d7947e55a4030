//go:build !windows && (!unix || aix || solaris)

package client

import (
	"errors"
	"os"
)

// tryLock says that there is no lock: the standard library offers none here.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
