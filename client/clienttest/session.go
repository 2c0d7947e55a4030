package clienttest

import (
	"context"
	"net/http"
	"time"

	"chancery/client"
)

// Floating makes the licence a floating one with so many sessions at once, each of
// ten minutes.
func (s *Server) Floating(sessions int) {
	s.Change(func(l *client.LicenseInfo) {
		l.ProvisioningMode, l.FloatingTokenLimit, l.SessionPeriod = 1, &sessions, 10
	})
}

// Sessions is how many sessions are open now.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lapse()
	return len(s.sessions)
}

// TakeSession is another client opening a session; false when none is left.
func (s *Server) TakeSession(clientID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, _ := s.open(sessionKey{clientID, ""}, 0)
	return status == http.StatusOK
}

type sessionKey struct{ client, session string }

type lease struct{ opened, until time.Time }

func (s *Server) openSession(request asked) (int, any) {
	holder, ok := s.tokens[request.LicenseID]
	switch {
	case !ok && request.LicenseID != LicenseKey:
		return http.StatusConflict, refuse(client.RefusalTokenFree)
	case ok && holder != request.ClientID:
		return http.StatusConflict, refuse(client.RefusalOtherToken)
	case s.license.ProvisioningMode != 1:
		return http.StatusConflict, refuse(client.RefusalNamedLicense)
	}
	return s.open(sessionKey{request.ClientID, request.SessionID}, time.Duration(request.CheckoutPeriod)*time.Minute)
}

func (s *Server) open(key sessionKey, checkout time.Duration) (int, any) {
	s.lapse()
	limit := 0
	if s.license.FloatingTokenLimit != nil {
		limit = *s.license.FloatingTokenLimit
	}
	l, held := s.sessions[key]
	if !held && len(s.sessions) >= limit {
		return http.StatusConflict, refuse(client.RefusalNoSession)
	}
	if !held {
		l.opened = s.now
	}
	l.until = s.now.Add(max(time.Duration(s.license.SessionPeriod)*time.Minute, checkout))
	s.sessions[key] = l
	return http.StatusOK, client.SessionStatus{
		IsValid: true, ValidUntil: l.until, Created: l.opened, Modified: s.now, MaxOpen: limit, MaxActive: limit,
	}
}

func (s *Server) lapse() {
	for key, l := range s.sessions {
		if !s.now.Before(l.until) {
			delete(s.sessions, key)
		}
	}
}

// pause is a session waiting for its next renewal.
type pause struct {
	until time.Time
	over  chan struct{}
}

// Pause is client.Config.Pause on the server's clock: it ends when Advance has
// moved the clock so far.
func (s *Server) Pause(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	p := &pause{s.now.Add(d), make(chan struct{})}
	s.pausing[p] = struct{}{}
	s.wake()
	s.mu.Unlock()
	select {
	case <-p.over:
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.pausing, p)
		return ctx.Err()
	}
}

// AwaitPause waits until n sessions wait for their next renewal: all that Advance
// has set off is done.
func (s *Server) AwaitPause(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pausing) != n {
		s.paused.Wait()
	}
}

func (s *Server) wake() {
	for p := range s.pausing {
		if !s.now.Before(p.until) {
			delete(s.pausing, p)
			close(p.over)
		}
	}
	s.paused.Broadcast()
}
