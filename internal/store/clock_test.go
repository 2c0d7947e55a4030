package store

import (
	"context"
	"testing"
	"time"

	"chancery/internal/ident"
)

// skewed is a database whose clock is off by an amount.
type skewed struct {
	machine *ident.ManualClock
	ahead   time.Duration
}

func (s *skewed) ServerTime(context.Context) (time.Time, bool, error) {
	return s.machine.Now().Add(s.ahead), true, nil
}

func TestFollowingClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	db := &skewed{machine: ident.NewManualClock(start)}
	c := NewFollowingClock(db.machine)
	step := func(ahead time.Duration, want time.Duration, what string) {
		t.Helper()
		db.ahead = ahead
		if err := c.Measure(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if got := c.Now().Sub(start); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	step(0, 0, "no skew")
	step(5*time.Second, 5*time.Second, "the database is ahead")
	if c.Skew() != 5*time.Second {
		t.Errorf("skew %v", c.Skew())
	}
	step(2*time.Second, 5*time.Second, "the database went back: stand still")
	db.machine.Advance(2 * time.Second)
	step(2*time.Second, 5*time.Second, "not there yet")
	db.machine.Advance(2 * time.Second)
	step(2*time.Second, 6*time.Second, "going on")
	step(-time.Hour, 4*time.Second-time.Hour, "a great error is put right")
	if c.Skew() != time.Hour {
		t.Errorf("skew %v", c.Skew())
	}
}
