package outbox

import "time"

const (
	// KeepTrying is how long an item is retried before it is dead.
	KeepTrying = 72 * time.Hour

	firstPause   = 5 * time.Second
	longestPause = 3 * time.Hour
)

// Outcome is what an attempt means for its item.
type Outcome struct {
	State  State     // Waiting: again at NextAt
	NextAt time.Time // of a waiting one
}

// decide tells how an item goes on. Every item gets at least one attempt, also
// when it waited for three days behind another.
func decide(i Item, r Receipt, now time.Time) Outcome {
	if r.Delivered {
		return Outcome{State: Delivered}
	}
	next := now.Add(max(pause(i), min(r.RetryAfter, longestPause)))
	if !now.Before(i.GiveUpAt) {
		return Outcome{State: Dead}
	}
	if next.After(i.GiveUpAt) {
		next = i.GiveUpAt // a last one
	}
	return Outcome{State: Waiting, NextAt: next}
}

// pause doubles from 5 s to 3 h, and differs by up to a fifth between items, so
// that not all of them come back to a receiver at the same moment.
func pause(i Item) time.Duration {
	p := longestPause
	if n := max(i.Attempts-1, 0); n < 12 {
		p = min(firstPause<<n, longestPause)
	}
	return p - p*time.Duration(i.ID%20)/100
}
