package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof" // on the figures' own listener only, which is the operator's
	"time"

	"chancery/internal/metrics"
	"chancery/internal/setup"
	"chancery/internal/wiring"
)

const licensesCounted = time.Minute // how old the counts of licences may be

func newMetrics(r *wiring.Rooms, d doors) *metrics.Metrics {
	return metrics.New(metrics.Sources{
		Clock:       r.Clock.Real,
		Queue:       func() int { return r.DB.Stats().Waiting },
		Commits:     func() int64 { return r.DB.Stats().Committed },
		Rollbacks:   func() int64 { return r.DB.Stats().Failed },
		Held:        func() metrics.Times { return metrics.Times(r.DB.Stats().Held) },
		Waited:      func() metrics.Times { return metrics.Times(r.DB.Stats().Waited) },
		Busy:        func() time.Duration { _, since := r.DB.Busy(); return since },
		WriteBehind: r.Pulses.Lag,
		InFlight:    d.inFlight, TurnedAway: d.turnedAway,
		Licenses: r.LicenseRows.CountByState, LicensesEvery: licensesCounted,
		Prepaid: func() metrics.Prepaid {
			p := r.PrepaidRun.Progress()
			return metrics.Prepaid{Charged: p.Charged, Dark: p.Dark, LastChunk: p.Last, Paused: p.Paused}
		},
		PrepaidDue: func(ctx context.Context) (int64, error) { return r.PrepaidRows.CountDue(ctx, r.Clock.Now()) },
	})
}

// serveFigures serves /metrics and Go's profiles on a listener of its own, so that it needs no
// credentials and can't be reached where the clients call.
func (a *Server) serveFigures(ctx context.Context) error {
	if a.c.MetricsListen == "" {
		return nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", a.c.MetricsListen)
	if err != nil {
		return setup.Wrong(fmt.Sprintf("The figures can't be served on %s: %v.", a.c.MetricsListen, errors.Unwrap(err)), err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	a.figures = &http.Server{
		Handler: http.MaxBytesHandler(mux, 0), ReadHeaderTimeout: headerTimeout, ReadTimeout: writeTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
	}
	a.figuresAddress = listener.Addr().String()
	a.working.Go(func() {
		if err := a.figures.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	})
	return nil
}

// MetricsURL is where the figures are; after Start, and "" without them.
func (a *Server) MetricsURL() string {
	if a.figuresAddress == "" {
		return ""
	}
	return "http://" + a.figuresAddress + "/metrics"
}
