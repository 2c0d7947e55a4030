package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"chancery/internal/setup"
	"chancery/internal/testclock"
	"chancery/internal/wiring"
)

// testClock reads the clock for the header of every answer; nil for a server without one.
func testClock(c Config, r *wiring.Rooms) func() (time.Time, bool) {
	if !c.TestClock {
		return nil
	}
	return func() (time.Time, bool) {
		reading := r.TestClock.Reading()
		return reading.Now, reading.On
	}
}

// beginClock notes in the database that it is served, with a test clock or without. It
// is called when the server has its address: one that can't listen has not run.
func (a *Server) beginClock(ctx context.Context) error {
	if err := a.rooms.TestClock.Begin(ctx, a.c.TestClock); err != nil {
		return setup.Of(err)
	}
	if !a.c.TestClock {
		return nil
	}
	a.rooms.FollowTestClock()
	a.c.Log.Warn("this server has a test clock: it is for tests, and its time can be moved",
		slog.Duration("ahead", a.rooms.Clock.Ahead()), slog.Time("now", a.rooms.Clock.Now()))
	r := a.rooms
	a.rooms.TestClock.Attach(testclock.Process{
		Works: append([]Job{
			{Name: "write heartbeats down", Run: a.flush},
			{Name: "write last reports down", Run: a.flushReports},
			{Name: "deliver webhooks", Every: time.Second, Next: testclock.At(r.OutboxRows.NextAttempt), Run: a.courier.Deliver},
			{Name: "send mail", Every: time.Second, Next: testclock.At(r.MailRows.NextAttempt), Run: a.postman.Deliver},
		}, a.periodic.jobs...),
		Pause: a.pause, Lead: a.periodic.Lead,
	})
	return nil
}

// flush writes the heartbeats that wait.
func (a *Server) flush(ctx context.Context) (int, error) {
	n := a.rooms.Pulses.Lag()
	return n, a.rooms.Pulses.Flush(ctx)
}

// confirmationEvery is how often a clock that has leapt is looked at.
const confirmationEvery = 2 * time.Second

// followConfirmation believes a clock that has leapt once an operator has confirmed it.
func (a *Server) followConfirmation(ctx context.Context) {
	tick := time.NewTicker(confirmationEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := a.rooms.FollowConfirmation(ctx); err != nil && ctx.Err() == nil {
			a.c.Log.Warn("whether the clock was confirmed can't be read", slog.Any("error", err))
		}
	}
}

// flushReports writes when prepaid devices reported last.
func (a *Server) flushReports(ctx context.Context) (int, error) {
	n := a.rooms.Hearings.Lag()
	return n, a.rooms.Hearings.Flush(ctx)
}

// pause waits until nothing periodic is under way, and keeps it from beginning.
func (a *Server) pause(ctx context.Context) (resume func(), err error) {
	var resumes []func()
	resume = func() {
		for _, one := range resumes {
			one()
		}
	}
	for _, pause := range []func(context.Context) (func(), error){a.periodic.Pause, a.courier.Pause, a.postman.Pause} {
		one, e := pause(ctx)
		if err = errors.Join(err, e); one != nil {
			resumes = append(resumes, one)
		}
	}
	if err != nil {
		resume()
		return nil, err
	}
	return resume, nil
}
