package clientcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"chancery/client"
)

// SessionCmd is `client session`.
type SessionCmd struct {
	Connection

	For       time.Duration `help:"Close it after so long, such as 90s; without it, on Ctrl-C."`
	SessionID string        `help:"Tells several sessions of this client apart." env:"CHANCERY_CLIENT_SESSION_ID"`
	User      string        `help:"Who works with the program, on a licence for users." env:"CHANCERY_CLIENT_USER"`
	Checkout  time.Duration `help:"Ask for a place that outlives the session period, such as 8h."`
}

// giveBackWithin is how long giving the session back may take after Ctrl-C.
const giveBackWithin = 10 * time.Second

// A machine that slept past the end of its session wakes up before its network does.
const (
	regainWithin = time.Minute
	regainPause  = 2 * time.Second
)

// Run opens a session, holds it, and gives it back.
func (c *SessionCmd) Run(io *IO) error {
	return c.with(func(licence *client.Client) error { return c.hold(io, licence) })
}

func (c *SessionCmd) hold(io *IO, licence *client.Client) error {
	running, stop := signal.NotifyContext(io.Context, syscall.SIGTERM) // what a service manager sends
	defer stop()
	open := func(ctx context.Context) (*client.Session, error) {
		return licence.OpenSession(ctx, client.SessionOptions{ID: c.SessionID, UserID: c.User, Checkout: c.Checkout})
	}
	session, err := open(running)
	if err != nil {
		return explain(err)
	}
	if err := c.say(io, "Session open until "+instant(session.Status().ValidUntil)+"; it is renewed in the background.", session); err != nil {
		return err
	}
	held := running
	if c.For > 0 {
		var done context.CancelFunc
		held, done = context.WithTimeout(held, c.For)
		defer done()
	}
	for over := false; !over; {
		select {
		case <-session.Done():
			if session, err = c.again(held, io, session.Err(), open); err != nil {
				return err
			}
		case <-held.Done():
			over = true
		}
	}
	closing, done := context.WithTimeout(context.WithoutCancel(io.Context), giveBackWithin)
	defer done()
	if err := session.Close(closing); err != nil {
		return explain(err)
	}
	return c.say(io, "Session closed.", session)
}

// again opens a session in the place of one that was lost for want of an answer, and
// says so; why is why it was lost.
func (c *SessionCmd) again(ctx context.Context, io *IO, why error, open opener) (*client.Session, error) {
	if !unanswered(why) {
		return nil, explain(why)
	}
	fmt.Fprintln(io.Stderr, "The session lapsed, and the server does not answer. Trying for a minute to open another one.")
	session, err := regain(ctx, open, regainWithin, regainPause)
	if err != nil {
		if unanswered(err) {
			err = why // which says more than the last attempt
		}
		return nil, explain(err)
	}
	return session, c.say(io, "Session open again until "+instant(session.Status().ValidUntil)+".", session)
}

type opener = func(ctx context.Context) (*client.Session, error)

// regain opens a session, for as long as there is no answer and there is time.
func regain(ctx context.Context, open opener, within, pause time.Duration) (*client.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		session, err := open(ctx)
		if err == nil || !unanswered(err) || ctx.Err() != nil {
			return session, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

// unanswered reports whether an error says that the server could not be asked, so
// that another attempt may do better.
func unanswered(err error) bool {
	var refused *client.RefusalError
	return !errors.As(err, &refused) && !errors.Is(err, client.ErrNotActivated) && !errors.Is(err, client.ErrClosed)
}

// say prints a line, or the session as JSON.
func (c *SessionCmd) say(io *IO, text string, session *client.Session) error {
	if !c.JSON {
		_, err := fmt.Fprintln(io.Stdout, text)
		return err
	}
	encoder := json.NewEncoder(io.Stdout)
	return encoder.Encode(struct {
		client.SessionStatus

		Open bool `json:"open"`
	}{session.Status(), session.Err() == nil})
}
