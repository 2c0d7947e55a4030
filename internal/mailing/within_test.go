package mailing

import (
	"testing"
	"time"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"in 1 hour": time.Hour, "in 24 hours": 24 * time.Hour, "in 2 days": 48 * time.Hour, "in 7 days": 7 * 24 * time.Hour,
		"in 30 days": 30 * 24 * time.Hour,
	} {
		if got := Within(nil, d); got != want {
			t.Errorf("%v is said as %q, want %q", d, got, want)
		}
	}
}
