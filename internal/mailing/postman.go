package mailing

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Outgoing is a mail on its way.
type Outgoing struct {
	ID     ident.UUID // the same at every attempt: the message id
	Vendor string     // whose name it is sent in
	To     string
	Body   Body
	Stop   string // where a POST ends such mails (RFC 8058); empty for nowhere
	Logo   []byte // PNG; nil where the body has none
	At     time.Time
}

// Transport reaches an SMTP server.
type Transport interface {
	// Send returns once the server has taken the mail. ErrRefused means that it
	// never will; every other error is worth another try.
	Send(ctx context.Context, o Outgoing) error
}

// ErrRefused is in the chain of what a Transport fails with for good. Its text,
// as that of every error of Send, is shown in the log.
var ErrRefused = errors.New("refused for good")

// Claimed is a mail that this copy of the server has claimed.
type Claimed struct {
	Mail

	Vendor     ident.VendorID
	VendorName string
}

// Logos reads vendors' logos.
type Logos interface {
	// MailLogo gives a PNG; nil for none.
	MailLogo(ctx context.Context, v ident.VendorID) ([]byte, error)
}

// Queue is what the postman works off.
type Queue interface {
	// Due reports whether a mail's time has come.
	Due(ctx context.Context, now time.Time) (bool, error)

	// Claim takes up to limit mails whose time has come, the oldest first, and puts
	// their next attempt off until the instant given.
	Claim(t tx.Tx, limit int, until time.Time) ([]Claimed, error)

	// Settle writes an attempt down, unless the mail was claimed again meanwhile. What
	// is no longer queued loses what is sealed.
	Settle(t tx.Tx, c Claimed, state State, failure string, next time.Time) error
}

const (
	sendWithin = 30 * time.Second
	batch      = 10
	claimFor   = 10 * time.Minute // longer than a batch takes that always times out
	settleIn   = 10 * time.Second
)

// PostmanConfig is what a postman needs.
type PostmanConfig struct {
	Queue     Queue
	Transport Transport // nil without SMTP: mails are kept in the log
	Sealer    Sealer
	Logos     Logos // nil: mails go without
	Runner    tx.Runner
	Clock     ident.Clock
	Log       *slog.Logger
	Every     time.Duration // how often it looks for mail; a second when 0
}

// Postman sends what is queued. Every copy of the server has one.
type Postman struct {
	PostmanConfig

	rounds chan struct{} // holds one during a round, and while somebody has paused it
}

// NewPostman checks the configuration and makes a postman.
func NewPostman(c PostmanConfig) (*Postman, error) {
	if c.Queue == nil || c.Sealer == nil || c.Runner == nil || c.Clock == nil {
		return nil, errors.New("mailing: the postman's configuration is incomplete")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Every == 0 {
		c.Every = time.Second
	}
	return &Postman{PostmanConfig: c, rounds: make(chan struct{}, 1)}, nil
}

// Run sends until ctx ends.
func (p *Postman) Run(ctx context.Context) {
	tick := time.NewTicker(p.Every)
	defer tick.Stop()
	for {
		for more := true; more && ctx.Err() == nil; {
			resume, err := p.Pause(ctx)
			if err != nil {
				return
			}
			sent, err := p.round(ctx)
			resume()
			if more = sent == batch; err != nil && ctx.Err() == nil {
				p.Log.Warn("the mail queue could not be worked off; it is tried again", slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Pause keeps the postman from beginning by itself until resume is called, and waits
// until nothing is under way.
func (p *Postman) Pause(ctx context.Context) (resume func(), err error) {
	select {
	case p.rounds <- struct{}{}:
		return func() { <-p.rounds }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Deliver works off what is due, while the postman is paused, and tells how many mails that were.
func (p *Postman) Deliver(ctx context.Context) (total int, err error) {
	for sent := batch; sent == batch && err == nil; total += sent {
		sent, err = p.round(ctx)
	}
	return total, err
}

// round sends one batch, and tells how many mails are in it: there may be more after a full one.
func (p *Postman) round(ctx context.Context) (sent int, err error) {
	due, err := p.Queue.Due(ctx, p.Clock.Now())
	if err != nil || !due {
		return 0, err
	}
	var claimed []Claimed
	if err := p.Runner.Run(ctx, func(t tx.Tx) (err error) {
		claimed, err = p.Queue.Claim(t, batch, t.Now().Add(claimFor))
		return err
	}); err != nil {
		return 0, err
	}
	for i, c := range claimed {
		if err := ctx.Err(); err != nil {
			return i, err // the claim runs out
		}
		if err := p.deliver(ctx, c); err != nil {
			return i, err
		}
	}
	return len(claimed), nil
}

func (p *Postman) deliver(ctx context.Context, c Claimed) error {
	var failure error
	if p.Transport != nil {
		failure = p.send(ctx, c)
		if failure != nil && ctx.Err() != nil {
			return nil // cut off by the server's stop: the claim runs out
		}
	}
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleIn)
	defer cancel()
	return p.Runner.Run(settling, func(t tx.Tx) error {
		state, next := decide(c.Mail, p.Transport != nil, failure, t.Now())
		why := ""
		if failure != nil {
			why = failure.Error()
		}
		return p.Queue.Settle(t, c, state, why, next)
	})
}

func (p *Postman) send(ctx context.Context, c Claimed) error {
	body := c.Body
	if c.Sealed != nil {
		plain, err := p.Sealer.Open(Purpose(c.Vendor, c.UUID), c.Sealed)
		if err == nil {
			err = json.Unmarshal(plain, &body)
		}
		if err != nil {
			return errors.Join(errors.New("the sealed body does not open under this server's master key"), ErrRefused)
		}
	}
	within, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	o := Outgoing{ID: c.UUID, Vendor: c.VendorName, To: c.To, Body: body, Stop: c.StopLink, At: c.At}
	if p.Logos != nil && strings.Contains(body.HTML, LogoSource) {
		var err error
		if o.Logo, err = p.Logos.MailLogo(within, c.Vendor); err != nil {
			return err
		}
	}
	return p.Transport.Send(within, o)
}

// decide tells how a mail goes on after an attempt.
func decide(m Mail, sends bool, failure error, now time.Time) (State, time.Time) {
	switch {
	case !sends:
		return Kept, now
	case failure == nil:
		return Sent, now
	case errors.Is(failure, ErrRefused), !now.Before(m.GiveUpAt):
		return Failed, now
	}
	next := now.Add(pause(m.Attempts))
	if next.After(m.GiveUpAt) {
		next = m.GiveUpAt
	}
	return Queued, next
}

// pause doubles from 10 s to an hour.
func pause(attempts int) time.Duration {
	const first, longest = 10 * time.Second, time.Hour
	if n := max(attempts-1, 0); n < 9 {
		return min(first<<n, longest)
	}
	return longest
}
