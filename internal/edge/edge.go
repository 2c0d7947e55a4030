package edge

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"chancery/internal/budget"
	"chancery/internal/ident"
)

// Limits of a request where its route names no others.
const (
	DefaultBodyLimit = 1 << 20
	DefaultTimeout   = 30 * time.Second
)

// Config is what the edge needs.
type Config struct {
	Log *slog.Logger
	IDs ident.Source

	// TrustedProxies are the addresses whose X-Forwarded-For and X-Request-Id are believed.
	TrustedProxies []netip.Prefix

	// HTTPS says that browsers reach the server over TLS, here or at a proxy.
	HTTPS bool

	// Failures bounds failed authentications for one address and credential,
	// AddressFailures those of one address with whatever credentials. Nil means no bound.
	Failures, AddressFailures *budget.Budget

	// KeyCalls bounds the calls that are let in for each key, a provisioning key's
	// for each address apart; AddressCalls those of one address. Nil means no bound.
	KeyCalls, AddressCalls *budget.Budget

	// Gate bounds the requests in flight; nil for no bound.
	Gate *Gate

	// Bodies bounds the request bodies on their way; nil for no bound.
	Bodies *Bodies

	// Host admits a request by the host name that it was sent to: it gives the request as
	// the routes know it, or fails. It gives nil when it has answered itself. Nil takes
	// every host.
	Host func(w http.ResponseWriter, r *http.Request) (*http.Request, error)

	// Observe is told of every request: its route's pattern ("" for none), status
	// and time. Nil for nobody.
	Observe func(route string, status int, took time.Duration)

	// TestClock reads the test clock, which every answer names; nil where there is none.
	// on is false once there is none any more.
	TestClock func() (now time.Time, on bool)

	// AccessLog turns on one line for each request.
	AccessLog bool
}

// Edge is the table of routes and the handler that serves them.
type Edge struct {
	Config

	mux     *http.ServeMux
	origins *http.CrossOriginProtection
	routes  []Route
	headers http.Header

	narrower map[string][]string // by the path of a route: those of others that it must leave alone

	compress func(http.Handler) http.HandlerFunc
}

// New makes an edge without routes.
func New(c Config) (*Edge, error) {
	if c.IDs.Rand == nil || c.IDs.Clock == nil {
		return nil, errors.New("edge: Config needs IDs")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	e := &Edge{Config: c, mux: http.NewServeMux(), origins: http.NewCrossOriginProtection(), narrower: make(map[string][]string), headers: http.Header{
		"X-Content-Type-Options": {"nosniff"},
		"X-Frame-Options":        {"DENY"},
		"Referrer-Policy":        {"no-referrer"},
		"Permissions-Policy":     {"camera=(), microphone=(), geolocation=()"},
		// Pages that a browser shows bring a policy of their own.
		"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'"},
		// Answers are for one caller, and nothing may change bytes that are signed.
		"Cache-Control": {"no-store, no-transform"},
	}}
	if c.HTTPS {
		e.headers["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
	var err error
	e.compress, err = newCompress()
	return e, err
}

// Routes lists what is mounted, in order of mounting. Tests walk it.
func (e *Edge) Routes() []Route { return slices.Clone(e.routes) }
