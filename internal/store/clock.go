package store

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"chancery/internal/ident"
)

const (
	// MaxSkew is how far a copy's own clock may be from the database's before it
	// says that it is not ready.
	MaxSkew = time.Second

	// maxHold is how long the clock stands still, rather than going back, when
	// the database's was ahead. A greater error was a mistake and is put right.
	maxHold = 10 * time.Minute

	measureEvery = 30 * time.Second
)

// serverTime reads the clock that all copies share.
type serverTime interface {
	ServerTime(ctx context.Context) (now time.Time, ok bool, err error)
}

// FollowingClock is the machine's clock, corrected by the database server's, so
// that several copies of the server agree. It does not go backwards.
type FollowingClock struct {
	machine ident.Clock
	offset  atomic.Int64 // nanoseconds
	latest  atomic.Int64 // nanoseconds since 1970
}

// NewFollowingClock makes a clock that goes as the machine's does until Measure is called.
func NewFollowingClock(machine ident.Clock) *FollowingClock {
	return &FollowingClock{machine: machine}
}

// Now implements ident.Clock.
func (c *FollowingClock) Now() time.Time {
	now := c.machine.Now().UnixNano() + c.offset.Load()
	for {
		latest := c.latest.Load()
		if now <= latest && latest-now < int64(maxHold) {
			now = latest
			break
		}
		if c.latest.CompareAndSwap(latest, now) {
			break
		}
	}
	return time.Unix(0, now).UTC()
}

// Skew is how far the machine's clock is from the database's.
func (c *FollowingClock) Skew() time.Duration { return time.Duration(c.offset.Load()).Abs() }

// Measure asks the database for the time. Half of the way there and back is
// taken off; of three tries the quickest counts.
func (c *FollowingClock) Measure(ctx context.Context, server serverTime) error {
	var best, quickest time.Duration
	for i := range 3 {
		before := c.machine.Now()
		now, ok, err := server.ServerTime(ctx)
		if err != nil || !ok {
			return err
		}
		after := c.machine.Now()
		if trip := after.Sub(before); i == 0 || trip < quickest {
			quickest, best = trip, now.Sub(before.Add(trip/2))
		}
	}
	c.offset.Store(int64(best))
	return nil
}

// Follow measures until ctx ends.
func (c *FollowingClock) Follow(ctx context.Context, server serverTime, log *slog.Logger) {
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := c.Measure(ctx, server); err != nil && ctx.Err() == nil {
			log.Warn("the database's clock can't be read", slog.Any("error", err))
		} else if skew := c.Skew(); skew > MaxSkew {
			log.Warn("this machine's clock is off", slog.Duration("by", skew))
		}
	}
}
