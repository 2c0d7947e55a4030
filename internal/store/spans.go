package store

import (
	"slices"
	"sync/atomic"
	"time"
)

// spanBounds are what times are told apart by.
var spanBounds = []time.Duration{ //nolint:gochecknoglobals // a list that never changes
	time.Millisecond / 2, time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// spans counts times by their length.
type spans struct {
	counts [14]atomic.Int64 // one for each of spanBounds, and one for what is longer
	sum    atomic.Int64
}

func (s *spans) add(d time.Duration) {
	i, _ := slices.BinarySearch(spanBounds, d)
	s.counts[i].Add(1)
	s.sum.Add(int64(d))
}

// Spans is how many times were how long.
type Spans struct {
	UpTo map[float64]uint64 // by seconds; each with those that are shorter
	All  uint64
	Sum  float64 // seconds
}

func (s *spans) read() Spans {
	r := Spans{UpTo: make(map[float64]uint64, len(spanBounds)), Sum: time.Duration(s.sum.Load()).Seconds()}
	for i := range s.counts {
		r.All += uint64(s.counts[i].Load()) //nolint:gosec // never negative
		if i < len(spanBounds) {
			r.UpTo[spanBounds[i].Seconds()] = r.All
		}
	}
	return r
}
