package wiring

import (
	"context"
	"sync"
	"time"

	teststore "chancery/internal/store/testclock"
	"chancery/internal/testclock"
	"chancery/internal/web/console/settings"
)

// furnishTestClock takes over how far the database's clock is ahead of the real time,
// before anything goes by it.
func (r *Rooms) furnishTestClock(ctx context.Context) (err error) {
	r.TestClock, err = testclock.New(testclock.Config{
		Store: teststore.Store{DB: r.DB}, Runner: r.DB, Clock: r.Clock, IDs: r.IDs, Log: r.log,
	})
	if err != nil {
		return err
	}
	if err := r.TestClock.Load(ctx); err != nil {
		return err
	}
	r.FollowTestClock()
	return nil
}

// FollowTestClock goes on to follow the test clock, which others may move, if there is one.
func (r *Rooms) FollowTestClock() {
	if r.TestClock.On() {
		r.following.begin(r.TestClock)
	}
}

// clock is what pages say of the test clock; nil where there is none.
func (s Site) clock(r *Rooms) func() (time.Duration, bool) {
	if !s.TestClock {
		return nil
	}
	return func() (time.Duration, bool) { return r.Clock.Ahead(), r.TestClock.On() }
}

// testClock is what a page moves the clock by; nil where there is none.
func testClock(r *Rooms, s Site) settings.TestClock {
	if !s.TestClock {
		return nil
	}
	return r.TestClock
}

// following is what looks how far the clock was moved, until the rooms are closed.
type following struct {
	once    sync.Once
	cancel  context.CancelFunc
	stopped chan struct{}
}

func (f *following) begin(s *testclock.Service) {
	f.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		f.cancel, f.stopped = cancel, make(chan struct{})
		go func() {
			defer close(f.stopped)
			s.Follow(ctx)
		}()
	})
}

func (f *following) stop() {
	f.once.Do(func() {}) // nothing begins any more
	if f.cancel != nil {
		f.cancel()
		<-f.stopped
	}
}
