package edge_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chancery/internal/edge"
)

// crowded is an edge with room for one request and one that waits. The handler
// of /slow answers when told to.
func crowded(t *testing.T) (b bundle, gate *edge.Gate, answer chan struct{}) {
	t.Helper()
	gate, err := edge.NewGate(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	answer = make(chan struct{})
	b = setup(t, func(c *edge.Config) { c.Gate = gate })
	s := &edge.Surface{Name: "s"}
	b.mount(t,
		edge.Route{Surface: s, Method: "POST", Path: "/slow", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			<-answer
			return ok(w, r)
		}},
		edge.Route{Surface: s, Method: "POST", Path: "/x", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := edge.ReadBody(r); err != nil {
				return err
			}
			return ok(w, r)
		}},
		edge.Route{Surface: s, Method: "GET", Path: "/light", Public: "a test", Light: true, Handler: ok})
	return b, gate, answer
}

// send sends a request in the background; the answer's status comes when there is one.
func (b bundle) send(target string, body io.Reader) chan *httptest.ResponseRecorder {
	done := make(chan *httptest.ResponseRecorder, 1)
	go func() {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(http.MethodPost, target, body)) //nolint:noctx // of a test
		done <- w
	}()
	return done
}

func TestMoreRequestsThanTheServerCanBear(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, gate, answer := crowded(t)
		first := b.send("/slow", strings.NewReader("{}"))
		synctest.Wait()
		second := b.send("/slow", nil)
		synctest.Wait()
		if working, waiting, refused := gate.Figures(); working != 1 || waiting != 1 || refused != 0 {
			t.Errorf("%d in flight, %d waiting, %d refused", working, waiting, refused)
		}
		w := b.do("POST", "/x", "")
		if p := problem(t, w); w.Code != 503 || p.Code != "overloaded" || w.Header().Get("Retry-After") != "2" || p.Help == "" {
			t.Errorf("with the queue full: %d %s", w.Code, w.Body)
		}
		if w := b.do("GET", "/light", ""); w.Code != 200 {
			t.Errorf("what needs no place got %d", w.Code)
		}
		answer <- struct{}{}
		if w := <-first; w.Code != 200 {
			t.Errorf("the first got %d", w.Code)
		}
		answer <- struct{}{}
		if w := <-second; w.Code != 200 {
			t.Errorf("the one that waited got %d", w.Code)
		}
		if w := b.do("POST", "/x", ""); w.Code != 200 {
			t.Errorf("afterwards: %d", w.Code)
		}
		if working, waiting, refused := gate.Figures(); working != 0 || waiting != 0 || refused != 1 {
			t.Errorf("%d in flight, %d waiting, %d refused", working, waiting, refused)
		}
	})
}

// Nobody waits until he has given up himself.
func TestWaitingHasAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _, answer := crowded(t)
		first := b.send("/slow", nil)
		synctest.Wait()
		began := time.Now()
		if w := <-b.send("/x", nil); w.Code != 503 || time.Since(began) > 3*time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(began))
		}
		close(answer)
		<-first
	})
}

// The attack: bodies that never arrive in full must not take the places of those
// that do.
func TestSlowSendersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _, _ := crowded(t)
		var slow [5]chan *httptest.ResponseRecorder
		var pipes [5]*io.PipeWriter
		for i := range slow {
			body, sender := io.Pipe()
			slow[i], pipes[i] = b.send("/x", body), sender
		}
		synctest.Wait()
		if w := b.do("POST", "/x", "{}"); w.Code != 200 {
			t.Errorf("beside slow senders: %d %s", w.Code, w.Body)
		}
		for i, p := range pipes {
			_ = p.CloseWithError(io.ErrUnexpectedEOF)
			if w := <-slow[i]; w.Code != 400 {
				t.Errorf("a body that did not arrive: %d %s", w.Code, w.Body)
			}
		}
	})
}

// A handler that panics gives its place back.
func TestAPanicGivesItsPlaceBack(t *testing.T) {
	t.Parallel()
	gate, err := edge.NewGate(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	b := setup(t, func(c *edge.Config) { c.Gate = gate })
	b.mount(t, edge.Route{Surface: &edge.Surface{Name: "s"}, Method: "GET", Path: "/x", Public: "a test", Handler: func(http.ResponseWriter, *http.Request) error {
		panic("x")
	}})
	for range 3 {
		if w := b.do("GET", "/x", ""); w.Code != 500 {
			t.Errorf("got %d", w.Code)
		}
	}
}
