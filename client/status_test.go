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

// What only the server knows is told in its words: which contract is consumed, since
// when new devices are refused.
func TestTheServersHelpIsTold(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	since := now.Add(-time.Hour)
	over := LicenseInfo{IsActive: true, IsExpired: true, ExpirationDate: since, ValidityReason: ReasonMeasured, Help: "All 15 are consumed."}
	if state, message := judgeLicense(over, now); state != StateExpired || message != over.Help {
		t.Errorf("%v: %s", state, message)
	}
	usedUp := LicenseInfo{
		IsActive: true, IsValid: true, IsSoftwareVersionValid: true, ExpirationDate: now.Add(time.Hour),
		UsedUpAt: &since, UsedUpReason: UsedUpByActivations, Help: "All 2 of 2 activations are in use.",
	}
	if state, message := judgeLicense(usedUp, now); state != StateValid || !strings.HasSuffix(message, "New devices are refused: "+usedUp.Help) {
		t.Errorf("%v: %s", state, message)
	}
	newer := LicenseInfo{IsActive: true, IsSoftwareVersionValid: true, ExpirationDate: now.Add(time.Hour), ValidityReason: "of_a_newer_server", Help: "Do this."}
	if state, message := judgeLicense(newer, now); state != StateInvalid || message != newer.Help {
		t.Errorf("%v: %s", state, message)
	}
}
