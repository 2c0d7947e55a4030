package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"chancery/client"
	"chancery/client/clienttest"
)

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		retryAfter string
		calls      int           // that arrive when the first attempt fails so
		waited     time.Duration // between them
	}{
		"overloaded":           {429, "7", 2, 7 * time.Second},
		"unavailable":          {503, "", 2, time.Second},
		"at a time":            {503, "Sun, 01 Mar 2026 12:00:20 GMT", 2, 20 * time.Second},
		"longer than we wait":  {503, "3600", 1, 0},
		"no pause":             {500, "0", 2, time.Second},
		"nonsense":             {500, "soon", 2, time.Second},
		"wrong request":        {400, "1", 1, 0},
		"not signed in":        {401, "", 1, 0},
		"not found":            {404, "", 1, 0},
		"forged refusal":       {409, "", 1, 0},
		"redirected elsewhere": {307, "", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			var waited time.Duration
			b.config.Wait = func(_ context.Context, d time.Duration) error { waited += d; return nil }
			b.restart(t)
			failed := false
			b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
				if failed {
					answer.ServeHTTP(w, r)
					return
				}
				failed = true
				w.Header()["Date"] = nil
				w.Header().Set("Location", "https://example.com/")
				if c.retryAfter != "" {
					w.Header().Set("Retry-After", c.retryAfter)
				}
				w.WriteHeader(c.status)
			})
			_, err := b.client.Activate(t.Context(), clienttest.LicenseKey)
			if (err == nil) != (c.calls == 2) {
				t.Errorf("got %v", err)
			}
			if n := len(b.server.Requests()); n != c.calls || waited != c.waited {
				t.Errorf("%d calls after %s, want %d after %s", n, waited, c.calls, c.waited)
			}
		})
	}
}

func TestOnlyOneRetry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.Intercept(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err == nil {
		t.Error("no error")
	}
	if n := len(b.server.Requests()); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// An answer that is lost after the server has acted: repeating it is harmless.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lose := func() {
		lost := false
		b.server.Intercept(func(w http.ResponseWriter, r *http.Request, answer http.Handler) {
			if lost {
				answer.ServeHTTP(w, r)
				return
			}
			lost = true
			answer.ServeHTTP(discard{http.Header{}}, r)
			panic(http.ErrAbortHandler)
		})
	}
	lose()
	if _, err := b.client.Activate(t.Context(), clienttest.LicenseKey); err != nil {
		t.Fatal(err)
	}
	lose()
	if _, err := b.client.Heartbeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	lose()
	if err := b.client.Deactivate(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, b.client.Status(), client.StateNotActivated)
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	b := activated(t)
	b.server.Intercept(func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) })
	s, err := b.client.Heartbeat(t.Context())
	if !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	wantState(t, s, client.StateValid)
}

func TestServerErrorsAreTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.ProvisioningKey = "wrong"
	b.restart(t)
	_, err := b.client.Activate(t.Context(), clienttest.LicenseKey)
	var failed *client.ServerError
	if !errors.As(err, &failed) || failed.Status != 403 || failed.Title == "" {
		t.Errorf("got %v", err)
	}
	if strings.Contains(err.Error(), clienttest.LicenseKey) {
		t.Error("the license key is in the error")
	}
}
