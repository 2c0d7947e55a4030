package metrics

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chancery/internal/ident"
)

// Sources are the figures that are looked up when they are asked for.
type Sources struct {
	Clock        ident.Clock
	Queue        func() int   // changes waiting for the embedded writer
	Commits      func() int64 // transactions committed by this process
	Rollbacks    func() int64
	Held, Waited func() Times         // how long transactions took, and waited for the writer or a connection
	Busy         func() time.Duration // how long the embedded writer has been at what it is at

	WriteBehind func() int // heartbeats waiting to be recorded

	InFlight   func() (working, waiting int) // requests
	TurnedAway func() map[string]int64       // requests refused for there being too many, by reason

	// Licenses counts licences by state. It is asked at most every LicensesEvery.
	Licenses      func(ctx context.Context) (map[string]int64, error)
	LicensesEvery time.Duration

	// Prepaid tells what the run that charges prepaid devices has done, PrepaidDue how many
	// devices are due.
	Prepaid    func() Prepaid
	PrepaidDue func(ctx context.Context) (int64, error)
}

// Times is how many times were how long.
type Times struct {
	UpTo map[float64]uint64 // by seconds; each with those that are shorter
	All  uint64
	Sum  float64 // seconds
}

// Metrics is one server's figures.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	routes   sync.Map // route and status → observed
}

type observed struct {
	count   prometheus.Counter
	seconds prometheus.Observer
}

type routeStatus struct {
	route  string
	status int
}

// New makes the figures of a server.
func New(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chancery_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "chancery_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() int) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) }))
	}
	counter := func(name, help string, value func() int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) }))
	}
	gauge("chancery_writer_queue", "Changes waiting for the embedded database's writer.", s.Queue)
	gauge("chancery_write_behind_waiting", "Clients whose newest heartbeat is not recorded yet.", s.WriteBehind)
	m.registry.MustRegister(
		&times{s.Held, prometheus.NewDesc("chancery_transaction_seconds", "Time that a transaction kept the writer, or its connection.", nil, nil)},
		&times{s.Waited, prometheus.NewDesc("chancery_transaction_wait_seconds", "Time that a transaction waited for the writer, or a connection.", nil, nil)},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "chancery_writer_busy_seconds", Help: "Time that the embedded database's writer has been at its present change.",
		}, func() float64 { return s.Busy().Seconds() }))
	counter("chancery_transactions_committed_total", "Transactions committed.", s.Commits)
	counter("chancery_transactions_failed_total", "Transactions rolled back.", s.Rollbacks)
	gauge("chancery_requests_in_flight", "Requests that are worked on.", func() int { n, _ := s.InFlight(); return n })
	gauge("chancery_requests_waiting", "Requests that wait for their turn.", func() int { _, n := s.InFlight(); return n })
	m.registry.MustRegister(&turnedAway{s.TurnedAway, prometheus.NewDesc(
		"chancery_requests_turned_away_total", "Requests refused because there were too many, by reason.", []string{"reason"}, nil)})
	if s.Licenses != nil {
		m.registry.MustRegister(&licenses{sources: s, states: prometheus.NewDesc("chancery_licenses", "Licences, by state.", []string{"state"}, nil)})
	}
	if s.Prepaid != nil {
		registerPrepaid(m.registry, s.Prepaid, s.PrepaidDue)
	}
	return m
}

// Observe counts a request. route is the pattern, never a path.
func (m *Metrics) Observe(route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	key := routeStatus{route, status}
	found, ok := m.routes.Load(key)
	if !ok {
		found, _ = m.routes.LoadOrStore(key, observed{
			m.requests.WithLabelValues(route, strconv.Itoa(status)), m.seconds.WithLabelValues(route),
		})
	}
	o := found.(observed) //nolint:forcetypeassert // nothing else is stored
	o.count.Inc()
	o.seconds.Observe(took.Seconds())
}

// Handler serves the figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// times shows how long something takes.
type times struct {
	read func() Times
	desc *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (t *times) Describe(to chan<- *prometheus.Desc) { to <- t.desc }

// Collect implements prometheus.Collector.
func (t *times) Collect(to chan<- prometheus.Metric) {
	now := t.read()
	to <- prometheus.MustNewConstHistogram(t.desc, now.All, now.Sum, now.UpTo)
}

// turnedAway counts what was refused for there being too much of it.
type turnedAway struct {
	count func() map[string]int64
	desc  *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (t *turnedAway) Describe(to chan<- *prometheus.Desc) { to <- t.desc }

// Collect implements prometheus.Collector.
func (t *turnedAway) Collect(to chan<- prometheus.Metric) {
	for reason, n := range t.count() {
		to <- prometheus.MustNewConstMetric(t.desc, prometheus.CounterValue, float64(n), reason)
	}
}

// licenses counts licences when asked, and remembers for a while: at a million
// of them it is no small question.
type licenses struct {
	sources Sources
	states  *prometheus.Desc

	mu    sync.Mutex
	at    time.Time
	known map[string]int64
}

// Describe implements prometheus.Collector.
func (l *licenses) Describe(to chan<- *prometheus.Desc) { to <- l.states }

// Collect implements prometheus.Collector.
func (l *licenses) Collect(to chan<- prometheus.Metric) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.sources.Clock.Now(); l.known == nil || now.Sub(l.at) >= l.sources.LicensesEvery {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if counted, err := l.sources.Licenses(ctx); err == nil {
			l.known, l.at = counted, now
		}
	}
	for state, n := range l.known {
		to <- prometheus.MustNewConstMetric(l.states, prometheus.GaugeValue, float64(n), state)
	}
}
