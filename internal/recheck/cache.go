package recheck

import (
	"context"
	"sync"
	"time"

	"chancery/internal/fault"
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
	asking  *question // nil while nobody waits for the database
}

// question is one that the database was asked, for all who want to know.
type question struct {
	done chan struct{}
	n    int64
	err  error
}

// answerWithin is how long the database may take for its change counter.
const answerWithin = 5 * time.Second

// NewWatch makes a Watch over count.
func NewWatch(clock ident.Clock, count Counter) *Watch { return &Watch{clock: clock, count: count} }

// Generation gives the counter as of at most MaxAge ago. One caller asks the
// database for all, and each waits no longer than its own context: a database that
// has gone silent must not make them queue up behind each other.
func (w *Watch) Generation(ctx context.Context) (int64, error) {
	for {
		now := w.clock.Now()
		w.mu.Lock()
		if age := now.Sub(w.checked); w.asked && age >= 0 && age < MaxAge {
			defer w.mu.Unlock()
			return w.seen, nil
		}
		q, mine := w.asking, false
		if q == nil {
			q, mine = &question{done: make(chan struct{})}, true
			w.asking = q
			go w.ask(context.WithoutCancel(ctx), q, now)
		}
		w.mu.Unlock()
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-q.done:
		}
		if mine || q.err != nil {
			return q.n, q.err
		}
		// It may have been asked too long ago for this caller.
	}
}

// fresh gives the counter where it was asked for at most MaxAge ago, and asks nobody.
func (w *Watch) fresh() (int64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	age := w.clock.Now().Sub(w.checked)
	return w.seen, w.asked && age >= 0 && age < MaxAge
}

func (w *Watch) ask(ctx context.Context, q *question, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	q.n, q.err = w.count(ctx)
	if q.err != nil && ctx.Err() != nil {
		q.err = &fault.Error{
			Kind: fault.Unavailable, Code: "database_unavailable", Message: "The database does not answer.",
			Help: "Try again in a moment; nothing was changed.", RetryAfter: 2 * time.Second, Cause: q.err,
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if q.err == nil {
		w.seen, w.checked, w.asked = q.n, now, true
	}
	w.asking = nil
	close(q.done)
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
	return c.get(generation, key, func() (V, error) { return c.load(ctx, key) })
}

// Within is Get for who is in a transaction, and must not ask for the counter beside it:
// load reads the value there. Nothing is taken from memory, or kept, unless somebody else
// has asked for the counter at most MaxAge ago.
func (c *Cache[K, V]) Within(key K, load func() (V, error)) (V, error) {
	generation, ok := c.watch.fresh()
	if !ok {
		return load()
	}
	return c.get(generation, key, load)
}

func (c *Cache[K, V]) get(generation int64, key K, load func() (V, error)) (V, error) {
	c.mu.RLock()
	v, ok := c.values[key]
	ok = ok && c.generation == generation
	c.mu.RUnlock()
	if ok {
		return v, nil
	}
	// Loaded after the counter was read: at worst the value is newer than its generation.
	v, err := load()
	if err != nil {
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
