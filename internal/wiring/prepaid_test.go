package wiring

import (
	"testing"
	"time"

	"chancery/internal/ident"
)

// The steps of a test clock are no leaps, also of an instant that was read before the last one.
func TestTrustFollowsTheTestClock(t *testing.T) {
	t.Parallel()
	wall := ident.NewManualClock(time.Date(2027, 3, 2, 8, 0, 0, 0, time.UTC))
	var passed time.Duration
	ahead := &ident.AheadClock{Real: wall}
	who := trust{ident.NewSteady(wall, func() time.Duration { return passed }), ahead}
	for _, days := range []int{30, 365} {
		before := ahead.Now()
		ahead.MoveTo(time.Duration(days) * 24 * time.Hour)
		if !who.Trusts(before) || !who.Trusts(ahead.Now()) {
			t.Errorf("moved to %d days ahead: not trusted", days)
		}
	}
	wall.Advance(2 * time.Hour)
	if who.Trusts(ahead.Now()) {
		t.Error("the real clock has leapt: trusted")
	}
	passed += 2 * time.Hour
	if !who.Trusts(ahead.Now()) {
		t.Error("the real clock is right again: not trusted")
	}
}
