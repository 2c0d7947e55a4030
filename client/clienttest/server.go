package clienttest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"chancery/client"
	"chancery/signed"
)

// What every Server knows.
const (
	VendorID        = "0190d5a0-7c3e-7b1a-9c58-3f2d8a6b4e10"
	ProductID       = "b18657cc-1f7c-43fa-e3a4-08da6fa41ad3"
	ProvisioningKey = "test-provisioning-key"
	LicenseKey      = "27180460-29df-4a5a-a0a1-78c85ab6cee0"
)

// A Server is a licence server of one vendor with one licence.
type Server struct {
	URL string

	http *httptest.Server
	mu   sync.Mutex
	now  time.Time
	key  ed25519.PrivateKey
	next ed25519.PublicKey

	license   client.LicenseInfo
	clients   map[string]ed25519.PublicKey // by client id: who is activated
	tokens    map[string]string            // token key to client id
	counters  map[string]int64             // by public key: the highest that its calls have shown
	givenUp   map[string]bool              // by public key: its client has deactivated
	consumed  map[string]float64           // by limitation id
	counted   map[string]consumption       // by external id
	refusals  map[string]*client.RefusalError
	intercept func(w http.ResponseWriter, r *http.Request, answer http.Handler)
	requests  []Request
	sessions  map[sessionKey]lease
	pausing   map[*pause]struct{}
	paused    *sync.Cond // on mu; whenever pausing changes
}

// T is what a Server needs of a test; *testing.T has it.
type T interface {
	Helper()
	Cleanup(func())
	TempDir() string
}

// A Request is one that arrived, in order.
type Request struct {
	Name   string // activations, heartbeats, unassign, consumption_heartbeats, open, close
	Header http.Header
	Body   []byte
}

// New starts a server that stops with the test. Its clock stands still at
// 2026-03-01 12:00 UTC until Advance. Its licence is valid for a year, with a
// heartbeat period of 1 day and 7 days of freeride.
func New(t T) *Server {
	t.Helper()
	s := &Server{
		now:      time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		key:      ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)),
		clients:  map[string]ed25519.PublicKey{},
		tokens:   map[string]string{},
		counters: map[string]int64{},
		givenUp:  map[string]bool{},
		consumed: map[string]float64{},
		counted:  map[string]consumption{},
		refusals: map[string]*client.RefusalError{},
		sessions: map[sessionKey]lease{},
		pausing:  map[*pause]struct{}{},
	}
	s.paused = sync.NewCond(&s.mu)
	s.license = client.LicenseInfo{
		LicenseName: "Example", LicenseKey: LicenseKey, ProductName: "Example Studio", ProductID: ProductID,
		IsActive: true, IsValid: true, IsSoftwareVersionValid: true,
		ExpirationDate: s.now.AddDate(1, 0, 0), HeartbeatPeriod: 1, Freeride: 7, Serial: 1,
	}
	s.license.Customer.Name = "Example Ltd"
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	t.Cleanup(s.http.Close)
	return s
}

// Config is a working configuration for a client of this server, with its state
// in a folder of the test, the server's clock, and no pause before a retry.
func (s *Server) Config(t T) client.Config {
	t.Helper()
	return client.Config{
		BaseURL: s.URL, VendorID: VendorID, ProductID: ProductID, ProvisioningKey: ProvisioningKey,
		PublicKeys: []ed25519.PublicKey{s.PublicKey()}, StateDir: t.TempDir(),
		SoftwareVersion: "1.0.0", Hostname: "test", Now: s.Now, Wait: noWait, Pause: s.Pause,
		MachineID:  func() (string, error) { return "machine-1", nil },
		HTTPClient: s.http.Client(),
	}
}

// PublicKey is the key that verifies the server's answers now.
func (s *Server) PublicKey() ed25519.PublicKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // an ed25519 key has no other public key
}

// Now is the server's clock.
func (s *Server) Now() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }

// Advance moves the clock, and wakes the sessions that are due.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
	s.wake()
}

// Change changes the licence and raises its serial. The function must not call
// the server.
func (s *Server) Change(change func(*client.LicenseInfo)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.license.Serial++
	change(&s.license)
}

// Refuse answers this call with a refusal; nil ends that.
func (s *Server) Refuse(name string, refusal *client.RefusalError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[name] = refusal
}

// Announce makes every answer announce the next key; Rotate signs with it.
func (s *Server) Announce(next ed25519.PublicKey) { s.mu.Lock(); defer s.mu.Unlock(); s.next = next }

// Rotate signs with this key from now on and announces none.
func (s *Server) Rotate(key ed25519.PrivateKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key, s.next = key, nil
}

// Forget frees every token, as the owner does in the dashboard.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.clients)
	clear(s.tokens)
	clear(s.sessions)
}

// Intercept puts a handler in front, which may call answer or not, and may change
// what it says; nil ends that.
func (s *Server) Intercept(with func(w http.ResponseWriter, r *http.Request, answer http.Handler)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = with
}

// Requests is what arrived so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, Request{callName(r), r.Header.Clone(), body})
	intercept := s.intercept
	s.mu.Unlock()
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, body) })
	if intercept != nil {
		intercept(w, r, answer)
		return
	}
	answer.ServeHTTP(w, r)
}

// write signs and sends.
func (s *Server) write(w http.ResponseWriter, r *http.Request, asked []byte, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // a value of ours
	}
	signer, err := signed.NewSigner(s.key)
	if err != nil {
		panic(err)
	}
	said := signed.Response{IssuedAt: s.now, Nonce: r.Header.Get(signed.NonceHeader), Status: status, Next: s.next}
	if r.Header.Get(signed.AcceptSignatureHeader) == signed.AcceptEd25519Bound {
		said.Asked = signed.Request{
			Method: r.Method, Path: signed.CallPath(r.URL.EscapedPath()), Query: r.URL.RawQuery,
			CallSignature: r.Header.Get(signed.CallSignatureHeader), Body: asked,
		}.Hash()
	}
	signature, err := signer.SignResponse(said, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(signed.SignatureHeader, signature)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
