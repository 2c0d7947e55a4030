package budget

import (
	"hash/maphash"
	"sync"
)

// Known remembers subjects that have shown to be genuine. It forgets those that
// have shown nothing for the longest time, roughly, once there are too many. It is
// safe for concurrent use; a nil Known knows nobody.
type Known struct {
	most int
	seed maphash.Seed

	mu     sync.Mutex
	newer  map[uint64]struct{}
	before map[uint64]struct{} // goes when newer is full
}

// NewKnown makes a Known that remembers the newest subjects: most of them at
// least, twice as many at most; 0 means 65,536.
func NewKnown(most int) *Known {
	if most <= 0 {
		most = 1 << 16
	}
	return &Known{most: most, seed: maphash.MakeSeed(), newer: map[uint64]struct{}{}}
}

// Note remembers a subject, named by its parts.
func (k *Known) Note(parts ...string) {
	if k == nil {
		return
	}
	s := hash(k.seed, Network{}, parts)
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, there := k.newer[s]; there {
		return
	}
	if len(k.newer) >= k.most {
		k.before, k.newer = k.newer, map[uint64]struct{}{}
	}
	k.newer[s] = struct{}{}
}

// Has reports whether a subject is remembered.
func (k *Known) Has(parts ...string) bool {
	if k == nil {
		return false
	}
	s := hash(k.seed, Network{}, parts)
	k.mu.Lock()
	defer k.mu.Unlock()
	_, newer := k.newer[s]
	_, before := k.before[s]
	return newer || before
}
