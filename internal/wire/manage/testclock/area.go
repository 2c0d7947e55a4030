package testclock

import (
	"context"
	"errors"
	"net/http"
	"time"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/testclock"
	"chancery/internal/wire/manage/operation"
)

// Clock is the test clock.
type Clock interface {
	Reading() testclock.Reading
	Advance(ctx context.Context, v ident.VendorID, by time.Duration, memory testclock.Memory) (testclock.Report, error)
}

// Config is what the area needs; all of it is required.
type Config struct{ Clock Clock }

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Clock == nil {
		return nil, errors.New("testclock: the configuration is incomplete")
	}
	return &Area{c}, nil
}

type reading struct {
	Enabled bool      `json:"enabled" doc:"false: this server has no test clock, and now is the real time"`
	Now     time.Time `json:"now"`
	Ahead   string    `json:"ahead" doc:"how far it is ahead of the real time: 26h, 14d, 1d2h"`
	Seconds int64     `json:"ahead_seconds"`
}

type advance struct {
	Advance string `json:"advance" minLength:"1" maxLength:"40" doc:"how far: 26h, 90m, 14d, 1d12h; at most 400d"`
}

type ran struct {
	Work   string `json:"work" doc:"as the server's log calls it"`
	Count  int    `json:"count" doc:"how much it did"`
	Failed bool   `json:"failed" doc:"true: the server's log says why"`
}

type stop struct {
	At  time.Time `json:"at"`
	Ran []ran     `json:"ran" nullable:"false" doc:"the work that found something to do"`
}

type moved struct {
	reading

	From      time.Time `json:"from"`
	To        time.Time `json:"to" doc:"where it was to come to"`
	Remaining string    `json:"remaining" doc:"empty; how much of the way is left where it took too long. Send it as the next advance"`
	Stops     []stop    `json:"stops" nullable:"false" doc:"where it stopped for periodic work that was due, at most the first 500; the last is where it came to"`
	MoreStops int       `json:"more_stops" doc:"how many are not shown"`
}

func showReading(r testclock.Reading) reading {
	return reading{r.On, r.Now.Truncate(time.Millisecond), testclock.InWords(r.Ahead), int64(r.Ahead / time.Second)}
}

func showReport(r testclock.Report) moved {
	m := moved{reading: showReading(r.Reading), From: r.From, To: r.To, Stops: make([]stop, len(r.Stops)), MoreStops: r.More}
	if r.Left > 0 {
		m.Remaining = testclock.InWords(r.Left)
	}
	for i, s := range r.Stops {
		m.Stops[i] = stop{s.At, make([]ran, len(s.Ran))}
		for j, w := range s.Ran {
			m.Stops[i].Ran[j] = ran(w)
		}
	}
	return m
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	const group = "Test clock"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/test-clock", ID: "get-test-clock", Group: group, Summary: "Read the clock", Permission: identity.ManageVendor,
		}, func(*operation.Request) (reading, error) { return showReading(a.Clock.Reading()), nil }),
		operation.Act(m, operation.Operation{
			Method: http.MethodPost, Path: "/test-clock", ID: "advance-test-clock", Group: group, Permission: identity.ManageVendor,
			Summary: "Move the clock forward",
			About: "For tests, on a server that was started with --test-clock; all vendors of the server share the clock. It stops at every instant at which " +
				"periodic work is due, and does that work before it answers. Calls wait for one another.",
			Timeout: testclock.Within + 10*time.Second,
		}, func(q *operation.Request, in advance, memory edge.Memory[testclock.Noted]) (moved, error) {
			by, err := testclock.Parse(in.Advance)
			if err != nil {
				return moved{}, err
			}
			r, err := a.Clock.Advance(q.Context, q.Vendor, by, memory)
			return showReport(r), err
		}),
	}
}
