package mailing

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// How a mail goes on after an attempt.
func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	later, refused := errors.New("later"), fmt.Errorf("no: %w", ErrRefused)
	for name, test := range map[string]struct {
		attempts int
		giveUpIn time.Duration
		sends    bool
		failure  error
		state    State
		in       time.Duration
	}{
		"no SMTP":                     {1, time.Hour, false, nil, Kept, 0},
		"taken":                       {1, time.Hour, true, nil, Sent, 0},
		"refused for good":            {1, time.Hour, true, refused, Failed, 0},
		"a first failure":             {1, 72 * time.Hour, true, later, Queued, 10 * time.Second},
		"a third":                     {3, 72 * time.Hour, true, later, Queued, 40 * time.Second},
		"the longest pause":           {20, 72 * time.Hour, true, later, Queued, time.Hour},
		"a last try at the very end":  {20, time.Minute, true, later, Queued, time.Minute},
		"the time is over":            {20, 0, true, later, Failed, 0},
		"taken after its time":        {20, -time.Hour, true, nil, Sent, 0},
		"as many attempts as one has": {1 << 40, 72 * time.Hour, true, later, Queued, time.Hour},
	} {
		state, next := decide(Mail{Attempts: test.attempts, GiveUpAt: now.Add(test.giveUpIn)}, test.sends, test.failure, now)
		if state != test.state || next.Sub(now) != test.in {
			t.Errorf("%s: %s in %v, want %s in %v", name, state, next.Sub(now), test.state, test.in)
		}
	}
}
