package client

import (
	"strings"
	"testing"
	"time"
)

// The end is told as the last day on this machine, not as the day on which it is over.
func TestTheLastDayIsTold(t *testing.T) {
	t.Parallel()
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.Local) //nolint:gosmopolitan // where people read it
	state, message := judgeLicense(LicenseInfo{IsActive: true, ExpirationDate: end}, end)
	if state != StateExpired || !strings.Contains(message, "ended on 2026-12-31;") {
		t.Errorf("%v: %s", state, message)
	}
}
