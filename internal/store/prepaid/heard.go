package prepaid

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	heardEvery   = time.Second
	heardSlices  = 60  // one is written each second, so that each device is written once a minute
	heardRows    = 500 // in one transaction
	heardWaiting = 2_000_000

	// mostUnknown is how many unknown numbers of a vendor are kept; those heard longest ago go.
	mostUnknown = 1000
	unknownText = 100 // characters of one
)

// Hearings is the write-behind of when devices were heard last: the second exception to
// "nothing is answered before it is durable". A crash may lose a minute of it, never a
// charge. Devices are written by ranges of neighbours, which share pages.
type Hearings struct {
	runner tx.Runner
	log    *slog.Logger

	flushing sync.Mutex

	mu      sync.Mutex
	waiting [heardSlices]map[ident.DeviceID]hearing
	many    int
	unknown map[ident.VendorID]unknownNumbers

	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once
}

type hearing struct {
	vendor ident.VendorID
	at     int64
	why    prepaid.Dark
}

// unknownNumbers are those of a vendor, by how they are compared.
type unknownNumbers map[string]unknownHeard

type unknownHeard struct {
	number string
	at     int64
	times  int64
}

var _ prepaid.Hearing = (*Hearings)(nil)

// NewHearings starts the write-behind. Close writes what waits and stops it.
func NewHearings(runner tx.Runner, log *slog.Logger) *Hearings {
	h := &Hearings{runner: runner, log: log, unknown: map[ident.VendorID]unknownNumbers{}, stop: make(chan struct{}), stopped: make(chan struct{})}
	go h.loop()
	return h
}

// Heard implements prepaid.Hearing. What comes while very many wait is not kept.
func (h *Hearings) Heard(v ident.VendorID, d ident.DeviceID, at time.Time, why prepaid.Dark) {
	slot := int(d) / prepaid.GroupSize % heardSlices
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting[slot] == nil {
		h.waiting[slot] = map[ident.DeviceID]hearing{}
	}
	if _, known := h.waiting[slot][d]; !known {
		if h.many >= heardWaiting {
			return
		}
		h.many++
	}
	h.waiting[slot][d] = hearing{v, at.UnixMilli(), why}
}

// Unknown implements prepaid.Hearing.
func (h *Hearings) Unknown(v ident.VendorID, key, number string, at time.Time) {
	if r := []rune(number); len(r) > unknownText {
		return // no device has such a number
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unknownHeard(v, key, unknownHeard{number, at.UnixMilli(), 1})
}

// unknownHeard adds to what waits of a vendor, within its bound.
func (h *Hearings) unknownHeard(v ident.VendorID, key string, one unknownHeard) {
	if h.unknown[v] == nil {
		h.unknown[v] = unknownNumbers{}
	}
	was, known := h.unknown[v][key]
	if !known && len(h.unknown[v]) >= mostUnknown {
		return
	}
	if one.times += was.times; was.at > one.at {
		one.number, one.at = was.number, was.at
	}
	h.unknown[v][key] = one
}

// Lag tells how many devices wait to be written.
func (h *Hearings) Lag() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.many
}

// Close writes what is waiting and stops. It may be called twice.
func (h *Hearings) Close() error {
	h.once.Do(func() { close(h.stop) })
	<-h.stopped
	return h.Flush(context.Background())
}

func (h *Hearings) loop() {
	defer close(h.stopped)
	tick := time.NewTicker(heardEvery)
	defer tick.Stop()
	for slot := 0; ; slot = (slot + 1) % heardSlices {
		select {
		case <-h.stop:
			return
		case <-tick.C:
			if err := h.flush(context.Background(), slot, slot+1); err != nil {
				h.log.Warn("last reports of devices could not be recorded; they are kept and tried again", slog.Any("error", err))
			}
		}
	}
}

// Flush writes all that waits.
func (h *Hearings) Flush(ctx context.Context) error { return h.flush(ctx, 0, heardSlices) }

// flush writes what waits of some slices, and the unknown numbers. What fails waits again.
func (h *Hearings) flush(ctx context.Context, first, end int) error {
	h.flushing.Lock()
	defer h.flushing.Unlock()
	for slot := first; slot < end; slot++ {
		h.mu.Lock()
		taken := h.waiting[slot]
		h.waiting[slot] = nil
		h.many -= len(taken)
		h.mu.Unlock()
		ids := slices.Sorted(maps.Keys(taken))
		for part := range slices.Chunk(ids, heardRows) {
			if err := h.runner.Run(tx.Patient(ctx), func(t tx.Tx) error { return write(store.On(t), part, taken) }); err != nil {
				h.back(slot, taken)
				return err
			}
		}
	}
	return h.flushUnknown(ctx)
}

func (h *Hearings) back(slot int, taken map[ident.DeviceID]hearing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting[slot] == nil {
		h.waiting[slot] = map[ident.DeviceID]hearing{}
	}
	for d, one := range taken {
		if _, newer := h.waiting[slot][d]; !newer {
			h.waiting[slot][d] = one
			h.many++
		}
	}
}

func write(q *store.Tx, ids []ident.DeviceID, taken map[ident.DeviceID]hearing) error {
	const columns = 4
	values := make([]any, 0, columns*len(ids))
	for _, d := range ids {
		one := taken[d]
		values = append(values, d, one.vendor, one.at, int(one.why))
	}
	return q.InsertMany(`INSERT INTO prepaid_heard (id, vendor_id, at, outcome) VALUES`, columns, values,
		`ON CONFLICT (id) DO UPDATE SET at = excluded.at, outcome = excluded.outcome WHERE prepaid_heard.at <= excluded.at`, nil)
}

// takeUnknown gives the unknown numbers that wait; nobody else holds them then.
func (h *Hearings) takeUnknown() map[ident.VendorID]unknownNumbers {
	h.mu.Lock()
	defer h.mu.Unlock()
	taken := h.unknown
	h.unknown = map[ident.VendorID]unknownNumbers{}
	return taken
}

// flushUnknown writes the unknown numbers, each vendor's by themselves. What fails waits again.
func (h *Hearings) flushUnknown(ctx context.Context) error {
	var failed []error
	for v, numbers := range h.takeUnknown() {
		if err := h.runner.Run(tx.Patient(ctx), func(t tx.Tx) error { return writeUnknown(store.On(t), v, numbers) }); err != nil {
			failed = append(failed, err)
			h.unknownBack(v, numbers)
		}
	}
	return errors.Join(failed...)
}

func (h *Hearings) unknownBack(v ident.VendorID, numbers unknownNumbers) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, one := range numbers {
		h.unknownHeard(v, key, one)
	}
}

func writeUnknown(q *store.Tx, v ident.VendorID, numbers unknownNumbers) error {
	for _, key := range slices.Sorted(maps.Keys(numbers)) {
		one := numbers[key]
		if err := q.Later(`INSERT INTO prepaid_unknown (vendor_id, number_key, number, heard_at, times) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (vendor_id, number_key) DO UPDATE SET number = excluded.number, heard_at = excluded.heard_at,
			times = prepaid_unknown.times + excluded.times`, v, key, one.number, one.at, one.times); err != nil {
			return err
		}
	}
	return q.Later(`DELETE FROM prepaid_unknown WHERE vendor_id = $1 AND number_key IN (SELECT o.number_key FROM prepaid_unknown o
		WHERE o.vendor_id = $1 ORDER BY o.heard_at DESC, o.number_key LIMIT 1000000 OFFSET $2)`, v, mostUnknown)
}
