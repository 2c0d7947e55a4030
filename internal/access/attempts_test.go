package access

import (
	"testing"
	"time"
)

func TestDecideAttempt(t *testing.T) {
	t.Parallel()
	limit := Limit{Free: 3, Wait: time.Minute, Most: 5 * time.Minute, Forget: time.Hour}
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	var f Failures
	for i, want := range []time.Duration{0, 0, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		after, wait := decideAttempt(f, limit, now)
		if wait != 0 {
			t.Fatalf("try %d waits %s", i, wait)
		}
		f = after
		if want > 0 {
			if _, wait := decideAttempt(f, limit, now.Add(want/2)); wait != want-want/2 {
				t.Errorf("after try %d: %s to wait, want %s", i, wait, want-want/2)
			}
			now = now.Add(want)
		}
	}
	if f, _ = decideAttempt(f, limit, now.Add(time.Hour)); f.Count != 1 || f.LockedUntil.After(now) {
		t.Errorf("an hour later: %+v", f)
	}
	// A try that succeeds leaves no trace, also when it was the last free one.
	before := Failures{Count: 2, LastAt: now}
	after, _ := decideAttempt(before, limit, now)
	if !after.LockedUntil.After(now) {
		t.Error("the last free try does not lock while it runs")
	}
	if back := takeBack(after, limit); back.Count != 2 || !back.LockedUntil.IsZero() {
		t.Errorf("taken back: %+v", back)
	}
}
