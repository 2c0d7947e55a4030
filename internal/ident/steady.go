package ident

import (
	"sync"
	"time"
)

// MostLeap is how far a clock may part from the time that has passed before it is not
// believed any more.
const MostLeap = time.Hour

// followed is how far it may part, in many small steps, so that the clock is followed:
// clocks are put right little by little, and machines sleep for moments.
const followed = 5 * time.Minute

// Steady compares a clock with the time that has really passed, which no setting of a clock
// changes, and tells when the clock has leapt: forward or back, by more than an hour. It
// believes the clock again when that is right again, or when somebody confirms the new time.
type Steady struct {
	clock  Clock                // never the one that a test clock moves
	passed func() time.Duration // since some moment of the process

	mu   sync.Mutex
	base time.Time     // what the clock showed
	at   time.Duration // when
}

// Stopwatch is a clock that knows how much time has passed, whatever it was set to.
type Stopwatch interface {
	Passed() time.Duration
}

// NewSteady begins to watch a clock, which shows the right time now. passed tells how much
// time has passed; nil for the clock's own measure, or the machine's where it has none.
func NewSteady(clock Clock, passed func() time.Duration) *Steady {
	if own, ok := clock.(Stopwatch); ok && passed == nil {
		passed = own.Passed
	}
	if passed == nil {
		began := time.Now() // with its monotonic reading
		passed = func() time.Duration { return time.Since(began) }
	}
	s := &Steady{clock: clock, passed: passed}
	s.Confirm()
	return s
}

// now tells what time it must be by now, whatever the clock shows.
func (s *Steady) now() time.Time { return s.base.Add(s.passed() - s.at) }

// Leapt tells how far an instant that the clock has shown just now is from the time that it
// must be: 0 while that is less than an hour.
func (s *Steady) Leapt(shown time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	apart := shown.Sub(s.now())
	switch {
	case apart.Abs() > MostLeap:
		return apart
	case apart.Abs() < followed && apart != 0:
		s.base, s.at = shown, s.passed()
	}
	return 0
}

// Reading is Leapt of what the clock shows now.
func (s *Steady) Reading() time.Duration { return s.Leapt(s.clock.Now()) }

// Confirm believes what the clock shows now.
func (s *Steady) Confirm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base, s.at = s.clock.Now(), s.passed()
}
