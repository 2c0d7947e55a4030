package servertest

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"testing"

	"chancery/internal/vendors"
)

// BrowserAt is a browser at a face of whichever vendor a host name is of. Whatever it
// opens is of this server, as with a proxy that speaks TLS before it.
func (s *Server) BrowserAt(tb testing.TB, host, face string) *Browser {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return &Browser{URL: "https://" + host, Base: "/" + face, client: &http.Client{Jar: jar, Transport: proxy{s}}}
}

type proxy struct{ s *Server }

// RoundTrip implements http.RoundTripper.
func (p proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	passed := r.Clone(r.Context())
	passed.Host, passed.URL.Scheme, passed.URL.Host = r.URL.Host, "http", p.s.Program.Address()
	return http.DefaultTransport.RoundTrip(passed)
}

// DNS is what the process' resolver knows.
type DNS struct {
	mu      sync.Mutex
	records map[string][]string
}

var _ vendors.Resolver = (*DNS)(nil)

// TXT implements vendors.Resolver.
func (d *DNS) TXT(_ context.Context, name string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.records[name], nil
}

// Add has a name lead to a record more.
func (d *DNS) Add(name, record string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.records == nil {
		d.records = map[string][]string{}
	}
	d.records[name] = append(d.records[name], record)
}
