//go:build !linux && !darwin && !windows

package client

import (
	"errors"
	"os"
)

// machineID is the host id that the BSDs keep; elsewhere there is none.
func machineID() (string, error) {
	id, err := os.ReadFile("/etc/hostid")
	if err == nil && len(id) < 32 {
		err = errors.New("/etc/hostid is too short")
	}
	return string(id), err
}
