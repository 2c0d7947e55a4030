package edge

import (
	"container/list"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"chancery/internal/budget"
	"chancery/internal/fault"
)

// Bodies bounds how many request bodies are on their way to the server at once: in
// all, and from one network. Beyond that the one that has been on its way for
// longest is cut off in favour of the newest: who sends a body sends it at once, so
// that who sends slowly, or nothing at all, keeps nobody else out. A nil Bodies
// bounds nothing.
type Bodies struct {
	all  int
	from map[budget.Width]int

	mu     sync.Mutex
	order  list.List // of *arrival, the oldest first
	count  map[budget.Network]int
	cutOff int64
}

// NewBodies makes a bound of so many bodies in all, and so many from one network of
// each width; a width that is not named has no bound of its own.
func NewBodies(all int, from map[budget.Width]int) (*Bodies, error) {
	b := &Bodies{all: all, from: from, count: map[budget.Network]int{}}
	for _, n := range from {
		all = min(all, n)
	}
	if all < 1 {
		return nil, errors.New("edge: Bodies needs room for at least one body")
	}
	return b, nil
}

// enter puts a body among those on their way, and cuts older ones off for it.
func (b *Bodies) enter(a *arrival, from netip.Addr) {
	if b == nil {
		return
	}
	a.networks = budget.Networks(from)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range a.networks {
		if most, bounded := b.from[n.Width]; bounded && b.count[n] >= most {
			b.cutOldest(func(other *arrival) bool { return slices.Contains(other.networks, n) })
		}
	}
	if b.order.Len() >= b.all {
		b.cutOldest(func(*arrival) bool { return true })
	}
	a.place = b.order.PushBack(a)
	for _, n := range a.networks {
		b.count[n]++
	}
}

func (b *Bodies) cutOldest(of func(a *arrival) bool) {
	for e := b.order.Front(); e != nil; e = e.Next() {
		if a := e.Value.(*arrival); of(a) { //nolint:forcetypeassert // nothing else is in it
			b.remove(a)
			b.cutOff++
			a.cut(errCrowded())
			return
		}
	}
}

// leave takes a body out that has arrived, or never will.
func (b *Bodies) leave(a *arrival) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.remove(a)
}

func (b *Bodies) remove(a *arrival) {
	if a.place == nil {
		return
	}
	b.order.Remove(a.place)
	a.place = nil
	for _, n := range a.networks {
		if b.count[n]--; b.count[n] == 0 {
			delete(b.count, n)
		}
	}
}

// Figures tells how many bodies are on their way now, and how many were cut off for
// others so far.
func (b *Bodies) Figures() (underWay int, cutOff int64) {
	if b == nil {
		return 0, 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.order.Len(), b.cutOff
}

// How long a body may be on its way: what programs and forms send is small, an
// upload has as long as the connection has for a whole request.
const (
	smallBody  = 64 << 10
	smallTime  = 10 * time.Second
	uploadTime = 30 * time.Second
)

func bodyTime(limit int64) time.Duration {
	if limit <= smallBody {
		return smallTime
	}
	return uploadTime
}

const codeCrowded = "too_many_bodies"

func errCrowded() *fault.Error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: codeCrowded, Message: "Too many request bodies are on their way to the server, and this one took longest.",
		Help: "Send it again in a moment, all at once.", RetryAfter: 2 * time.Second,
	}
}

func errSlow() *fault.Error {
	return &fault.Error{
		Kind: fault.TooSlow, Code: "body_too_slow", Message: "The request body did not arrive in time.", Help: "Send it again, all at once.",
	}
}
