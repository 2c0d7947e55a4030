package recheck

import (
	"context"
	"sync"
	"time"

	"chancery/internal/ident"
)

// MaxAge is how long a change made elsewhere may go unseen.
const MaxAge = time.Second

const maxEntries = 100_000

// Counter reads the change counter: it differs after every change to what is cached.
type Counter func(ctx context.Context) (int64, error)

// Watch tells whether anything changed, asking the database at most once per
// MaxAge. One Watch serves all caches of a process.
type Watch struct {
	clock ident.Clock
	count Counter

	mu      sync.Mutex
	checked time.Time
	seen    int64
	asked   bool
}

// NewWatch makes a Watch over count.
func NewWatch(clock ident.Clock, count Counter) *Watch { return &Watch{clock: clock, count: count} }

// Generation gives the counter as of at most MaxAge ago.
func (w *Watch) Generation(ctx context.Context) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	if age := now.Sub(w.checked); w.asked && age >= 0 && age < MaxAge {
		return w.seen, nil
	}
	n, err := w.count(ctx)
	if err != nil {
		return 0, err
	}
	w.seen, w.checked, w.asked = n, now, true
	return n, nil
}

// Cache keeps values by key while the change counter stands still. Failures and
// missing values are not kept. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	watch *Watch
	load  func(ctx context.Context, key K) (V, error)

	mu         sync.RWMutex
	generation int64
	values     map[K]V
}

// NewCache makes a cache that fills itself by load.
func NewCache[K comparable, V any](w *Watch, load func(ctx context.Context, key K) (V, error)) *Cache[K, V] {
	return &Cache[K, V]{watch: w, load: load, values: map[K]V{}}
}

// Get gives the value for key, loading it when it is not held or may be stale.
func (c *Cache[K, V]) Get(ctx context.Context, key K) (V, error) {
	generation, err := c.watch.Generation(ctx)
	if err != nil {
		var zero V
		return zero, err
	}
	c.mu.RLock()
	v, ok := c.values[key]
	ok = ok && c.generation == generation
	c.mu.RUnlock()
	if ok {
		return v, nil
	}
	// Loaded after the counter was read: at worst the value is newer than its generation.
	if v, err = c.load(ctx, key); err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation || len(c.values) >= maxEntries {
		if generation < c.generation {
			return v, nil // a faster caller is ahead
		}
		clear(c.values)
		c.generation = generation
	}
	c.values[key] = v
	return v, nil
}
