package ident_test

import (
	"testing"
	"time"

	"chancery/internal/ident"
)

// A clock that parts from the time that has passed by more than an hour is not believed,
// until it is right again or somebody confirms it.
func TestSteady(t *testing.T) {
	t.Parallel()
	clock := ident.NewManualClock(time.Date(2027, 3, 2, 8, 0, 0, 0, time.UTC))
	var passed time.Duration
	s := ident.NewSteady(clock, func() time.Duration { return passed })
	pass := func(d time.Duration) {
		passed += d
		clock.Advance(d)
	}
	leapt := func(what string, want bool) {
		t.Helper()
		if got := s.Reading() != 0; got != want {
			t.Errorf("%s: leapt %t", what, got)
		}
	}
	pass(1000 * time.Hour)
	leapt("a long time", false)
	clock.Advance(-59 * time.Minute)
	leapt("almost an hour back", false)
	clock.Advance(-2 * time.Minute)
	leapt("more than an hour back", true)
	clock.Advance(61 * time.Minute)
	leapt("right again", false)
	clock.Advance(9 * 365 * 24 * time.Hour)
	leapt("nine years ahead", true)
	right := clock.Now()
	pass(time.Minute)
	clock.Advance(right.Sub(clock.Now()) - 9*365*24*time.Hour)
	leapt("back from there", false)
	clock.Advance(26 * time.Hour)
	leapt("26 hours ahead", true)
	s.Confirm()
	leapt("confirmed", false)
	for range 1000 {
		pass(time.Hour)
		clock.Advance(time.Minute)
		leapt("a clock that runs fast", false)
	}
}
