package client_test

import (
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
)

func floating(t *testing.T, seats int) *bundle {
	t.Helper()
	b := activated(t)
	b.server.Floating(seats)
	return b
}

func (b *bundle) open(t *testing.T, o client.SessionOptions) *client.Session {
	t.Helper()
	s, err := b.client.OpenSession(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b.server.AwaitPause(1)
	return s
}

func gone(b *bundle) {
	b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
}

func TestASessionIsHeldAndGivenBack(t *testing.T) {
	t.Parallel()
	b := floating(t, 1)
	s := b.open(t, client.SessionOptions{})
	opened := s.Status()
	for range 60 { // three hours in steps of less than a third of the period
		b.server.Advance(3 * time.Minute)
		b.server.AwaitPause(1)
		if b.server.Sessions() != 1 || s.Err() != nil {
			t.Fatalf("after %v: %d open, %v", b.server.Now(), b.server.Sessions(), s.Err())
		}
	}
	if now := s.Status(); !now.Created.Equal(opened.Created) || !now.ValidUntil.After(opened.ValidUntil) || now.MaxOpen != 1 {
		t.Errorf("%+v after %+v", now, opened)
	}
	if b.server.TakeSession("another") {
		t.Error("two hold the one place")
	}
	for range 2 {
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	<-s.Done()
	if !errors.Is(s.Err(), client.ErrSessionClosed) || b.server.Sessions() != 0 || !b.server.TakeSession("another") {
		t.Errorf("%v, %d open", s.Err(), b.server.Sessions())
	}
	_, err := b.client.OpenSession(t.Context(), client.SessionOptions{})
	var refused *client.RefusalError
	if !errors.As(err, &refused) || refused.ID != client.RefusalNoSession {
		t.Errorf("got %v", err)
	}
}

func TestAnOutageIsOutlived(t *testing.T) {
	t.Parallel()
	b := floating(t, 1)
	s := b.open(t, client.SessionOptions{})
	b.server.Advance(5 * time.Minute)
	b.server.AwaitPause(1)
	gone(b)
	b.server.Advance(5 * time.Minute)
	b.server.AwaitPause(1)
	if s.Err() != nil {
		t.Fatalf("lost while its time was not over: %v", s.Err())
	}
	b.server.Intercept(nil)
	b.server.Advance(2 * time.Minute)
	b.server.AwaitPause(1)
	b.server.Advance(5 * time.Minute)
	b.server.AwaitPause(1)
	if s.Err() != nil || b.server.Sessions() != 1 {
		t.Errorf("%v, %d open", s.Err(), b.server.Sessions())
	}
}

// The vendor has replaced the keys, and a heartbeat brings the new one.
func TestASessionOutlivesANewKey(t *testing.T) {
	t.Parallel()
	b := floating(t, 1)
	s := b.open(t, client.SessionOptions{})
	b.server.Refuse("open", &client.RefusalError{ID: client.RefusalKeyReplaced, Message: "Replaced."})
	b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/heartbeats") {
			b.server.Refuse("open", nil)
		}
		answer.ServeHTTP(w, r)
	})
	b.server.Advance(5 * time.Minute)
	b.server.AwaitPause(1)
	if s.Err() != nil || b.server.Sessions() != 1 {
		t.Errorf("%v, %d open", s.Err(), b.server.Sessions())
	}
}

func TestASessionIsLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, b *bundle)
		cause error
		id    int
	}{
		"no answer until it lapsed": {func(_ *testing.T, b *bundle) { gone(b) }, client.ErrUnreachable, 0},
		"answers of somebody else": {func(_ *testing.T, b *bundle) {
			b.server.Intercept(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { _, _ = w.Write([]byte(`{}`)) })
		}, nil, 0},
		"refused": {func(_ *testing.T, b *bundle) {
			b.server.Refuse("open", &client.RefusalError{ID: client.RefusalSuspended, Message: "No."})
		}, nil, client.RefusalSuspended},
		"released by staff": {func(_ *testing.T, b *bundle) { b.server.Forget() }, nil, client.RefusalTokenFree},
		"deactivated": {func(t *testing.T, b *bundle) {
			t.Helper()
			if err := b.client.Deactivate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, client.ErrNotActivated, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := floating(t, 1)
			s := b.open(t, client.SessionOptions{})
			c.spoil(t, b)
			b.server.Advance(5 * time.Minute)
			for outage := c.id == 0 && !errors.Is(c.cause, client.ErrNotActivated); outage; {
				b.server.Advance(10 * time.Second)
				select {
				case <-s.Done():
					outage = false
				default:
					runtime.Gosched()
				}
			}
			<-s.Done()
			var refused *client.RefusalError
			if err := s.Err(); !errors.Is(err, client.ErrSessionLost) || c.cause != nil && !errors.Is(err, c.cause) ||
				c.id != 0 && (!errors.As(err, &refused) || refused.ID != c.id) {
				t.Errorf("got %v", err)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Errorf("closing a lost one: %v", err)
			}
		})
	}
}

func TestSessionsEndWithTheirClient(t *testing.T) {
	t.Parallel()
	b := floating(t, 3)
	one := b.open(t, client.SessionOptions{ID: "1"})
	two, err := b.client.OpenSession(t.Context(), client.SessionOptions{ID: "2", Checkout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	b.server.AwaitPause(2)
	if two.Status().ValidUntil.Sub(b.server.Now()) != time.Hour || b.server.Sessions() != 2 {
		t.Errorf("%+v, %d open", two.Status(), b.server.Sessions())
	}
	if err := b.client.Close(); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*client.Session{one, two} {
		<-s.Done()
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	b.server.AwaitPause(0)
	if b.server.Sessions() != 0 {
		t.Errorf("%d open", b.server.Sessions())
	}
	if _, err := b.client.OpenSession(t.Context(), client.SessionOptions{}); !errors.Is(err, client.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestASessionNeedsAnActivation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.client.OpenSession(t.Context(), client.SessionOptions{}); !errors.Is(err, client.ErrNotActivated) {
		t.Errorf("got %v", err)
	}
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	_, err := b.client.OpenSession(t.Context(), client.SessionOptions{})
	var refused *client.RefusalError
	if !errors.As(err, &refused) || refused.ID != client.RefusalNamedLicense {
		t.Errorf("got %v", err)
	}
}

// A machine that slept takes a place again when it wakes up, if there is one.
func TestASessionAfterSleep(t *testing.T) {
	t.Parallel()
	b := floating(t, 1)
	s := b.open(t, client.SessionOptions{})
	before := s.Status()
	b.server.Advance(8 * time.Hour)
	b.server.AwaitPause(1)
	if now := s.Status(); s.Err() != nil || !now.Created.After(before.Created) {
		t.Errorf("%v, %+v after %+v", s.Err(), now, before)
	}
}
