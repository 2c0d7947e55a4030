package licensing

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	pulseEvery   = 500 * time.Millisecond // a pulse is written at most about this much after it came
	pulseStep    = 50                     // with one statement
	pulseRows    = 500                    // in one transaction
	pulseWriters = 4                      // transactions at once
	pulseWaiting = 200_000                // activations at most; one more is refused
)

// Pulses is the write-behind of the heartbeats that change nothing: the one
// exception to "nothing is answered before it is durable". A crash may lose the
// last second of last_seen and of the day's count, never anything else.
type Pulses struct {
	runner tx.Runner
	log    *slog.Logger

	flushing sync.Mutex // held while what was taken is written

	mu      sync.Mutex
	waiting map[pulseKey]*pulse
	writing map[pulseKey]*pulse // what a flush has taken; it is only read

	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once
}

type pulseKey struct {
	activation ident.ActivationID
	day        int64
}

type pulse struct {
	vendor  ident.VendorID
	seen    int64 // Unix milliseconds
	count   int64
	counter int64 // the highest of the calls' signatures; 0 for none
}

var _ licensing.Pulses = (*Pulses)(nil)

// NewPulses starts the write-behind. Close flushes and stops it.
func NewPulses(runner tx.Runner, log *slog.Logger) *Pulses {
	p := &Pulses{runner: runner, log: log, waiting: map[pulseKey]*pulse{}, stop: make(chan struct{}), stopped: make(chan struct{})}
	go p.loop()
	return p
}

// Seen implements licensing.Pulses.
func (p *Pulses) Seen(v ident.VendorID, a ident.ActivationID, at time.Time, counter int64) (int64, error) {
	key, seen := pulseKey{a, licensing.DayOf(at)}, at.UnixMilli()
	p.mu.Lock()
	defer p.mu.Unlock()
	held := p.waiting[key]
	for _, w := range [...]*pulse{held, p.writing[key]} {
		if w != nil && w.counter > 0 && counter <= w.counter {
			return w.counter, nil
		}
	}
	if held == nil {
		if len(p.waiting) >= pulseWaiting {
			return 0, &fault.Error{
				Kind: fault.Unavailable, Code: "overloaded", Message: "The server has more heartbeats waiting than it can record.",
				Help: "Try again in a moment.", RetryAfter: time.Second,
			}
		}
		held = &pulse{vendor: v}
		p.waiting[key] = held
	}
	held.seen = max(held.seen, seen)
	held.count++
	held.counter = counter
	return 0, nil
}

// Lag tells how many activations wait to be written.
func (p *Pulses) Lag() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting)
}

// Close writes what is waiting and stops. It may be called twice.
func (p *Pulses) Close() error {
	p.once.Do(func() { close(p.stop) })
	<-p.stopped
	return p.Flush(context.Background())
}

func (p *Pulses) loop() {
	defer close(p.stopped)
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			if err := p.Flush(context.Background()); err != nil {
				p.log.Warn("heartbeats could not be recorded; they are kept and tried again", slog.Any("error", err))
			}
		}
	}
}

// Flush writes what is waiting now, and returns when it is written, also what an
// earlier Flush has taken. What fails goes back to waiting.
func (p *Pulses) Flush(ctx context.Context) error {
	p.flushing.Lock()
	defer p.flushing.Unlock()
	p.mu.Lock()
	taken := p.waiting
	p.waiting, p.writing = make(map[pulseKey]*pulse, len(taken)), taken
	p.mu.Unlock()
	keys := make([]pulseKey, 0, len(taken))
	for key := range taken {
		keys = append(keys, key)
	}
	// In the order of the table, so that neighbouring rows share their page.
	slices.SortFunc(keys, func(a, b pulseKey) int {
		return cmp.Or(cmp.Compare(a.activation, b.activation), cmp.Compare(a.day, b.day))
	})
	// Side by side, so that the embedded engine commits them together: each commit
	// is a sync, and takes their pages from all readers.
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	slots := make(chan struct{}, pulseWriters)
	for chunk := range slices.Chunk(keys, pulseRows) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			err := p.runner.Run(ctx, func(t tx.Tx) error {
				return writePulses(store.On(t), chunk, taken)
			})
			if err != nil {
				p.giveBack(chunk, taken)
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
			}
		})
	}
	wg.Wait()
	return failed
}

// writePulses writes pulses, pulseStep of them with one statement. Those whose
// next day has begun meanwhile go to the finished day's history.
func writePulses(q *store.Tx, keys []pulseKey, taken map[pulseKey]*pulse) error {
	for step := range slices.Chunk(keys, pulseStep) {
		args := make([]any, 0, pulseColumns*len(step))
		for _, key := range step {
			w := taken[key]
			args = append(args, int64(key.activation), w.vendor, key.day, w.seen, w.count, w.counter)
		}
		written, err := q.Exec(updatePulses(q.Dialect, len(step)), args...)
		if err != nil {
			return err
		}
		if written == int64(len(step)) {
			continue
		}
		missing, err := missed(q, step, taken)
		if err != nil {
			return err
		}
		for _, key := range missing {
			w := taken[key]
			if err := addToDay(q, w.vendor, key.activation, key.day, w.count); err != nil {
				return err
			}
		}
	}
	return nil
}

// missed gives the pulses whose row has another day by now.
func missed(q *store.Tx, keys []pulseKey, taken map[pulseKey]*pulse) (all []pulseKey, err error) {
	for _, key := range keys {
		var one int
		found, err := q.QueryRow(`SELECT 1 FROM pulses WHERE activation_id = $1 AND vendor_id = $2 AND last_seen_day = $3`,
			[]any{key.activation, taken[key].vendor, key.day}, &one)
		if err != nil {
			return nil, err
		}
		if !found {
			all = append(all, key)
		}
	}
	return all, nil
}

const pulseColumns = 6

// updatePulses gives the statement for so many pulses. Only the last step of a
// flush has another number than pulseStep, so the number of texts is bounded.
func updatePulses(d store.Dialect, rows int) string {
	var b strings.Builder
	b.WriteString(`UPDATE pulses SET last_seen_at = ` + d.Greatest("last_seen_at", "v.column4") + `, day_count = day_count + v.column5,
		counter = ` + d.Greatest("counter", "v.column6") + ` FROM (VALUES `)
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for c := range pulseColumns {
			if c > 0 {
				b.WriteString(", ")
			}
			b.WriteString("CAST($" + strconv.Itoa(pulseColumns*i+c+1) + " AS BIGINT)")
		}
		b.WriteByte(')')
	}
	b.WriteString(`) AS v WHERE pulses.activation_id = v.column1 AND pulses.vendor_id = v.column2 AND pulses.last_seen_day = v.column3`)
	return b.String()
}

func (p *Pulses) giveBack(keys []pulseKey, taken map[pulseKey]*pulse) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range keys {
		w := taken[key]
		if held := p.waiting[key]; held != nil {
			held.seen, held.count, held.counter = max(held.seen, w.seen), held.count+w.count, max(held.counter, w.counter)
		} else {
			p.waiting[key] = w
		}
	}
}
