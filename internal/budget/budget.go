package budget

import (
	"errors"
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Config says how much may be spent.
type Config struct {
	Clock ident.Clock

	// Burst is how much may be spent at once, at least 1.
	Burst int

	// Every is how long it takes until one more may be spent.
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
	spent map[Subject]bucket
}

// Subject is what a budget is kept for. It holds a keyed hash, never a secret.
type Subject uint64

// bucket is how much was left at an instant.
type bucket struct {
	left float64
	at   time.Time
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
	return &Budget{c: c, seed: maphash.MakeSeed(), spent: map[Subject]bucket{}}, nil
}

// Subject names a subject by its parts.
func (b *Budget) Subject(parts ...string) Subject {
	return subject(b.seed, parts)
}

func subject(seed maphash.Seed, parts []string) Subject {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, p := range parts {
		_, _ = h.WriteString(p) // never fails
		_ = h.WriteByte(0)      // never fails
	}
	return Subject(h.Sum64())
}

// Check is Throttled while the subject has nothing left. It spends nothing.
func (b *Budget) Check(s Subject) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, known := b.spent[s]
	if !known {
		return nil
	}
	k = b.refill(k)
	b.spent[s] = k
	return b.refuse(k.left)
}

// Spend takes one; it is Throttled when nothing was left.
func (b *Budget) Spend(s Subject) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, known := b.spent[s]
	if !known {
		b.makeRoom()
		k = bucket{left: float64(b.c.Burst), at: b.c.Clock.Now()}
	}
	k = b.refill(k)
	if err := b.refuse(k.left); err != nil {
		b.spent[s] = k
		return err
	}
	k.left--
	b.spent[s] = k
	return nil
}

// refill adds what has come back since. A clock set back adds nothing.
func (b *Budget) refill(k bucket) bucket {
	now := b.c.Clock.Now()
	if passed := now.Sub(k.at); passed > 0 {
		k.left = math.Min(float64(b.c.Burst), k.left+float64(passed)/float64(b.c.Every))
	}
	k.at = now
	return k
}

func (b *Budget) refuse(left float64) error {
	if left >= 1 {
		return nil
	}
	b.refused.Add(1)
	wait := time.Duration((1 - left) * float64(b.c.Every))
	return &fault.Error{
		Kind: fault.Throttled, Code: b.c.Code, Message: b.c.Message, Help: b.c.Help, RetryAfter: max(wait, time.Second),
	}
}

// Refused tells how often a subject had nothing left. A nil Budget refuses nobody.
func (b *Budget) Refused() int64 {
	if b == nil {
		return 0
	}
	return b.refused.Load()
}

// makeRoom forgets some subjects when there are too many: of a few met at
// random, those that have most left.
func (b *Budget) makeRoom() {
	for len(b.spent) >= b.c.Subjects {
		var most Subject
		left, met := -1.0, 0
		for s, k := range b.spent {
			if k = b.refill(k); k.left > left {
				most, left = s, k.left
			}
			if met++; met == 8 {
				break
			}
		}
		delete(b.spent, most)
	}
}
