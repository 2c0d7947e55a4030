package demo

import (
	"sync"
	"time"

	"chancery/internal/ident"
)

// Clock stands in the past while the history is made, and then is the real one.
type Clock struct {
	present ident.Clock
	began   time.Time

	mu   sync.Mutex
	past time.Time // zero once it is live
}

// NewClock starts as long ago as the history does.
func NewClock(present ident.Clock) *Clock {
	began := present.Now().Add(-history)
	return &Clock{present: present, began: began, past: began}
}

// Now implements ident.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.past.IsZero() {
		return c.past
	}
	return c.present.Now()
}

// Passed implements ident.Stopwatch: the history has passed, too, and is no leap.
func (c *Clock) Passed() time.Duration { return c.Now().Sub(c.began) }

// set moves a clock that stands in the past.
func (c *Clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past = t
}

// goLive makes it the real clock for good.
func (c *Clock) goLive() { c.set(time.Time{}) }
