package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Consumption is what became of a call of Consume.
type Consumption struct {
	Counted       bool       // false: it waits on this machine for the next contact, and is counted then
	TransactionID string     // of the server; empty while it waits
	Remaining     *float64   // left of the limit in this period; nil: unlimited, or not known
	Balance       *float64   // the same, below zero in the goodwill
	Limit         *float64   // nil: unlimited, or not known
	NextReset     *time.Time // nil: never, or not known
	Waiting       int        // how many wait on this machine now, this one among them if it does
	Refused       int        // earlier ones that had waited and found no room now
}

// entryAnswer is the server's answer to one entry.
type entryAnswer struct {
	TransactionID *string    `json:"transaction_id"`
	LimitationID  string     `json:"limitation_id"`
	Remaining     *float64   `json:"remaining"`
	Balance       *float64   `json:"balance"`
	Limit         *float64   `json:"limit"`
	NextReset     *time.Time `json:"next_reset_date_utc"`
	Reason        string     `json:"reason"`
}

// unlimited is the limit in answers about a limitation that has none: the
// protocol has no null there.
const unlimited = math.MaxInt32

func (a entryAnswer) limited() bool { return a.Limit != nil && *a.Limit != unlimited }

const (
	// quiet is how long after a call without an answer the next ones only queue:
	// without a network a program must not wait for one at every consumption.
	quiet     = 30 * time.Second
	maxBatch  = 100
	maxAmount = 1_000_000_000_000
)

// Consume counts amount (above zero, at most six decimals) against the limitation
// with this name. It is on disk before anything is sent and has an id of its own,
// so that it is counted once whatever happens: a lost answer, a crash, a repeat.
//
// Without an answer it waits here and goes out with the next Consume, Heartbeat
// or Activate, in order (a Consume tries again after 30 seconds): no error, Counted is false. When that contact finds no
// room, it is not counted; Consumption.Refused tells how many.
//
// ErrExhausted: there is not enough left; nothing was counted. ErrNotValid: the
// licence is not valid here. ErrUnknownLimitation: it has nothing of this name
// that is consumed. ErrQueueFull: 10,000 wait already.
func (c *Client) Consume(ctx context.Context, limitation string, amount float64) (Consumption, error) {
	value, err := amountText(amount)
	if err != nil {
		return Consumption{}, err
	}
	if c.cfg.Offline {
		return c.consumeOffline(limitation, value.String())
	}
	ctx, done, err := c.begin(ctx)
	if err != nil {
		return Consumption{}, err
	}
	defer done()
	h, s := c.snapshot(), c.Status()
	switch {
	case h.key == nil || h.answer == nil:
		return Consumption{}, errors.Join(ErrNotActivated, h.damage)
	case !s.Valid():
		return Consumption{}, fmt.Errorf("%w: %s", ErrNotValid, s.Message)
	}
	l, ok := consumed(h.answer.license, limitation)
	if !ok {
		return Consumption{}, fmt.Errorf("%w: %s", ErrUnknownLimitation, limitation)
	}
	id, err := newID(c.cfg.Rand)
	if err != nil {
		return Consumption{}, err
	}
	entry, err := c.enqueue(queued{ID: id, ClientID: c.id, Limitation: l.ID, Value: value, At: c.cfg.Now().UTC()})
	if err != nil {
		return Consumption{}, err
	}
	var sent flushed
	if now := c.cfg.Now(); now.Before(c.silent) || now.Sub(c.silent) >= quiet {
		sent = c.flush(ctx, h)
		if _, answered := sent.answers[entry.ID]; !answered && sent.err == nil && sent.dropped[entry.ID] == nil {
			// Another process over this folder was faster: asking again counts nothing twice.
			if answers, err := c.sendQueued(ctx, []queued{entry}, h); err == nil {
				sent.answers[entry.ID] = answers[0]
				c.remember(answers)
			}
		}
		if c.silent = (time.Time{}); errors.Is(sent.err, ErrUnreachable) {
			c.silent = now
		}
	}
	return c.outcome(entry, sent)
}

// enqueue puts an entry behind those of all processes.
func (c *Client) enqueue(e queued) (queued, error) {
	unlock, err := c.dir.lock(lockWait)
	if err != nil {
		return e, err
	}
	defer unlock()
	return c.queue.add(e, c.cfg.Now())
}

func consumed(license LicenseInfo, name string) (Limitation, bool) {
	for _, l := range license.Limitations {
		if l.Name == name && l.ResetMode != 0 {
			return l, true
		}
	}
	return Limitation{}, false
}

// amountText writes an amount as the decimal number that it was written as.
func amountText(amount float64) (json.Number, error) {
	text := strconv.FormatFloat(amount, 'f', -1, 64)
	_, decimals, _ := strings.Cut(text, ".")
	if !(amount > 0) || amount > maxAmount || len(decimals) > 6 {
		return "", errors.New("client: an amount must be above 0 and at most 1000000000000, with at most six decimals")
	}
	return json.Number(text), nil
}

// flushed is what sending the queue came to.
type flushed struct {
	answers map[string]entryAnswer // by the entry's id
	dropped map[string]error       // entries that the server will never take
	err     error                  // why the rest still waits
}

// outcome tells what became of one entry, and of those before it.
func (c *Client) outcome(e queued, f flushed) (out Consumption, err error) {
	for id, a := range f.answers {
		if id != e.ID && a.TransactionID == nil {
			out.Refused++
		}
	}
	defer func() {
		if names, e := c.queue.names(); e == nil {
			out.Waiting = len(names)
		}
	}()
	if failed := f.dropped[e.ID]; failed != nil {
		return out, failed
	}
	a, answered := f.answers[e.ID]
	if !answered {
		if _, refused := errors.AsType[*RefusalError](f.err); refused { // a signed no: it is not to be counted later
			return out, errors.Join(f.err, c.queue.done(e))
		}
		return out, nil
	}
	out.NextReset = a.NextReset
	if a.limited() {
		out.Remaining, out.Balance, out.Limit = a.Remaining, a.Balance, a.Limit
	}
	if a.TransactionID == nil {
		if a.Reason == "" || a.Reason == "exhausted" {
			return out, ErrExhausted
		}
		return out, fmt.Errorf("%w: %s", ErrNotValid, a.Reason)
	}
	out.Counted, out.TransactionID = true, *a.TransactionID
	return out, nil
}

// flush sends what waits, oldest first, until nothing does or no answer comes.
// Whoever calls it has the turn.
func (c *Client) flush(ctx context.Context, h held) flushed {
	f := flushed{answers: map[string]entryAnswer{}, dropped: map[string]error{}}
	batch := maxBatch
	for {
		waiting, err := c.queue.waiting(c.id, batch)
		if err != nil || len(waiting) == 0 {
			f.err = err
			return f
		}
		answers, err := c.sendQueued(ctx, waiting, h)
		switch {
		case err == nil:
			for i, a := range answers {
				f.answers[waiting[i].ID] = a
			}
			c.remember(answers)
		case !spoilt(err):
			f.err = err
			return f
		case len(waiting) > 1:
			batch = 1 // one of them stops the others: find out which
			continue
		default:
			f.dropped[waiting[0].ID] = err
		}
		if err := c.queue.done(waiting...); err != nil {
			f.err = err
			return f
		}
	}
}

// spoilt tells whether an error is an entry's own, which no repeat heals.
func spoilt(err error) bool {
	var refused *RefusalError
	var failed *ServerError
	switch {
	case errors.As(err, &refused):
		return refused.ID == RefusalUnknownLimitation
	case errors.As(err, &failed):
		return failed.Status == http.StatusBadRequest || failed.Status == http.StatusUnprocessableEntity
	}
	return false
}

func (c *Client) sendQueued(ctx context.Context, waiting []queued, h held) ([]entryAnswer, error) {
	type entry struct {
		Limitation string      `json:"limitation_id"`
		Value      json.Number `json:"value"`
		ID         string      `json:"external_id"`
		At         string      `json:"timestamp_utc,omitempty"`
	}
	request := struct {
		ClientID string  `json:"client_id"`
		Entries  []entry `json:"consumption_heartbeat"`
	}{ClientID: c.id}
	for _, q := range waiting {
		e := entry{q.Limitation, q.Value, q.ID, ""}
		if q.At.Year() > 2000 && q.At.Year() < 9000 { // a clock that is no clock says nothing
			e.At = q.At.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		request.Entries = append(request.Entries, e)
	}
	a, err := c.call(ctx, "data_gathering/consumption_heartbeats", request, h.key)
	if err != nil {
		return nil, err
	}
	var answers []entryAnswer
	if err := json.Unmarshal(a.body, &answers); err != nil || len(answers) != len(waiting) {
		return nil, errors.Join(errors.New("client: the answer to consumption is not of its form"), err)
	}
	for i, q := range waiting {
		if !strings.EqualFold(answers[i].LimitationID, q.Limitation) {
			return nil, ErrForeignAnswer
		}
	}
	return answers, nil
}

// remember keeps what answers say is left, until the next heartbeat says it.
func (c *Client) remember(answers []entryAnswer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := make(map[string]*float64, len(c.left)+len(answers))
	maps.Copy(left, c.left)
	for _, a := range answers {
		left[a.LimitationID] = nil
		if a.limited() {
			left[a.LimitationID] = a.Remaining
		}
	}
	c.left = left
}

// Remaining tells how much is left of the limitation with this name: by the last
// answer, less what waits on this machine; never below zero, and infinite where
// there is no limit. false: the licence is not valid, or nothing of this name is
// consumed.
func (c *Client) Remaining(limitation string) (float64, bool) {
	s := c.Status()
	if !s.Valid() {
		return 0, false
	}
	l, ok := consumed(*s.License, limitation)
	if !ok {
		return 0, false
	}
	if c.cfg.Offline {
		return remainingOffline(l, c.offlineState().Records), true
	}
	c.mu.Lock()
	left, known := c.left[l.ID]
	c.mu.Unlock()
	if !known {
		left = l.Remaining
	}
	if left == nil {
		return math.Inf(1), true
	}
	waiting, err := c.queue.waiting(c.id, maxQueue)
	if err != nil {
		return 0, false
	}
	millionths := math.Round(*left * 1e6)
	for _, q := range slices.Backward(waiting) {
		if n, err := q.Value.Float64(); err == nil && q.Limitation == l.ID {
			millionths -= math.Round(n * 1e6)
		}
	}
	return max(millionths, 0) / 1e6, true
}
