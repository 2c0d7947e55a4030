package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maker makes the i-th call of a measurement. It is called from one goroutine per connection.
type maker func(connection, i int) request

// checker looks at an answer in full; it is given one in a hundred.
type checker func(r request, c *connection, status int) error

// load is one measurement.
type load struct {
	name        string
	address     string
	connections int
	seconds     float64
	limit       int // calls at most; 0 for no other bound than time
	make        maker
	check       checker
	accept      func(status int) bool // nil: 200 only

	apart bool          // each connection comes from an address of its own: what is bounded by address is measured so
	made  *atomic.Int64 // calls of earlier runs, where no two may be alike; nil where they may
}

// used tells whether no call is left.
func (l load) used() bool { return l.limit > 0 && l.made != nil && l.made.Load() >= int64(l.limit) }

// result is what a measurement came to.
type result struct {
	calls    int
	seconds  float64
	latency  []time.Duration // sorted
	rejected int
}

func (r result) perSecond() float64 { return float64(r.calls) / r.seconds }

func (r result) percentile(p float64) time.Duration {
	if len(r.latency) == 0 {
		return 0
	}
	return r.latency[min(len(r.latency)-1, int(p*float64(len(r.latency))))]
}

func (r result) sort() { slices.Sort(r.latency) }

// closed drives the server as fast as the connections allow.
func (l load) closed(ctx context.Context) (result, error) { return l.drive(ctx, 0) }

// open sends at a fixed rate whatever the server does; latency counts from the
// instant a call was due, so that a stall shows in every call behind it.
func (l load) open(ctx context.Context, perSecond float64) (result, error) {
	return l.drive(ctx, perSecond)
}

func (l load) drive(ctx context.Context, perSecond float64) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(l.seconds*float64(time.Second)))
	defer cancel()
	next, sent := l.made, new(atomic.Int64)
	if next == nil {
		next = new(atomic.Int64)
	}
	var mu sync.Mutex
	var all result
	var failed error
	var wg sync.WaitGroup
	began := time.Now()
	for w := range l.connections {
		wg.Go(func() {
			got, err := l.worker(ctx, w, next, sent, began, perSecond)
			mu.Lock()
			defer mu.Unlock()
			all.calls += got.calls
			all.rejected += got.rejected
			all.latency = append(all.latency, got.latency...)
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	all.seconds = time.Since(began).Seconds()
	all.sort()
	return all, failed
}

func (l load) worker(ctx context.Context, w int, next, sent *atomic.Int64, began time.Time, perSecond float64) (got result, err error) {
	c, err := dial(l.address, l.apart, w)
	if err != nil {
		return got, err
	}
	defer c.Close()
	for ctx.Err() == nil {
		i := int(next.Add(1) - 1)
		if l.limit > 0 && i >= l.limit {
			return got, nil
		}
		due := time.Now()
		if perSecond > 0 {
			due = began.Add(time.Duration(float64(sent.Add(1)-1) / perSecond * float64(time.Second)))
			if wait := time.Until(due); wait > 0 {
				select {
				case <-ctx.Done():
					return got, nil
				case <-time.After(wait):
				}
			}
		}
		r := l.make(w, i)
		full := l.check != nil && i%100 == 0
		status, err := c.do(r, full)
		if err != nil {
			return got, fmt.Errorf("%s: %w", l.name, err)
		}
		if good := status == 200 || l.accept != nil && l.accept(status); !good {
			return got, fmt.Errorf("%s: the server answered %d: %.300s", l.name, status, c.body)
		}
		if status != 200 {
			got.rejected++
		}
		if full {
			if err := l.check(r, c, status); err != nil {
				return got, fmt.Errorf("%s: %w", l.name, err)
			}
		}
		got.calls++
		got.latency = append(got.latency, time.Since(due))
	}
	return got, nil
}
