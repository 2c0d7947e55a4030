package servertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"chancery/internal/access"
	"chancery/internal/server"
	"chancery/internal/store/storetest"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
)

// stopWithin is how long a server under test may take to stop.
const stopWithin = 20 * time.Second

// Server is a running server.
type Server struct {
	Program *server.Server
	URL     string
	Log     *Log

	config server.Config
}

// Each runs test against a server on the embedded engine and one on PostgreSQL,
// in parallel. The changes are made to the server's configuration.
func Each(t *testing.T, test func(t *testing.T, s *Server), changes ...func(*server.Config)) {
	t.Helper()
	t.Parallel()
	for name, storage := range Engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, Start(t, storage(t), changes...))
		})
	}
}

// Engines gives, by name, what makes an empty database of the test's own.
func Engines() map[string]func(tb testing.TB) wiring.Storage {
	return map[string]func(tb testing.TB) wiring.Storage{"sqlite": SQLite, "postgres": Postgres}
}

// SQLite makes an empty embedded database.
func SQLite(tb testing.TB) wiring.Storage {
	tb.Helper()
	return wiring.Storage{Dir: storetest.SQLiteDir(tb), PasswordCost: cheap()}
}

// Postgres makes an empty PostgreSQL database.
func Postgres(tb testing.TB) wiring.Storage {
	tb.Helper()
	return wiring.Storage{URL: storetest.PostgresURL(tb), MasterKey: MasterKey(tb), PasswordCost: cheap()}
}

// cheap is the smallest cost of a password's hash: at the full one a quarter of the
// tests' time would go into hashes that no test judges.
func cheap() access.Cost { return access.Cost{Memory: 8, Passes: 1} }

// MasterKey makes a master key as the environment carries it.
func MasterKey(tb testing.TB) string {
	tb.Helper()
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		tb.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// Start starts a server that is stopped when the test ends. Several may share a storage.
func Start(tb testing.TB, storage wiring.Storage, changes ...func(*server.Config)) *Server {
	tb.Helper()
	s := &Server{Log: &Log{}}
	s.config = server.Config{
		Storage: storage, Listen: "127.0.0.1:0", AccessLog: true,
		Log: slog.New(slog.NewTextHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&s.config)
	}
	s.start(tb)
	return s
}

// Restart stops the server and starts it anew on the same database, on another port.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	s.Stop(tb)
	s.start(tb)
}

// Stop stops the server; twice is as good as once.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := s.Program.Stop(ctx); err != nil {
		tb.Errorf("stop: %v", err)
	}
}

func (s *Server) start(tb testing.TB) {
	tb.Helper()
	a, err := server.New(tb.Context(), s.config)
	if err != nil {
		tb.Fatal(err)
	}
	if err := a.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	s.Program, s.URL = a, a.URL()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			tb.Errorf("stop: %v", err)
		}
	})
}

// Vendor makes a vendor as `chancery vendor create` does.
func (s *Server) Vendor(tb testing.TB, name string) wiring.NewVendor {
	tb.Helper()
	v, err := s.Program.Rooms().CreateVendor(tb.Context(), vendors.Create{Name: name, Zone: "Europe/Berlin"}, "owner@example.com")
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// Answer is a response, read in full.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request. body is nil, a string or []byte as it is, or a value that
// becomes JSON; headers come in pairs.
func (s *Server) Do(tb testing.TB, method, path string, body any, headers ...string) Answer {
	tb.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = bytes.NewReader([]byte(b))
	case []byte:
		r = bytes.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			tb.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(tb.Context(), method, s.URL+path, r)
	if err != nil {
		tb.Fatal(err)
	}
	if r != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	return ReadAnswer(tb, response)
}

// ReadAnswer reads a response in full; the caller closes it.
func ReadAnswer(tb testing.TB, response *http.Response) Answer {
	tb.Helper()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: data}
}

// JSON reads the body into v.
func (a Answer) JSON(tb testing.TB, v any) {
	tb.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		tb.Fatalf("%d %.200q: %v", a.Status, a.Body, err)
	}
}

// Log keeps what the server logs.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String gives all that was logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
