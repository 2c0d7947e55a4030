package edge_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"chancery/internal/edge"
)

// hangingUp is an edge whose every handler finds that its caller is gone.
func hangingUp(t *testing.T) bundle {
	t.Helper()
	b := setup(t)
	s := &edge.Surface{Name: "s"}
	b.mount(t,
		edge.Route{Surface: s, Method: "POST", Path: "/read", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := edge.ReadBody(r); err != nil {
				return err
			}
			return ok(w, r)
		}},
		edge.Route{Surface: s, Method: "POST", Path: "/form", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			if err := r.ParseForm(); err != nil {
				return err
			}
			return ok(w, r)
		}},
		edge.Route{Surface: s, Method: "GET", Path: "/ask", Public: "a test", Handler: func(_ http.ResponseWriter, r *http.Request) error {
			return r.Context().Err()
		}},
		edge.Route{Surface: s, Method: "GET", Path: "/half", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, _ = w.Write([]byte("half"))
			return r.Context().Err()
		}})
	return b
}

// A caller who hangs up is logged as one, and never as a fault of the server.
func TestCallersWhoHangUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path string
		body         io.Reader
		gone         bool
		status       int
		code         string
	}{
		"in the middle of a body": {"POST", "/read", io.MultiReader(strings.NewReader(`{"a`), iotest.ErrReader(io.ErrUnexpectedEOF)), false, 400, "body_unreadable"},
		"in the middle of a form": {"POST", "/form", io.MultiReader(strings.NewReader(`a=`), iotest.ErrReader(io.ErrUnexpectedEOF)), false, 400, "body_unreadable"},
		"before the answer":       {"GET", "/ask", nil, true, 499, "caller_gone"},
		"in the middle of it":     {"GET", "/half", nil, true, 200, "caller_gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := hangingUp(t)
			ctx, hangUp := context.WithCancel(t.Context())
			if test.gone {
				hangUp()
			}
			defer hangUp()
			w := httptest.NewRecorder()
			func() {
				defer func() { _ = recover() }() // an answer that is torn
				b.ServeHTTP(w, httptest.NewRequestWithContext(ctx, test.method, test.path, test.body))
			}()
			if w.Code != test.status {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			log := b.log.String()
			if strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") || !strings.Contains(log, "code="+test.code) {
				t.Errorf("the log: %s", log)
			}
		})
	}
}
