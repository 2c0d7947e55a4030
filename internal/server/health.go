package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/store"
	"chancery/internal/testclock"
	"chancery/internal/wiring"
)

// health tells the truth about this copy of the server.
type health struct {
	rooms    *wiring.Rooms
	log      *slog.Logger
	needs    int64         // schema
	still    time.Duration // for how long the writer may be at one thing
	stopping atomic.Bool
}

// stillShare is the part, in percent, of the time that one transaction may take
// after which the writer is said not to move.
const stillShare = 60

// routes are for load balancers and supervisors: /healthz says that the process
// lives, /readyz whether calls should be sent here.
func (h *health) routes() []edge.Route {
	s := &edge.Surface{Name: "health"}
	const why = "load balancers have no credentials; the answer holds one word for each check"
	return []edge.Route{
		{Surface: s, Method: http.MethodGet, Path: "/healthz", Handler: h.alive, Public: why, Light: true},
		{Surface: s, Method: http.MethodGet, Path: "/readyz", Handler: h.ready, Public: why, Light: true, Timeout: 3 * time.Second},
	}
}

func (*health) alive(w http.ResponseWriter, _ *http.Request) error {
	return edge.WriteJSON(w, http.StatusOK, map[string]string{"status": "alive"})
}

// leaving tells the clients of a stopping server to take their next call to a
// new connection, which the load balancer makes to another copy.
func (h *health) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// readiness is the answer of /readyz.
type readiness struct {
	Status   string `json:"status"` // "ready" or "not ready"
	Process  string `json:"process"`
	Database string `json:"database"`
	Writer   string `json:"writer"`
	Schema   string `json:"schema"`
	Clock    string `json:"clock"`

	TestClock string `json:"test_clock,omitempty"` // how far it is ahead; only where there is one
}

func (h *health) ready(w http.ResponseWriter, r *http.Request) error {
	a := h.check(r.Context())
	if a.Status == "ready" {
		return edge.WriteJSON(w, http.StatusOK, a)
	}
	edge.RetryAfter(w.Header(), &fault.Error{Kind: fault.Unavailable, RetryAfter: 2 * time.Second})
	return edge.WriteJSON(w, http.StatusServiceUnavailable, a)
}

func (h *health) check(ctx context.Context) readiness {
	a := readiness{Status: "ready", Process: "ok", Database: "ok", Writer: "ok", Schema: "ok", Clock: "ok"}
	fail := func(check *string, why string) { *check, a.Status = why, "not ready" }
	if h.stopping.Load() {
		fail(&a.Process, "stopping")
	}
	if task, busy := h.rooms.DB.Busy(); busy > h.still {
		h.log.Warn("not ready: the writer does not move", slog.String("task", task), slog.Duration("since", busy))
		why := "at one change for "
		if task == store.TaskBegin {
			why = "another program has held the database for "
		}
		fail(&a.Writer, why+busy.Truncate(time.Second).String())
	}
	version, since, err := h.rooms.DB.SchemaVersion(ctx)
	switch {
	case err != nil:
		h.log.Warn("not ready: the database does not answer", slog.Any("error", err))
		fail(&a.Database, "unreachable")
		fail(&a.Schema, "unknown")
	case version < h.needs:
		fail(&a.Schema, "too old")
	case since > h.needs:
		fail(&a.Schema, "too new")
	}
	if err == nil && a.Writer == "ok" { // it could not try
		if err := h.rooms.DB.Writable(ctx); err != nil {
			h.log.Warn("not ready: the database takes no changes", slog.Any("error", err))
			fail(&a.Database, "takes no changes; its disk may be full")
		}
	}
	if clock := h.rooms.TestClock.Reading(); clock.On {
		a.TestClock = testclock.InWords(clock.Ahead.Truncate(time.Second)) + " ahead"
	}
	if leapt := h.rooms.Steady.Reading(); leapt != 0 {
		h.log.Warn("not ready: the clock has leapt; nothing is charged until it is right, or confirmed", slog.Duration("by", leapt))
		fail(&a.Clock, "has leapt by "+leapt.Truncate(time.Minute).String()+"; nothing is charged until it is right, or an operator confirms it")
	}
	if c := h.rooms.Following; c != nil && c.Skew() > store.MaxSkew {
		fail(&a.Clock, "more than a second away from the database's")
	}
	return a
}
