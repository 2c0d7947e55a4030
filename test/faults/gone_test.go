package faults_test

import (
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"chancery/internal/server/servertest"
)

// The database goes away under load, by a cut line or by one on which nothing
// comes through any more, and comes back: calls are turned away with a time to
// come back, /readyz says so, and the server goes on by itself. What a call did
// whose answer was lost on the way from the database shows when it is repeated.
func TestDatabaseGoneUnderLoad(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*line){"cut": (*line).cut}
	if soak() > 0 {
		ways["silent"] = (*line).silence // until every call has run out of time: a minute
	}
	for name, wayOfGoing := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storage := servertest.Postgres(t)
			direct := newProgram(t, storage)
			between, err := url.Parse(storage.URL)
			if err != nil {
				t.Fatal(err)
			}
			l := newLine(t, between.Host)
			between.Host = l.address()
			storage.URL = between.String()
			server := newProgram(t, storage).serve()
			s := newSite(t, direct, server.url, "Acme")
			for range min(rounds(1), 5) {
				answers, end := s.load(server.url)
				some(answers, 50)
				wayOfGoing(l)
				away := turnedAway(t, s, server)
				end()
				if away.header.Get("Retry-After") == "" || strings.Contains(string(away.data), "postgres") {
					t.Errorf("turned away with %v %s", away.header, away.data)
				}
				if got := s.do(server.url, request{method: "GET", path: "/healthz"}); got.status != 200 {
					t.Errorf("healthz: %d %s", got.status, got.data)
				}
				if got := s.do(server.url, request{method: "GET", path: "/readyz"}); got.status != 503 || got.header.Get("Retry-After") == "" {
					t.Errorf("readyz: %d %s", got.status, got.data)
				}
				l.mend()
				ready(t, s, server)
				s.check(server.url)
			}
			s.checkCount(server.url)
			if err := server.stop(); err != nil {
				t.Errorf("stop: %v\n%s", err, server.said())
			}
			direct.verify()
		})
	}
}

// turnedAway calls until the server answers that it can't, and gives that answer.
func turnedAway(t *testing.T, s *site, server *running) reply {
	t.Helper()
	var got reply
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); {
		if got = s.do(server.url, request{method: "GET", path: "/api/v1/customers", staff: true}); got.status == 503 {
			return got
		}
	}
	t.Fatalf("no call is turned away: %d %s %v\n%s", got.status, got.data, got.failed, server.said())
	return got
}

// line is a connection to somewhere that can be cut or made silent.
type line struct {
	t    *testing.T
	to   string
	door net.Listener

	mu    sync.Mutex
	state string        // "", "cut" or "silent"
	moved chan struct{} // closed when state changes
	all   map[net.Conn]bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	door, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, to: to, door: door, moved: make(chan struct{}), all: map[net.Conn]bool{}}
	t.Cleanup(func() {
		_ = door.Close()
		l.become("cut")
	})
	go l.accept()
	return l
}

func (l *line) address() string { return l.door.Addr().String() }
func (l *line) cut()            { l.become("cut") }
func (l *line) silence()        { l.become("silent") }

// mend makes new connections possible; those that were silent stay lost.
func (l *line) mend() {
	l.become("cut")
	l.become("")
}

func (l *line) become(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	close(l.moved)
	l.moved = make(chan struct{})
	if state == "cut" {
		for c := range l.all {
			_ = c.Close()
		}
		clear(l.all)
	}
}

func (l *line) now() (state string, moved <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state, l.moved
}

func (l *line) accept() {
	for {
		here, err := l.door.Accept()
		if err != nil {
			return
		}
		there, err := net.Dial("tcp", l.to) //nolint:noctx // on this machine
		if err != nil {
			_ = here.Close()
			continue
		}
		l.mu.Lock()
		if l.state == "cut" {
			_, _ = here.Close(), there.Close()
		} else {
			l.all[here], l.all[there] = true, true
		}
		l.mu.Unlock()
		go l.pass(there, here)
		go l.pass(here, there)
	}
}

func (l *line) pass(to io.WriteCloser, from io.ReadCloser) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		for state, moved := l.now(); state == "silent"; state, moved = l.now() {
			<-moved
		}
		if err != nil {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
