package servertest

import (
	"testing"

	"chancery/internal/server"
	"chancery/internal/wiring"
)

// TestClock gives the server a clock that Advance moves.
func TestClock(c *server.Config) { c.TestClock = true }

// Moved is how the clock was moved.
type Moved struct {
	Now, From, To string
	Ahead         string
	Remaining     string
	Stops         []struct {
		At  string
		Ran []struct {
			Work   string
			Count  int
			Failed bool
		}
	}
}

// Advance moves the test clock, as a vendor does, and fails where work did on the way.
func (s *Server) Advance(tb testing.TB, v wiring.NewVendor, by string) (m Moved) {
	tb.Helper()
	for by != "" {
		a := s.Do(tb, "POST", "/api/v1/test-clock", map[string]string{"advance": by}, "Authorization", "Bearer "+v.AdminKey)
		if a.Status != 200 {
			tb.Fatalf("the clock was not moved by %s: %d %s", by, a.Status, a.Body)
		}
		one := Moved{}
		a.JSON(tb, &one)
		by, one.Stops = one.Remaining, append(m.Stops, one.Stops...)
		m = one
	}
	for _, stop := range m.Stops {
		for _, w := range stop.Ran {
			if w.Failed {
				tb.Errorf("at %s %q failed:\n%s", stop.At, w.Work, s.Log)
			}
		}
	}
	return m
}

// Count is how much some work did in all.
func (m Moved) Count(work string) (n int) {
	for _, stop := range m.Stops {
		for _, w := range stop.Ran {
			if w.Work == work {
				n += w.Count
			}
		}
	}
	return n
}
