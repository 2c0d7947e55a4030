package testclock

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Store keeps how the database stands to the test clock. There is one state for all vendors.
type Store interface {
	Read(ctx context.Context) (State, error)

	// Lock gives the state and keeps others from changing it until the transaction ends.
	Lock(t tx.Tx) (State, error)
	Save(t tx.Tx, s State) error

	// Carry moves everybody's sign-ins along, so that nobody is signed out by a move.
	Carry(t tx.Tx, by time.Duration) error
}

// Process is the server around the service.
type Process struct {
	Works []Work

	// Pause waits until none of the works is under way in this process, and keeps them
	// from beginning by themselves until resume is called.
	Pause func(ctx context.Context) (resume func(), err error)

	// Lead makes this process the one that does periodic work, from an instant on.
	Lead func(t tx.Tx, at time.Time) error
}

// Config is what the service needs; all of it is required, but for Log.
type Config struct {
	Store  Store
	Runner tx.Runner
	Clock  *ident.AheadClock
	IDs    ident.Source
	Log    *slog.Logger
}

// Service begins, follows and moves the test clock. It is safe for concurrent use.
type Service struct {
	Config

	on      atomic.Bool
	process Process
}

// New makes the service. Until Load or Begin there is no test clock.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Runner == nil || c.Clock == nil || c.IDs.Rand == nil {
		return nil, errors.New("testclock: the configuration is incomplete")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Config: c}, nil
}

// Attach tells the service the process that moves the clock; before anybody calls.
func (s *Service) Attach(p Process) { s.process = p }

// On reports whether there is a test clock.
func (s *Service) On() bool { return s.on.Load() }

// Reading is what the clock shows.
type Reading struct {
	On    bool
	Now   time.Time
	Ahead time.Duration
}

// Reading reads the clock.
func (s *Service) Reading() Reading { return Reading{s.On(), s.Clock.Now(), s.Clock.Ahead()} }

// Check reports whether a server may run on the database, with a test clock or without.
func (s *Service) Check(ctx context.Context, test bool) error {
	state, err := s.Store.Read(ctx)
	if err == nil {
		_, err = state.Begin(test)
	}
	return err
}

// Begin notes that a server runs on the database from now on, with a test clock or without.
func (s *Service) Begin(ctx context.Context, test bool) error {
	if state, err := s.Store.Read(ctx); err != nil || state.Plain && !test {
		return err // which is how nearly every server begins
	}
	if err := s.Runner.Run(ctx, func(t tx.Tx) error {
		state, err := s.Store.Lock(t)
		if err == nil {
			state, err = state.Begin(test)
		}
		if err != nil {
			return err
		}
		return s.Store.Save(t, state)
	}); err != nil {
		return err
	}
	if err := s.Load(ctx); err != nil || s.On() == test {
		return err
	}
	return errNone() // another server has begun without one at the same moment
}

// Load takes the state of the database over: every program that works on it goes by
// the clock as it was moved.
func (s *Service) Load(ctx context.Context) error {
	state, err := s.Store.Read(ctx)
	if err == nil {
		s.take(state)
	}
	return err
}

func (s *Service) take(state State) {
	s.on.Store(state.On())
	s.Clock.MoveTo(state.Ahead)
}

// followEvery is how often a program looks how far another has moved the clock.
const followEvery = 300 * time.Millisecond

// Follow looks how far others have moved the clock, until ctx ends or there is none any more.
func (s *Service) Follow(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for s.On() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.Load(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("the test clock can't be read; it is tried again", slog.Any("error", err))
		}
	}
}

func errNone() error {
	return fault.Refused("no_test_clock", "This server has no test clock.",
		"Start it with --test-clock, on a database that was never served without.")
}
