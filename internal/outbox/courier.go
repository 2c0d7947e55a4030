package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Parcel is one item to carry, with all that is needed for it.
type Parcel struct {
	Vendor       ident.VendorID
	Subscription Subscription
	Item         Item // Attempts counts this one
	At           time.Time
}

// Receipt is what came of carrying a parcel.
type Receipt struct {
	Delivered  bool
	Gone       bool          // the receiver wants nothing any more
	RetryAfter time.Duration // what the receiver asked for; 0 for nothing
	Attempt    Attempt       // all but ID, Item, Event, At and Number
}

// Carrier carries parcels of one kind of subscription.
type Carrier interface {
	// Carry tries once, within CarryWithin. It may be called again for what was
	// delivered: when the server dies before it wrote that down.
	Carry(ctx context.Context, p Parcel) Receipt
}

// Endpoint is a subscription with something to deliver.
type Endpoint struct {
	Vendor       ident.VendorID
	Subscription SubscriptionID
}

// Queue is what the courier works off.
type Queue interface {
	// Due gives the enabled subscriptions that have items whose time has come.
	Due(ctx context.Context, now time.Time) ([]Endpoint, error)

	// Claim takes up to limit items, each the oldest that waits in its stream and
	// whose time has come, and puts their next attempt off until the instant
	// given. Copies of the server that claim at once get different items.
	Claim(t tx.Tx, e Endpoint, limit int, until time.Time) ([]Parcel, error)

	// Settle writes an attempt down, and what it means for the item, unless
	// somebody has claimed it again meanwhile.
	Settle(t tx.Tx, p Parcel, a Attempt, o Outcome) error
}

// Limits of the courier.
const (
	// CarryWithin is how long a receiver may take to answer.
	CarryWithin = 15 * time.Second

	claimFor = time.Minute // longer than carrying and settling take
	lanes    = 4           // deliveries at once to one subscription, by one copy of the server
	settleIn = 10 * time.Second
)

// CourierConfig is what a courier needs.
type CourierConfig struct {
	Queue    Queue
	Service  *Service // switches off what nobody receives any more
	Runner   tx.Runner
	Clock    ident.Clock
	Carriers map[Kind]Carrier
	Log      *slog.Logger
	Every    time.Duration // how often it looks for work; a second when 0
}

// Courier delivers what is queued. Every copy of the server has one; each
// subscription is served on its own, so that a slow receiver delays nobody else.
type Courier struct {
	CourierConfig

	rounds sync.Mutex // held while one begins, and by whoever has paused it

	mu     sync.Mutex
	active map[Endpoint]bool
	idle   chan struct{} // closed when nothing is served any more; nil while nobody waits for that
	work   sync.WaitGroup

	carried atomic.Int64
}

// NewCourier checks the configuration and makes a courier.
func NewCourier(c CourierConfig) (*Courier, error) {
	if c.Queue == nil || c.Service == nil || c.Runner == nil || c.Clock == nil || len(c.Carriers) == 0 {
		return nil, errors.New("outbox: the courier's configuration is incomplete")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Every == 0 {
		c.Every = time.Second
	}
	return &Courier{CourierConfig: c, active: map[Endpoint]bool{}}, nil
}

// Run delivers until ctx ends, and returns when what was under way is written down.
func (c *Courier) Run(ctx context.Context) {
	defer c.work.Wait()
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for {
		c.rounds.Lock()
		_, err := c.round(ctx)
		c.rounds.Unlock()
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("the outbox could not be read; it is tried again", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Pause keeps the courier from beginning by itself until resume is called, and waits
// until nothing is under way.
func (c *Courier) Pause(ctx context.Context) (resume func(), err error) {
	c.rounds.Lock()
	if err := c.settled(ctx); err != nil {
		c.rounds.Unlock()
		return nil, err
	}
	return c.rounds.Unlock, nil
}

// Deliver works off what is due, while the courier is paused, and tells how many
// deliveries were tried.
func (c *Courier) Deliver(ctx context.Context) (int, error) {
	before := c.carried.Load()
	for ctx.Err() == nil {
		tried := c.carried.Load()
		due, err := c.round(ctx)
		if err != nil || due == 0 {
			return int(c.carried.Load() - before), err
		}
		if err := c.settled(ctx); err != nil || c.carried.Load() == tried {
			break // nobody may have what is due: another copy of the server is at it
		}
	}
	return int(c.carried.Load() - before), ctx.Err()
}

// settled waits until nothing is served.
func (c *Courier) settled(ctx context.Context) error {
	c.mu.Lock()
	if len(c.active) == 0 {
		c.mu.Unlock()
		return nil
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// round starts to serve every subscription that has work and is not served yet, and
// tells how many have work.
func (c *Courier) round(ctx context.Context) (int, error) {
	due, err := c.Queue.Due(ctx, c.Clock.Now())
	if err != nil {
		return 0, err
	}
	for _, e := range due {
		c.mu.Lock()
		busy := c.active[e]
		c.active[e] = true
		c.mu.Unlock()
		if busy {
			continue
		}
		c.work.Go(func() {
			defer func() {
				c.mu.Lock()
				defer c.mu.Unlock()
				if delete(c.active, e); len(c.active) == 0 && c.idle != nil {
					close(c.idle)
					c.idle = nil
				}
			}()
			c.serve(ctx, e)
		})
	}
	return len(due), nil
}

// serve works off one subscription until nothing of it is due.
func (c *Courier) serve(ctx context.Context, e Endpoint) {
	var carrying sync.WaitGroup
	defer carrying.Wait()
	done := make(chan struct{}, lanes)
	for free := lanes; ; {
		parcels, err := c.claim(ctx, e, free)
		if err != nil {
			if ctx.Err() == nil {
				c.Log.Warn("items of the outbox could not be claimed; it is tried again", slog.Any("error", err))
			}
			return
		}
		for _, p := range parcels {
			free--
			carrying.Go(func() {
				defer func() { done <- struct{}{} }()
				c.carry(ctx, p)
			})
		}
		if free == lanes {
			return // nothing under way, and nothing due
		}
		select {
		case <-ctx.Done():
			return
		case <-done:
			free++
		}
	}
}

func (c *Courier) claim(ctx context.Context, e Endpoint, limit int) (parcels []Parcel, err error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	err = c.Runner.Run(ctx, func(t tx.Tx) (err error) {
		parcels, err = c.Queue.Claim(t, e, limit, t.Now().Add(claimFor))
		for i := range parcels {
			parcels[i].At = t.Now()
		}
		return err
	})
	return parcels, err
}

// carry tries one parcel and writes down what came of it. A server that stops
// leaves what it cut off as it was: the claim runs out and it is tried again.
func (c *Courier) carry(ctx context.Context, p Parcel) {
	carrier := c.Carriers[p.Subscription.Kind]
	if carrier == nil {
		c.Log.Error("nothing carries this kind of subscription", slog.String("kind", string(p.Subscription.Kind)))
		return
	}
	within, cancel := context.WithTimeout(ctx, CarryWithin)
	r := carrier.Carry(within, p)
	cancel()
	c.carried.Add(1)
	if ctx.Err() != nil && !r.Delivered {
		return
	}
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleIn)
	defer cancel()
	if err := c.Runner.Run(settling, func(t tx.Tx) error {
		a := r.Attempt
		a.Item, a.Event, a.At, a.Number = p.Item.ID, p.Item.Event, p.At, p.Item.Attempts
		if err := c.Queue.Settle(t, p, a, decide(p.Item, r, t.Now())); err != nil || !r.Gone {
			return err
		}
		off := false
		_, err := c.Service.Update(t, p.Vendor, p.Subscription.UUID, Change{IsEnabled: &off})
		if fault.Is(err, noun+"_not_found") { // it ended meanwhile
			return nil
		}
		return err
	}); err != nil {
		c.Log.Warn("a delivery could not be written down; it will be repeated", slog.Any("error", err))
	}
}
