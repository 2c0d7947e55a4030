package edge_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
)

// listening is an edge on a port, with room for so many bodies from this machine.
func listening(t *testing.T, all int, from map[budget.Width]int) (bodies *edge.Bodies, address string) {
	t.Helper()
	bodies, err := edge.NewBodies(all, from)
	if err != nil {
		t.Fatal(err)
	}
	b := setup(t, func(c *edge.Config) { c.Bodies = bodies })
	s := &edge.Surface{Name: "s"}
	b.mount(t,
		edge.Route{Surface: s, Method: "POST", Path: "/form", Public: "a test", BodyLimit: 16 << 10, Handler: func(w http.ResponseWriter, r *http.Request) error {
			if err := r.ParseForm(); err != nil {
				return err
			}
			return edge.WriteJSON(w, http.StatusOK, len(r.PostForm.Get("a")))
		}},
		edge.Route{Surface: s, Method: "POST", Path: "/upload", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			body, err := edge.ReadBody(r)
			if err != nil {
				return err
			}
			return edge.WriteJSON(w, http.StatusOK, len(body))
		}},
		edge.Route{Surface: s, Method: "GET", Path: "/asked", Public: "a test", Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, err := edge.ReadBody(r)
			if err != nil {
				return err
			}
			return ok(w, r)
		}})
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return bodies, strings.TrimPrefix(server.URL, "http://")
}

// begin sends the head of a request that announces a body, and so much of the body.
func begin(t *testing.T, address, head string, announced int, sent string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, err = fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", head, announced, sent)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer reads what a connection is answered.
func answer(t *testing.T, c net.Conn) (status int, body string) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// The attack: connections that announce a megabyte each and send nothing. No memory is
// set aside for what was announced, so many are on their way as there is room for, the
// others are cut off, and who sends its body is answered in between.
func TestAnnouncedBodies(t *testing.T) {
	t.Parallel()
	const attackers, room = 600, 32
	for head, announced := range map[string]int{"POST /upload": 1 << 20, "POST /form": 16 << 10, "GET /asked": 1 << 20} {
		t.Run(head, func(t *testing.T) {
			t.Parallel()
			bodies, address := listening(t, 64, map[budget.Width]int{budget.Host: room})
			statuses := make(chan string, attackers)
			for i := range attackers {
				c := begin(t, address, head, announced, "")
				go func() {
					if res, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
						statuses <- res.Status
						_ = res.Body.Close()
					}
				}()
				if i%50 == 0 {
					if status, body := answer(t, begin(t, address, "POST /form", 3, "a=7")); status != http.StatusOK || body != "1\n" {
						t.Fatalf("meanwhile: %d %s", status, body)
					}
				}
			}
			for range attackers - room {
				if status := <-statuses; status != "503 Service Unavailable" {
					t.Fatalf("one too many was answered %s", status)
				}
			}
			if n, cutOff := bodies.Figures(); n > room || cutOff < attackers-room {
				t.Errorf("%d on their way, %d cut off", n, cutOff)
			}
		})
	}
}

// Memory follows what has arrived: this is what the code sets aside for a body of
// which nothing comes.
func TestNoMemoryForWhatWasAnnounced(t *testing.T) {
	b := setup(t)
	b.mount(t, edge.Route{Surface: &edge.Surface{Name: "s"}, Method: "POST", Path: "/x", Public: "a test", Handler: ok})
	const bodies = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range bodies {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/x", strings.NewReader(""))
		r.ContentLength = 1 << 20
		b.ServeHTTP(httptest.NewRecorder(), r)
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / bodies; each > 64<<10 {
		t.Errorf("%d bytes for each body of which nothing came", each)
	}
}

// Those from elsewhere are cut off only when there is no room in all.
func TestOneNetworkCrowdsOutItself(t *testing.T) {
	t.Parallel()
	bodies, err := edge.NewBodies(8, map[budget.Width]int{budget.Host: 2, budget.Block: 4})
	if err != nil {
		t.Fatal(err)
	}
	b := setup(t, func(c *edge.Config) { c.Bodies = bodies })
	b.mount(t, edge.Route{Surface: &edge.Surface{Name: "s"}, Method: "POST", Path: "/x", Public: "a test", Handler: ok})
	send := func(from string) (stop func()) {
		r, w := io.Pipe()
		request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/x", r)
		request.RemoteAddr = from + ":1"
		began, done := make(chan struct{}), make(chan struct{})
		go func() { defer close(done); b.ServeHTTP(httptest.NewRecorder(), request) }()
		go func() { _, _ = w.Write([]byte("x")); close(began) }()
		<-began // it is on its way
		return func() { _ = w.Close(); <-done }
	}
	stops := make([]func(), 0, 16)
	for _, step := range []struct {
		from           string
		underWay, cuts int
	}{
		{"192.0.2.1", 1, 0},
		{"192.0.2.1", 2, 0},
		{"192.0.2.1", 2, 1}, // more than an address may have
		{"192.0.2.2", 3, 1},
		{"192.0.2.3", 4, 1},
		{"192.0.2.4", 4, 2}, // more than a block may have
		{"198.51.100.1", 5, 2},
		{"198.51.100.1", 6, 2},
		{"203.0.113.1", 7, 2},
		{"203.0.113.2", 8, 2},
		{"203.0.113.3", 8, 3}, // more than there is room for
	} {
		stops = append(stops, send(step.from))
		if n, cut := bodies.Figures(); n != step.underWay || int(cut) != step.cuts {
			t.Errorf("after %s: %d on their way, %d cut off, want %d and %d", step.from, n, cut, step.underWay, step.cuts)
		}
	}
	for _, stop := range stops {
		stop()
	}
	if n, _ := bodies.Figures(); n != 0 {
		t.Errorf("%d are left", n)
	}
}

// cutting is a connection whose deadline ends what is read from it.
type cutting struct {
	*httptest.ResponseRecorder

	body *io.PipeReader
}

// SetReadDeadline is what http.ResponseController calls.
func (c cutting) SetReadDeadline(time.Time) error {
	return c.body.CloseWithError(os.ErrDeadlineExceeded)
}

// Who begins a body and does not end it is told that this takes too long.
func TestABodyHasAnEnd(t *testing.T) {
	t.Parallel()
	for limit, within := range map[int64]time.Duration{16 << 10: 10 * time.Second, 1 << 20: 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			b := setup(t)
			b.mount(t, edge.Route{Surface: &edge.Surface{Name: "s"}, Method: "POST", Path: "/x", Public: "a test", BodyLimit: limit, Handler: ok})
			body, sender := io.Pipe()
			defer func() { _ = sender.Close() }()
			go func() { _, _ = sender.Write([]byte("x")) }()
			began := time.Now()
			w := cutting{httptest.NewRecorder(), body}
			b.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", body))
			if p := problem(t, w.ResponseRecorder); w.Code != http.StatusRequestTimeout || p.Code != "body_too_slow" || w.Header().Get("Connection") != "close" {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if took := time.Since(began); took != within {
				t.Errorf("after %v, want %v", took, within)
			}
		})
	}
}
