package prepaid

import (
	"context"
	"sync/atomic"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// groupsAtOnce is how many groups the run looks up at a time.
const groupsAtOnce = 2000

// Progress is what the run has done since the process began.
type Progress struct {
	Charged int64 // devices that got a day
	Dark    int64 // devices that were blacklisted
	Chunks  int64
	Last    time.Duration // how long the last chunk took
	LastAt  time.Time
	Paused  bool // the clock has leapt
}

// progress is Progress as it is counted.
type progress struct {
	charged, dark, chunks, last, lastAt atomic.Int64
	paused                              atomic.Bool
}

// Run charges what is due, in chunks that adapt to the time that they take (docs/rules/prepaid.md, rules 6 to 12).
// One copy of the server runs it, continuously. A chunk that is run again, or beside a
// report that charges the same device, finds the device paid.
type Run struct {
	service *Service
	did     progress
}

// NewRun makes the run of a service.
func NewRun(s *Service) *Run { return &Run{service: s} }

// Progress tells what the run has done.
func (r *Run) Progress() Progress {
	p := Progress{
		Charged: r.did.charged.Load(), Dark: r.did.dark.Load(), Chunks: r.did.chunks.Load(), Last: time.Duration(r.did.last.Load()),
		Paused: r.did.paused.Load(),
	}
	if at := r.did.lastAt.Load(); at != 0 {
		p.LastAt = time.UnixMilli(at).UTC()
	}
	return p
}

// Round charges all that is due by now, and tells how many devices it has looked at.
func (r *Run) Round(ctx context.Context) (looked int, err error) {
	now := r.service.c.IDs.Clock.Now()
	r.did.paused.Store(!r.service.trusts(now))
	for !r.did.paused.Load() && ctx.Err() == nil {
		groups, err := r.service.c.Reader.DueGroups(ctx, now, groupsAtOnce)
		if err != nil || len(groups) == 0 {
			return looked, err
		}
		n, err := r.groups(ctx, groups)
		looked += n
		if err != nil || len(groups) < groupsAtOnce {
			return looked, err
		}
	}
	return looked, nil
}

// trusts reports whether the clock can be believed.
func (s *Service) trusts(now time.Time) bool { return s.c.Trust == nil || s.c.Trust.Trusts(now) }

// groups charges the devices of groups, a chunk at a time.
func (r *Run) groups(ctx context.Context, groups []Group) (looked int, err error) {
	for len(groups) > 0 && ctx.Err() == nil && !r.did.paused.Load() {
		var c chunk
		if err := tx.Paced(tx.InChunks(ctx), func(ctx context.Context) error {
			return r.service.c.Runner.Run(ctx, func(t tx.Tx) (err error) {
				c = chunk{began: machine.Now(), left: groups}
				err = r.service.work(t, groups[0].Vendor, c.work)
				c.took = machine.Now().Sub(c.began)
				return err
			})
		}); err != nil {
			return looked, err
		}
		groups, looked = c.left, looked+c.looked
		r.note(c)
	}
	return looked, nil
}

// machine measures how long a chunk takes, whatever the clock of the transactions is.
var machine ident.SystemClock //nolint:gochecknoglobals // it holds nothing

// chunk is one transaction of the run.
type chunk struct {
	left   []Group
	began  time.Time
	took   time.Duration
	paused bool

	looked, charged, dark int
}

// work charges groups of the desk's vendor until the chunk has had its time.
func (c *chunk) work(d *desk) error {
	if c.paused = !d.trusted; c.paused {
		return nil
	}
	for first := true; len(c.left) > 0 && c.left[0].Vendor == d.v && (first || !d.t.Spent()); first = false {
		if err := c.group(d, c.left[0]); err != nil {
			return err
		}
		c.left = c.left[1:]
	}
	return nil
}

// group charges the devices of a group that are due, and finds out when the next one is.
func (c *chunk) group(d *desk, g Group) error {
	due, err := d.c.Store.LockDue(d.t, d.v, g, d.now)
	if err != nil {
		return err
	}
	ids := make([]ident.DeviceID, len(due))
	for i, s := range due {
		ids[i] = s.ID
	}
	cards, err := d.c.Store.BoundTo(d.t, d.v, ids)
	if err != nil {
		return err
	}
	for _, was := range due {
		is, err := d.charge(was, of(&cards, was.ID), false)
		if err != nil {
			return err
		}
		c.looked++
		if !is.UsableUntil.Equal(was.UsableUntil) {
			c.charged++
		} else if is.Dark != NotDark && was.Dark == NotDark {
			c.dark++
		}
	}
	return d.c.Store.SettleGroup(d.t, d.v, g)
}

// of takes the cards of a device from the front of cards that are in the order of devices.
func of(cards *[]Bound, d ident.DeviceID) []Bound {
	first := 0
	for first < len(*cards) && (*cards)[first].Device < d {
		first++
	}
	last := first
	for last < len(*cards) && (*cards)[last].Device == d {
		last++
	}
	own := (*cards)[first:last:last]
	*cards = (*cards)[last:]
	return own
}

// note counts what a chunk has done.
func (r *Run) note(c chunk) {
	r.did.paused.Store(c.paused)
	if c.paused {
		return
	}
	r.did.charged.Add(int64(c.charged))
	r.did.dark.Add(int64(c.dark))
	r.did.chunks.Add(1)
	r.did.last.Store(int64(c.took))
	r.did.lastAt.Store(r.service.c.IDs.Clock.Now().UnixMilli())
}
