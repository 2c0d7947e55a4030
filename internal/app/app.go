package app

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
	"chancery/internal/mailing"
	"chancery/internal/metrics"
	"chancery/internal/outbox"
	"chancery/internal/setup"
	"chancery/internal/web"
	"chancery/internal/wire/slascone"
)

// Config is what a server needs.
type Config struct {
	Storage

	Limits         Limits
	Retention      Retention
	Listen         string // host:port; port 0 takes a free one
	PublicURL      *url.URL
	TrustedProxies []netip.Prefix
	AccessLog      bool
	MetricsListen  string // host:port of the operator's figures; empty for none
	CertFile       string // TLS by files; both or neither
	KeyFile        string
	GeoFile        string // an MMDB file; empty for the embedded country database
	Gallery        bool   // mounts the gallery of the pages' components
	Log            *slog.Logger

	// AllowOutbound lists networks that webhooks and OpenID providers may be in although
	// these are not of the public internet.
	AllowOutbound []netip.Prefix

	SMTP     *url.URL // of mail.ParseURL; nil keeps mail in the log
	MailFrom string   // the address that mail comes from; with SMTP

	// Drain is how long a stopping server still takes calls while /readyz fails,
	// so that load balancers turn away before connections are refused.
	Drain time.Duration
}

func (c Config) https() bool {
	return c.CertFile != "" || c.PublicURL != nil && c.PublicURL.Scheme == schemeHTTPS
}

// Limits of a connection. A handler's own limit is in its route.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// App is one server.
type App struct {
	c        Config
	rooms    *Rooms
	edge     *edge.Edge
	health   *health
	places   *geo.Places
	periodic *Periodic
	courier  *outbox.Courier
	postman  *mailing.Postman
	server   *http.Server
	figures  *http.Server // nil without MetricsListen
	metrics  *metrics.Metrics
	clients  *slascone.API // makes the files that pages hand out
	views    []*web.View   // the pages' templates, for the test that checks them

	figuresAddress string
	listener       net.Listener

	failed     chan error // what ended serving other than Stop
	background context.CancelFunc
	working    sync.WaitGroup
	stop       sync.Once
	stopErr    error
}

// New opens the database, brings its schema up to date, and wires everything.
// Nothing listens yet.
func New(ctx context.Context, c Config) (_ *App, err error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	schema, err := prepareSchema(ctx, c.Storage, c.Log, true)
	if err != nil {
		return nil, err
	}
	c.Hold = cmp.Or(c.Hold, mostHeld)
	a := &App{c: c, failed: make(chan error, 1)}
	if a.rooms, err = OpenRooms(ctx, c.Storage, c.Log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.rooms.Close())
		}
	}()
	a.rooms.publicURL = c.PublicURL
	if err := a.rooms.furnishProviders(c.AllowOutbound); err != nil {
		return nil, err
	}
	a.health = &health{rooms: a.rooms, log: c.Log, needs: schema, still: c.Hold * stillShare / 100}
	a.periodic = NewPeriodic(a.rooms.DB, a.rooms.IDs, c.Log)
	if a.places, err = geo.Open(c.GeoFile); err != nil {
		return nil, setup.Wrong("The geo database can't be read: name an MMDB file with --geo, or leave it out for the embedded one.", err)
	}
	doors, err := newDoors(a.rooms.Clock, c.Limits)
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
	if a.courier, err = newCourier(c, a.rooms); err != nil {
		return nil, err
	}
	if a.postman, err = newPostman(c, a.rooms); err != nil {
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

// Start listens and serves in the background.
func (a *App) Start(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", a.c.Listen)
	if err != nil {
		return setup.Wrong(fmt.Sprintf("The server can't listen on %s: %v.", a.c.Listen, errors.Unwrap(err)), err)
	}
	a.listener = listener
	if err := a.serveFigures(ctx); err != nil {
		return err
	}
	background, cancel := context.WithCancel(context.Background())
	a.background = cancel
	if a.rooms.following != nil {
		a.working.Go(func() { a.rooms.following.follow(background, a.rooms.DB, a.c.Log) })
	}
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
func (a *App) Address() string { return a.listener.Addr().String() }

// serve serves plain HTTP, or TLS when there is a certificate.
func (a *App) serve(listener net.Listener) error {
	if a.c.CertFile == "" {
		return a.server.Serve(listener)
	}
	return a.server.ServeTLS(listener, "", "")
}

// URL is where the server answers; after Start.
func (a *App) URL() string {
	if a.c.CertFile != "" {
		return "https://" + a.Address()
	}
	return "http://" + a.Address()
}

// Failed gives the error that ended serving, if it ends other than by Stop.
func (a *App) Failed() <-chan error { return a.failed }

// Rooms is what is behind the doors.
func (a *App) Rooms() *Rooms { return a.rooms }

// Routes lists what is mounted.
func (a *App) Routes() []edge.Route { return a.edge.Routes() }

// Stop says on /readyz that it is stopping, and after Config.Drain takes no more
// connections, finishes the calls that it has accepted and what they left behind,
// and closes the database. Calls that are not done when ctx ends are cut off. It
// may be called twice, and without Start.
func (a *App) Stop(ctx context.Context) error {
	a.stop.Do(func() { a.stopErr = a.shutdown(ctx) })
	return a.stopErr
}

// Views are the templates of all pages, with the structs that they show.
func (a *App) Views() []*web.View { return a.views }
