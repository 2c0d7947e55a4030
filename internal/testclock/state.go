package testclock

import (
	"strconv"
	"strings"
	"time"

	"chancery/internal/fault"
)

// State is how a database stands to the test clock.
type State struct {
	Served bool          // a server has run on it
	Plain  bool          // one has run without a test clock: there is none any more
	Ahead  time.Duration // of the real time

	MovedBy    string    // who moves the clock at the moment; "" for nobody
	MovedUntil time.Time // by the real time: when another may move it, whatever became of that one
}

// On reports whether the database has a test clock.
func (s State) On() bool { return s.Served && !s.Plain }

// Begin decides whether a server may run on the database, with a test clock or
// without, and how the database stands to it from then on. Time must never run
// backwards in what is stored: a clock that was moved is not taken away.
func (s State) Begin(test bool) (State, error) {
	switch {
	case test && s.Plain:
		return s, fault.Refused("no_test_clock", "This database was served without --test-clock before, and never has a test clock again.",
			"Make a new database for tests.")
	case !test && s.Ahead > 0:
		return s, fault.Refused("clock_ahead",
			"The test clock of this database is "+InWords(s.Ahead)+" ahead, and without it what is stored would lie in the future.",
			"Serve it with --test-clock, or make a new database.")
	}
	return State{Served: true, Plain: !test, Ahead: s.Ahead, MovedBy: s.MovedBy, MovedUntil: s.MovedUntil}, nil
}

// Bounds of a test clock.
const (
	Most = 400 * 24 * time.Hour // of one move

	mostAhead = 100 * 365 * 24 * time.Hour
)

const codeField = "advance"

// Parse reads how far a clock is to be moved: Go's durations, and days: "26h", "14d", "1d12h30m".
func Parse(text string) (time.Duration, error) {
	wrong := fault.Wrong(fault.Field{Name: codeField, Message: "must be a duration such as 26h, 90m or 14d"})
	rest := strings.TrimSpace(text)
	var by time.Duration
	if days, after, ok := strings.Cut(rest, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, wrong
		}
		by, rest = time.Duration(n)*24*time.Hour, after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || by > 0 && d < 0 {
			return 0, wrong
		}
		if d > Most {
			return 0, tooFar()
		}
		by += d
	}
	by = by.Truncate(time.Millisecond)
	switch {
	case by <= 0:
		return 0, fault.Wrong(fault.Field{Name: codeField, Message: "must be longer than nothing: the clock goes forward only"})
	case by > Most:
		return 0, tooFar()
	}
	return by, nil
}

func tooFar() error {
	return fault.Wrong(fault.Field{Name: codeField, Message: "must be at most 400 days (400d) in one call; call again for more"})
}

// InWords writes a duration as Parse reads it: "14d", "1d2h", "90s".
func InWords(d time.Duration) string {
	const day = 24 * time.Hour
	days, rest := d/day, d%day
	switch {
	case days == 0:
		return trim(rest.String())
	case rest == 0:
		return strconv.FormatInt(int64(days), 10) + "d"
	}
	return strconv.FormatInt(int64(days), 10) + "d" + trim(rest.String())
}

// trim takes off the zeros of Go's durations: "26h0m0s" is "26h".
func trim(s string) string {
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
