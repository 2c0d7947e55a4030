package edge

import (
	"net/http"
	"net/netip"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/identity"
)

// call is one request on its way through: what is known of it, and the writer
// that remembers what was answered.
type call struct {
	http.ResponseWriter

	id        string
	address   netip.Addr
	began     time.Time
	route     *Route
	principal identity.Principal
	key       string   // Idempotency-Key
	bodyHash  [32]byte // for the claim

	testClock func() (time.Time, bool) // nil where there is none

	status int // 0 until something is written
	bytes  int64
	failed error // for the log
}

// WriteHeader implements http.ResponseWriter. What the mux itself writes when no
// route matches is held back: ServeHTTP answers it as a problem.
func (c *call) WriteHeader(status int) {
	if c.status != 0 {
		return
	}
	if status >= 200 || status == http.StatusSwitchingProtocols {
		c.status = status
	}
	if !c.heldBack() {
		c.tellClock()
		c.ResponseWriter.WriteHeader(status)
	}
}

// TestClockHeader carries what the test clock shows, in every answer of a server that has one.
const TestClockHeader = "Chancery-Test-Clock"

// tellClock tells what the test clock shows as the answer begins.
func (c *call) tellClock() {
	if c.testClock == nil {
		return
	}
	if now, on := c.testClock(); on {
		c.Header().Set(TestClockHeader, calendar.WriteInstant(now))
	}
}

// Write implements http.ResponseWriter.
func (c *call) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
		c.tellClock()
	}
	if c.heldBack() {
		return len(b), nil
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// heldBack: no route, and no redirect to a clean path either.
func (c *call) heldBack() bool {
	return c.route == nil && (c.status == http.StatusNotFound || c.status == http.StatusMethodNotAllowed || c.status == http.StatusBadRequest)
}

// Unwrap lets http.ResponseController through.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }
