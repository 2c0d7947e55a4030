package edge

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
)

// maxWait is how long a request waits for its turn: who waited longer would have
// given up before the answer came.
const maxWait = 2 * time.Second

const codeOverloaded = "overloaded"

// Gate bounds how many requests are worked on at once and how many wait for that,
// so that more of them than the server can bear make it refuse, and not slow for
// everybody. Requests wait in the order they came. A nil Gate bounds nothing.
type Gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
	refused atomic.Int64
}

// NewGate makes a gate for so many requests in flight and so many waiting.
func NewGate(inFlight, waiting int) (*Gate, error) {
	if inFlight < 1 || waiting < 0 {
		return nil, errors.New("edge: a gate needs at least one request in flight")
	}
	return &Gate{slots: make(chan struct{}, inFlight), queue: int64(waiting)}, nil
}

// enter takes a place, which leave gives back; with the queue full, or after
// maxWait, it is Unavailable.
func (g *Gate) enter(ctx context.Context) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	leave = func() { <-g.slots }
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	default:
	}
	if g.waiting.Add(1) > g.queue {
		g.waiting.Add(-1)
		return nil, g.refuse()
	}
	defer g.waiting.Add(-1)
	patience := time.NewTimer(maxWait)
	defer patience.Stop()
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	case <-patience.C:
		return nil, g.refuse()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (g *Gate) refuse() error {
	g.refused.Add(1)
	return &fault.Error{
		Kind: fault.Unavailable, Code: codeOverloaded, Message: "The server has more to do than it can.",
		Help: "Try again in a moment.", RetryAfter: 2 * time.Second,
	}
}

// Figures tells how many requests are in flight and waiting now, and how many
// were turned away so far.
func (g *Gate) Figures() (inFlight, waiting int, refused int64) {
	if g == nil {
		return 0, 0, 0
	}
	return len(g.slots), int(g.waiting.Load()), g.refused.Load()
}
