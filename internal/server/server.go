package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"chancery/internal/edge"
	"chancery/internal/geo"
	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/metrics"
	"chancery/internal/outbox"
	"chancery/internal/setup"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
)

// Config is what a server needs.
type Config struct {
	wiring.Storage

	Limits         Limits
	Retention      Retention
	Listen         string // host:port; port 0 takes a free one
	PublicURL      *url.URL
	OwnHosts       []string // names of the server beside that of PublicURL
	TrustedProxies []netip.Prefix
	AccessLog      bool
	MetricsListen  string // host:port of the operator's figures; empty for none
	CertFile       string // TLS by files; both or neither
	KeyFile        string
	TLSDir         string // TLS by a folder of pairs of files, chosen by the name that clients ask for
	GeoFile        string // an MMDB file of cities or countries; empty for the embedded one of countries
	TestClock      bool   // the clock can be moved, on a database that was never served without this
	Gallery        bool   // mounts the gallery of the pages' components
	Log            *slog.Logger

	SecurityContact string // a URI, for security.txt; empty for none

	// AllowOutbound lists networks that webhooks and OpenID providers may be in although
	// these are not of the public internet.
	AllowOutbound []netip.Prefix

	// Resolver is asked for the proofs of vendors' own host names; the process' own when nil.
	Resolver vendors.Resolver

	SMTP     *url.URL // of mail.ParseURL; nil keeps mail in the log
	MailFrom string   // the address that mail comes from; with SMTP

	// Drain is how long a stopping server still takes calls while /readyz fails,
	// so that load balancers turn away before connections are refused.
	Drain time.Duration
}

// site is the server as its faces know it.
func (c Config) site() wiring.Site {
	return wiring.Site{
		PublicURL: c.PublicURL, OwnHosts: c.OwnHosts, TLS: c.hasTLS(), SendsMail: c.SMTP != nil, MailFrom: c.MailFrom,
		SecurityContact: c.SecurityContact, Gallery: c.Gallery, TestClock: c.TestClock,
	}
}

// Limits of a connection. A handler's own limit is in its route.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// Server is one server.
type Server struct {
	c        Config
	rooms    *wiring.Rooms
	edge     *edge.Edge
	health   *health
	places   *geo.Places
	periodic *Periodic
	courier  *outbox.Courier
	postman  *mailing.Postman
	server   *http.Server
	figures  *http.Server // nil without MetricsListen
	metrics  *metrics.Metrics
	faces    wiring.Faces

	figuresAddress string
	listener       net.Listener

	failed     chan error // what ended serving other than Stop
	background context.CancelFunc
	working    sync.WaitGroup
	stop       sync.Once
	stopErr    error
}

// mount is the one place where handlers are mounted.
func (a *Server) mount() error {
	var err error
	if a.faces, err = wiring.NewFaces(a.rooms, a.c.site(), a.places); err != nil {
		return err
	}
	return a.edge.Mount(append(a.faces.Routes, a.health.routes()...)...)
}

func newEdge(c Config, r *wiring.Rooms, d doors, m *metrics.Metrics) (*edge.Edge, error) {
	return edge.New(edge.Config{
		Log: c.Log, IDs: ident.Source{Clock: r.Clock.Real, Rand: r.IDs.Rand},
		TrustedProxies: c.TrustedProxies, HTTPS: c.site().HTTPS(), AccessLog: c.AccessLog, Observe: m.Observe,
		Host:      wiring.NewHosts(r, c.site()).Admit,
		TestClock: testClock(c, r), Failures: d.failures, AddressFailures: d.addressFailures, KeyCalls: d.keyCalls, AddressCalls: d.addressCalls, Gate: d.gate,
		Bodies: d.bodies,
	})
}

// New opens the database, brings its schema up to date, and wires everything.
// Nothing listens yet.
func New(ctx context.Context, c Config) (_ *Server, err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	schema, err := wiring.PrepareSchema(ctx, c.Storage, c.Log, true)
	if err != nil {
		return nil, err
	}
	c.Hold = cmp.Or(c.Hold, mostHeld)
	a := &Server{c: c, failed: make(chan error, 1)}
	if a.rooms, err = wiring.OpenRooms(ctx, c.Storage, c.Log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.rooms.Close())
		}
	}()
	if err := a.rooms.TestClock.Check(ctx, c.TestClock); err != nil {
		return nil, setup.Of(err)
	}
	if err := a.rooms.ReachOutside(c.PublicURL, c.AllowOutbound); err != nil {
		return nil, err
	}
	if a.rooms.Hosts, err = a.rooms.NewVendorHosts(c.site(), c.Resolver); err != nil {
		return nil, err
	}
	a.health = &health{rooms: a.rooms, log: c.Log, needs: schema, still: c.Hold * stillShare / 100}
	a.periodic = NewPeriodic(a.rooms.DB, a.rooms.IDs, c.Log)
	if a.places, err = geo.Open(c.GeoFile); err != nil {
		return nil, setup.Wrong(fmt.Sprintf("The file of places %s can't be used (%v): name an MMDB file of cities or countries with --geoip, "+
			"or leave it out for the embedded one of countries.", c.GeoFile, err), err)
	}
	doors, err := newDoors(a.rooms.Clock.Real, c.Limits)
	if err != nil {
		return nil, err
	}
	a.metrics = newMetrics(a.rooms, doors)
	if a.edge, err = newEdge(c, a.rooms, doors, a.metrics); err != nil {
		return nil, err
	}
	if err := a.mount(); err != nil {
		return nil, err
	}
	if a.courier, err = a.rooms.NewCourier(c.AllowOutbound); err != nil {
		return nil, err
	}
	if a.postman, err = a.rooms.NewPostman(c.SMTP, c.MailFrom); err != nil {
		return nil, err
	}
	if err := a.plan(); err != nil {
		return nil, err
	}
	certificate, err := newCertificate(c)
	if err != nil {
		return nil, err
	}
	a.server = &http.Server{
		TLSConfig: certificate,
		Handler:   a.health.leaving(a.edge), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}
	return a, nil
}

// Start listens at the configured address and serves in the background.
func (a *Server) Start(ctx context.Context) error { return a.StartAt(ctx, a.c.Listen) }

// StartAt is Start at another address. Where it can't listen, it may be called again.
func (a *Server) StartAt(ctx context.Context, address string) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return setup.Wrong(fmt.Sprintf("The server can't listen on %s: %v.", address, errors.Unwrap(err)), err)
	}
	a.listener = listener
	if err := a.serveFigures(ctx); err != nil {
		return err
	}
	if err := a.beginClock(ctx); err != nil {
		return err
	}
	background, cancel := context.WithCancel(context.Background())
	a.background = cancel
	if a.rooms.Following != nil {
		a.working.Go(func() { a.rooms.Following.Follow(background, a.rooms.DB, a.c.Log) })
	}
	a.working.Go(func() { a.followConfirmation(background) })
	a.working.Go(func() { a.postman.Run(background) })
	a.working.Go(func() { a.courier.Run(background) })
	a.periodic.Start()
	a.working.Go(func() {
		if err := a.serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	})
	return nil
}

// Address is the host and port it listens on; after Start.
func (a *Server) Address() string { return a.listener.Addr().String() }

// serve serves plain HTTP, or TLS when there is a certificate.
func (a *Server) serve(listener net.Listener) error {
	if !a.c.hasTLS() {
		return a.server.Serve(listener)
	}
	return a.server.ServeTLS(listener, "", "")
}

// URL is where the server answers; after Start.
func (a *Server) URL() string {
	if a.c.hasTLS() {
		return "https://" + a.Address()
	}
	return "http://" + a.Address()
}

// Failed gives the error that ended serving, if it ends other than by Stop.
func (a *Server) Failed() <-chan error { return a.failed }

// Rooms is what is behind the doors.
func (a *Server) Rooms() *wiring.Rooms { return a.rooms }

// Routes lists what is mounted.
func (a *Server) Routes() []edge.Route { return a.edge.Routes() }

// Stop says on /readyz that it is stopping, and after Config.Drain takes no more
// connections, finishes the calls that it has accepted and what they left behind,
// and closes the database. Calls that are not done when ctx ends are cut off. It
// may be called twice, and without Start.
func (a *Server) Stop(ctx context.Context) error {
	a.stop.Do(func() { a.stopErr = a.shutdown(ctx) })
	return a.stopErr
}

// Faces is what was mounted beside the checks of health, with the templates of all pages.
func (a *Server) Faces() wiring.Faces { return a.faces }
