package clientcmd

import (
	"context"
	"errors"
	"testing"
	"time"

	"chancery/client"
)

// After a sleep the network comes back later than the program: a session is asked
// for again until there is an answer, whatever it is, and not for ever.
func TestRegain(t *testing.T) {
	t.Parallel()
	away, session := errors.New("no route to host"), new(client.Session)
	full := &client.RefusalError{ID: client.RefusalNoSession}
	for name, c := range map[string]struct {
		answers []error // nil stands for a session
		within  time.Duration
		want    error
	}{
		"a seat is free":       {[]error{away, away, nil}, time.Hour, nil},
		"all are taken":        {[]error{away, full, nil}, time.Hour, full},
		"deactivated":          {[]error{client.ErrNotActivated, nil}, time.Hour, client.ErrNotActivated},
		"closed meanwhile":     {[]error{client.ErrClosed, nil}, time.Hour, client.ErrClosed},
		"nobody ever answered": {[]error{away}, time.Nanosecond, away},
	} {
		tries := 0
		got, err := regain(t.Context(), func(context.Context) (*client.Session, error) {
			answer := c.answers[min(tries, len(c.answers)-1)]
			if tries++; answer != nil {
				return nil, answer
			}
			return session, nil
		}, c.within, time.Nanosecond)
		if !errors.Is(err, c.want) || (c.want == nil) != (got == session) {
			t.Errorf("%s: %v, %v after %d tries", name, got, err, tries)
		}
	}
}
