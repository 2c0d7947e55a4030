package client

import (
	"errors"
	"os/exec"
	"strings"
)

// machineID is the IOPlatformUUID of the hardware.
func machineID() (string, error) {
	out, err := exec.Command("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice").Output()
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		if name, value, ok := strings.Cut(line, "="); ok && strings.Contains(name, "IOPlatformUUID") {
			return strings.Trim(strings.TrimSpace(value), `"`), nil
		}
	}
	return "", errors.New("ioreg tells no IOPlatformUUID")
}
