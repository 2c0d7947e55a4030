package prepaid

import (
	"context"
	"sync"
	"time"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Heartbeats takes the heartbeats of programs for reports of the devices that they run on,
// where the client id is the number of a prepaid device (docs/rules/prepaid.md, rule 34).
// What it remembers is bounded, and can't be wrong: time that was paid is never taken back.
type Heartbeats struct {
	reports  Reports
	presence *Presence

	mu   sync.RWMutex
	paid map[numberOf]paidUntil
}

type numberOf struct {
	vendor ident.VendorID
	key    string
}

type paidUntil struct {
	id ident.DeviceID
	at time.Time
}

// mostPaid is how many devices that have time are remembered.
const mostPaid = 100_000

// NewHeartbeats makes it.
func NewHeartbeats(r Reports, p *Presence) *Heartbeats {
	return &Heartbeats{reports: r, presence: p, paid: map[numberOf]paidUntil{}}
}

// Heartbeat takes a heartbeat for a report: it charges the device where that has no time
// left, and tells why it is refused, if it is. A number that no device has is nobody's business.
func (h *Heartbeats) Heartbeat(ctx context.Context, v ident.VendorID, number string) (Dark, error) {
	has, err := h.presence.of(ctx, v)
	if err != nil || !has {
		return NotDark, err
	}
	r := h.reports
	n := numberOf{v, entry.DeviceKey(number)}
	now := r.Service.c.IDs.Clock.Now()
	h.mu.RLock()
	paid, known := h.paid[n]
	h.mu.RUnlock()
	if known && paid.at.After(now) && r.Service.trusts(now) {
		r.Hearing.Heard(v, paid.id, now, NotDark)
		return NotDark, nil
	}
	found, err := r.Service.c.Reader.Found(ctx, v, []string{n.key})
	if err != nil || len(found) == 0 {
		return NotDark, err
	}
	if _, err := r.take(ctx, v, found, now); err != nil {
		return NotDark, err
	}
	f := found[n.key]
	if f.UsableUntil.After(now) {
		h.remember(n, paidUntil{f.ID, f.UsableUntil})
	}
	return f.Dark, nil
}

func (h *Heartbeats) remember(n numberOf, p paidUntil) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.paid) >= mostPaid {
		clear(h.paid)
	}
	h.paid[n] = p
}

// Blacklisted tells why another call of a device is refused, which is no report: it charges
// nothing and is not noted.
func (h *Heartbeats) Blacklisted(t tx.Tx, v ident.VendorID, number string) (Dark, error) {
	has, err := h.presence.within(t, v)
	if err != nil || !has {
		return NotDark, err
	}
	return h.reports.Service.c.Store.DarkOf(t, v, entry.DeviceKey(number))
}
