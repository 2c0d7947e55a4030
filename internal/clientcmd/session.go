package clientcmd

import (
	"context"
	"encoding/json"
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

// Run opens a session, holds it, and gives it back.
func (c *SessionCmd) Run(io *IO) error {
	licence, err := c.open()
	if err != nil {
		return err
	}
	defer func() { _ = licence.Close() }()                             // it never fails
	running, stop := signal.NotifyContext(io.Context, syscall.SIGTERM) // what a service manager sends
	defer stop()
	session, err := licence.OpenSession(running, client.SessionOptions{ID: c.SessionID, UserID: c.User, Checkout: c.Checkout})
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
	select {
	case <-session.Done():
		return explain(session.Err())
	case <-held.Done():
	}
	closing, done := context.WithTimeout(context.WithoutCancel(io.Context), giveBackWithin)
	defer done()
	if err := session.Close(closing); err != nil {
		return explain(err)
	}
	return c.say(io, "Session closed.", session)
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
