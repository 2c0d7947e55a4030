package ident

import (
	"sync"
	"sync/atomic"
	"time"
)

// Clock tells the time. Every rule of Chancery runs on one that was passed in.
type Clock interface{ Now() time.Time }

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now gives the present instant in UTC.
func (SystemClock) Now() time.Time { return time.Now().UTC() }

// ManualClock stands still until it is moved. It is for tests and simulations.
type ManualClock struct {
	mu    sync.Mutex
	now   time.Time
	began time.Time
}

// NewManualClock starts at t.
func NewManualClock(t time.Time) *ManualClock { return &ManualClock{now: t.UTC(), began: t.UTC()} }

// Now gives the instant it was last moved to.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Passed implements Stopwatch: time that it was moved by has passed.
func (c *ManualClock) Passed() time.Duration { return c.Now().Sub(c.began) }

// Advance moves it by d, which may be negative: machines' clocks jump.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// AheadClock is another clock, and as far ahead of it as it was moved. It is what a
// test clock moves; where nobody moves it, it is the other one.
type AheadClock struct {
	Real Clock

	ahead  atomic.Int64 // nanoseconds
	before atomic.Int64 // what it was until the last move
}

// Now implements Clock.
func (c *AheadClock) Now() time.Time { return c.Real.Now().Add(c.Ahead()) }

// Ahead is how far it was moved.
func (c *AheadClock) Ahead() time.Duration { return time.Duration(c.ahead.Load()) }

// Before is how far it was moved until the last move: an instant that was read just before
// that one is so far ahead.
func (c *AheadClock) Before() time.Duration { return time.Duration(c.before.Load()) }

// MoveTo moves it to be that far ahead. It never goes back.
func (c *AheadClock) MoveTo(ahead time.Duration) {
	for {
		old := c.ahead.Load()
		if int64(ahead) <= old {
			return
		}
		c.before.Store(old) // first, so that no instant is between the two
		if c.ahead.CompareAndSwap(old, int64(ahead)) {
			return
		}
	}
}
