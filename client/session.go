package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// SessionOptions is what a session may be asked for beside its place. The zero
// value is a client's one session.
type SessionOptions struct {
	// ID tells several sessions of one client apart, such as two windows that count
	// as two. Empty: the client's one session, which a restart after a crash takes up again.
	ID string
	// UserID is who works with the program; needed on a licence for users.
	UserID string
	// Checkout asks for a place that outlives the session period, for work without a
	// network; whole minutes, as many as the licence allows.
	Checkout time.Duration
}

// What ends a session beside *RefusalError. Test with errors.Is.
var (
	// ErrSessionLost: the place could not be renewed before it lapsed, or the server
	// gave it away; the cause is wrapped.
	ErrSessionLost = errors.New("the session was lost")
	// ErrSessionClosed: Close was called.
	ErrSessionClosed = errors.New("the session is closed")
)

// A Session is a place of a floating licence, held until Close. It is renewed in
// the background: at about half of its period, sooner again after a failure, until
// the server says no or the place has lapsed.
type Session struct {
	client *Client
	asked  sessionCall
	cancel context.CancelFunc
	done   chan struct{} // closed when the session is not held any more
	idle   chan struct{} // closed when nothing runs in the background any more

	mu     sync.Mutex
	status SessionStatus
	until  time.Time // on this machine's clock
	err    error
}

// SessionStatus is what the server last said of a session. Times are the server's.
type SessionStatus struct {
	IsValid    bool      `json:"is_session_valid"`
	ValidUntil time.Time `json:"session_valid_until"`
	Created    time.Time `json:"session_created_date"`
	Modified   time.Time `json:"session_modified_date"`
	MaxOpen    int       `json:"max_open_session_count"`  // of the whole licence
	MaxActive  int       `json:"max_active_client_count"` // clients that can have one at once
	IsOveruse  bool      `json:"is_overuse"`              // above the limit, which is not enforced
}

type sessionCall struct {
	License  string `json:"license_id"`
	ClientID string `json:"client_id"`
	ID       string `json:"session_id,omitempty"`
	UserID   string `json:"user_id,omitempty"`
	Checkout int    `json:"checkout_period,omitempty"`
}

// OpenSession takes a place of the floating licence that this client is activated
// with, and holds it until Close. A *RefusalError with RefusalNoSession means that
// all are taken. ctx is for this call only.
//
// A program that goes on after Done must treat itself as unlicensed.
func (c *Client) OpenSession(ctx context.Context, o SessionOptions) (*Session, error) {
	s := &Session{client: c, done: make(chan struct{}), idle: make(chan struct{})}
	s.asked = sessionCall{ClientID: c.id, ID: o.ID, UserID: o.UserID, Checkout: int(o.Checkout / time.Minute)}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	var held context.Context
	held, s.cancel = context.WithCancel(context.Background())
	if !c.hold(s) { // closed meanwhile: the place lapses by itself
		s.cancel()
		return nil, ErrClosed
	}
	go s.keep(held)
	return s, nil
}

// Done is closed when the session is not held any more: lost, or closed.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err says why: nil while the session is held, ErrSessionClosed after Close, else
// an error that wraps ErrSessionLost and its cause.
func (s *Session) Err() error { s.mu.Lock(); defer s.mu.Unlock(); return s.err }

// Status is what the server last said.
func (s *Session) Status() SessionStatus { s.mu.Lock(); defer s.mu.Unlock(); return s.status }

// Close gives the place back and waits until nothing runs in the background. An
// error means that the server could not be told: the place lapses by itself.
// Closing a session that is lost or closed does nothing.
func (s *Session) Close(ctx context.Context) error {
	held := s.end(ErrSessionClosed)
	s.cancel()
	<-s.idle
	s.client.letGo(s)
	if !held {
		return nil
	}
	return s.giveBack(ctx)
}

func (s *Session) giveBack(ctx context.Context) error {
	ctx, done, err := s.client.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	h := s.client.snapshot()
	if h.key == nil || h.answer == nil {
		return nil // deactivated: the server has ended it
	}
	call := s.asked
	call.License = h.answer.license.TokenKey
	a, err := s.client.call(ctx, "provisioning/session/close", call, h.key)
	if err != nil {
		return err
	}
	return a.isSentence()
}

// end notes why the session is over; it reports false when that was known.
func (s *Session) end(why error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return false
	}
	s.err = why
	close(s.done)
	return true
}

// open is renew for a client whose token key may have been replaced: its heartbeat is
// answered the new one.
func (s *Session) open(ctx context.Context) error {
	err := s.renew(ctx)
	if refused, is := errors.AsType[*RefusalError](err); !is || refused.ID != RefusalKeyReplaced {
		return err
	}
	if _, err := s.client.Heartbeat(ctx); err != nil {
		return err
	}
	return s.renew(ctx)
}

// renew opens the session, or opens it again. The token key is presented, not the
// license key: a client that was released must not get a place by renewing.
func (s *Session) renew(ctx context.Context) error {
	c := s.client
	ctx, done, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	h := c.snapshot()
	if h.key == nil || h.answer == nil {
		return errors.Join(ErrNotActivated, h.damage)
	}
	call := s.asked
	call.License = h.answer.license.TokenKey
	asked := c.cfg.Now()
	a, err := c.call(ctx, "provisioning/session/open", call, h.key)
	if err != nil {
		return err
	}
	var status SessionStatus
	if err := json.Unmarshal(a.body, &status); err != nil || !status.IsValid || status.ValidUntil.IsZero() {
		return fmt.Errorf("client: an answer that is no session: %w", errors.Join(err, ErrForeignAnswer))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The server's clock tells how long, this machine's until when; counted from
	// before the call, so that a slow answer shortens it.
	s.status, s.until = status, asked.Add(status.ValidUntil.Sub(a.IssuedAt))
	return nil
}

const (
	renewShare  = 0.5  // of what is left, less up to renewJitter
	renewJitter = 0.2  // so that the clients of one site do not all call at once
	retryShare  = 0.15 // of what is left after a failure
	soonest     = time.Second
	lastTry     = 5 * time.Second // for the call that comes when the place has lapsed
)

// keep renews until the session is over.
func (s *Session) keep(ctx context.Context) {
	defer close(s.idle)
	share := renewShare
	for {
		left := s.left()
		pause := time.Duration(float64(left) * share * (1 - renewJitter*rand.Float64())) //nolint:gosec // jitter
		if s.client.cfg.Pause(ctx, min(max(pause, soonest), max(left, 0))) != nil {
			return // closed
		}
		// Also when the time is over, as on a machine that woke up: there may be room.
		call, cancel := context.WithTimeout(ctx, max(s.left(), lastTry))
		err := s.open(call)
		cancel()
		var refused *RefusalError
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			share = renewShare
		case errors.As(err, &refused), errors.Is(err, ErrNotActivated), errors.Is(err, ErrClosed), s.left() <= 0:
			s.end(fmt.Errorf("%w: %w", ErrSessionLost, err))
			return
		default: // no answer: the place is ours until it lapses
			share = retryShare
		}
	}
}

func (s *Session) left() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until.Sub(s.client.cfg.Now())
}
