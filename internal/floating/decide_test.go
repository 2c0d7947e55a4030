package floating

import (
	"testing"
	"time"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

var noon = time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)

func licence(change ...func(*License)) *License {
	p := terms.Defaults()
	p.FloatingTokenLimit, p.SessionPeriodMinutes = 2, 10
	l := &License{IsFloating: true, Policy: p}
	for _, c := range change {
		c(l)
	}
	return l
}

func TestDecideOpen(t *testing.T) {
	t.Parallel()
	free := func(l *License) { l.Policy.EnforceFloatingLimit = false }
	users := func(l *License) { l.IsOfUsers = true }
	checkout := func(l *License) { l.Policy.CheckoutPeriodMinutes = 90 }
	one := func(l *License) { l.Policy.MaxSessionsPerClient = 1 }
	ends := func(l *License) { l.ExpiresAt = noon.Add(4 * time.Minute) }
	mine := &Session{ValidUntil: noon.Add(3 * time.Minute)}
	away := &Session{ValidUntil: noon.Add(time.Hour)}
	for name, c := range map[string]struct {
		openCase

		change           func(*License)
		refused, minutes int
		renew, overuse   bool
	}{
		"room":                                {openCase: openCase{open: 1}, minutes: 10},
		"none":                                {openCase: openCase{open: 2}, refused: refusal.NoSessionLeft},
		"a limit lowered under its use":       {openCase: openCase{open: 9}, refused: refusal.NoSessionLeft},
		"not enforced":                        {openCase: openCase{open: 2}, change: free, minutes: 10, overuse: true},
		"not enforced, with room":             {openCase: openCase{open: 1}, change: free, minutes: 10},
		"renewed":                             {openCase: openCase{open: 2, same: mine}, minutes: 10, renew: true},
		"renewed above a lowered limit":       {openCase: openCase{open: 9, same: mine}, minutes: 10, renew: true},
		"renewed as overuse":                  {openCase: openCase{open: 9, same: &Session{IsOveruse: true}}, minutes: 10, renew: true, overuse: true},
		"a renewal never shortens":            {openCase: openCase{open: 1, same: away}, minutes: 60, renew: true},
		"as many as a client may":             {openCase: openCase{open: 1, ofClient: 1}, change: one, refused: refusal.TooManyOfClient},
		"fewer than a client may":             {openCase: openCase{open: 1, ofClient: 0}, change: one, minutes: 10},
		"renewed with as many as it may":      {openCase: openCase{open: 1, ofClient: 1, same: mine}, change: one, minutes: 10, renew: true},
		"checked out":                         {openCase: openCase{checkout: 90}, change: checkout, minutes: 90},
		"checked out for less than a period":  {openCase: openCase{checkout: 3}, change: checkout, minutes: 10},
		"checked out for too long":            {openCase: openCase{checkout: 91}, change: checkout, refused: refusal.CheckoutTooLong},
		"checked out, which it may not":       {openCase: openCase{checkout: 1}, refused: refusal.CheckoutTooLong},
		"checked out for less than nothing":   {openCase: openCase{checkout: -1}, change: checkout, refused: refusal.CheckoutTooLong},
		"no longer than the licence":          {change: ends, minutes: 4},
		"renewed, no longer than the licence": {openCase: openCase{same: away}, change: ends, minutes: 4, renew: true},
		"without a user":                      {change: users, refused: refusal.MissingUser},
		"an unknown user":                     {openCase: openCase{userID: "ann"}, change: users, refused: 1010}, // the wire's number; 1008 is "exists"
		"a user":                              {openCase: openCase{userID: "ann", userKnown: true}, change: users, minutes: 10},
		"a user who is elsewhere": {
			openCase: openCase{userID: "ann", userKnown: true, userElsewhere: true}, change: users, refused: refusal.UserHasAnotherOn,
		},
		"a user on a licence for devices": {openCase: openCase{userID: "ann", userElsewhere: true}, minutes: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.now, c.license = noon, licence()
			if c.change != nil {
				c.change(c.license)
			}
			d := decideOpen(c.openCase)
			got := 0
			if d.refusal != nil {
				got = d.refusal.ID
			}
			if got != c.refused || d.renew != c.renew || d.overuse != c.overuse {
				t.Fatalf("got %+v", d)
			}
			if c.refused == 0 && !d.validUntil.Equal(noon.Add(time.Duration(c.minutes)*time.Minute)) {
				t.Errorf("until %v, want %d minutes", d.validUntil, c.minutes)
			}
		})
	}
}

func TestASessionEndsByItself(t *testing.T) {
	t.Parallel()
	s := Session{ValidUntil: noon}
	if !s.OpenAt(noon.Add(-1)) || s.OpenAt(noon) {
		t.Error("it is not open until, and not at, the instant")
	}
	if at, reason := s.Ended(noon.Add(time.Hour)); !at.Equal(noon) || reason != ByLapse {
		t.Errorf("ended at %v, %s", at, reason)
	}
	if at, reason := s.Ended(noon.Add(-1)); !at.IsZero() || reason != "" {
		t.Errorf("ended at %v, %s", at, reason)
	}
	s.EndedAt, s.EndReason = noon.Add(-time.Minute), ByClient
	if at, reason := s.Ended(noon); !at.Equal(noon.Add(-time.Minute)) || reason != ByClient || s.OpenAt(noon.Add(-time.Hour)) {
		t.Errorf("ended at %v, %s", at, reason)
	}
}
