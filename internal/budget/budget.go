package budget

import (
	"errors"
	"hash/maphash"
	"math"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Config says how much may be spent.
type Config struct {
	Clock ident.Clock

	// Burst is how much may be spent at once, at least 1. A network that is wider
	// than a host has twice as much (/56) or four times (/24, /48).
	Burst int

	// Every is how long it takes until one more may be spent; of a wider network as
	// many times less.
	Every time.Duration

	// Code, Message and Help are the fault of whoever has nothing left; those of
	// failed calls when Code is empty.
	Code, Message, Help string

	// Subjects is how many are remembered; 0 means 65,536. Beyond it those that
	// have spent least are forgotten first, roughly.
	Subjects int
}

// Budget counts what each subject has spent. It is safe for concurrent use.
type Budget struct {
	c    Config
	seed maphash.Seed

	refused atomic.Int64

	mu    sync.Mutex
	spent map[uint64]bucket
}

// Subject is what a budget is kept for: one thing, or the networks around an address,
// of which each must have something left. It holds keyed hashes, never a secret.
type Subject struct {
	of [3]part
	n  int
}

type part struct {
	hash  uint64
	share float64 // of the budget: 1 for a host
}

// bucket is how much was left at an instant.
type bucket struct {
	left, share float64
	at          time.Time
}

// New makes a budget.
func New(c Config) (*Budget, error) {
	if c.Clock == nil || c.Burst < 1 || c.Every <= 0 || c.Subjects < 0 {
		return nil, errors.New("budget: Config needs Clock, Burst and Every")
	}
	if c.Subjects == 0 {
		c.Subjects = 1 << 16
	}
	if c.Code == "" {
		c.Code, c.Message = "too_many_failures", "Too many calls have failed here in a short time."
		c.Help = "Check the key that is sent, and wait before the next try."
	}
	return &Budget{c: c, seed: maphash.MakeSeed(), spent: map[uint64]bucket{}}, nil
}

// Subject names a subject by its parts.
func (b *Budget) Subject(parts ...string) Subject {
	return Subject{of: [3]part{{hash(b.seed, Network{}, parts), 1}}, n: 1}
}

// From names the networks around an address, each together with the parts.
func (b *Budget) From(a netip.Addr, parts ...string) Subject {
	var s Subject
	for _, n := range Networks(a) {
		s.of[s.n] = part{hash(b.seed, n, parts), n.Width.share()}
		s.n++
	}
	return s
}

func hash(seed maphash.Seed, n Network, parts []string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	at := n.Prefix.Addr().As16()
	_, _ = h.Write(append(at[:], byte(n.Width), byte(n.Prefix.Bits()&0xff))) // never fails; a network of IPv4 and one of IPv6 differ
	for _, p := range parts {
		_, _ = h.WriteString(p) // never fails
		_ = h.WriteByte(0)      // never fails
	}
	return h.Sum64()
}

// Check is Throttled while the subject has nothing left. It spends nothing.
func (b *Budget) Check(s Subject) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.check(s)
}

// Spend takes one; it is Throttled, and takes nothing, when nothing was left.
func (b *Budget) Spend(s Subject) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.check(s); err != nil {
		return err
	}
	for _, p := range s.of[:s.n] {
		k, known := b.spent[p.hash]
		if !known {
			b.makeRoom()
			k = bucket{left: float64(b.c.Burst) * p.share, share: p.share, at: b.c.Clock.Now()}
		}
		k.left--
		b.spent[p.hash] = k
	}
	return nil
}

func (b *Budget) check(s Subject) error {
	var wait time.Duration
	for _, p := range s.of[:s.n] {
		k, known := b.spent[p.hash]
		if !known {
			continue
		}
		k = b.refill(k)
		b.spent[p.hash] = k
		if k.left < 1 {
			wait = max(wait, time.Duration((1-k.left)*float64(b.c.Every)/k.share), 1)
		}
	}
	if wait == 0 {
		return nil
	}
	b.refused.Add(1)
	return &fault.Error{
		Kind: fault.Throttled, Code: b.c.Code, Message: b.c.Message, Help: b.c.Help, RetryAfter: max(wait, time.Second),
	}
}

// refill adds what has come back since. A clock set back adds nothing.
func (b *Budget) refill(k bucket) bucket {
	now := b.c.Clock.Now()
	if passed := now.Sub(k.at); passed > 0 {
		k.left = math.Min(float64(b.c.Burst)*k.share, k.left+float64(passed)/float64(b.c.Every)*k.share)
	}
	k.at = now
	return k
}

// Refused tells how often a subject had nothing left. A nil Budget refuses nobody.
func (b *Budget) Refused() int64 {
	if b == nil {
		return 0
	}
	return b.refused.Load()
}

// makeRoom forgets some subjects when there are too many: of a few met at
// random, those that have most left of what they may have.
func (b *Budget) makeRoom() {
	for len(b.spent) >= b.c.Subjects {
		var most uint64
		left, met := math.Inf(-1), 0
		for s, k := range b.spent {
			if k = b.refill(k); k.left/k.share > left {
				most, left = s, k.left/k.share
			}
			if met++; met == 8 {
				break
			}
		}
		delete(b.spent, most)
	}
}
