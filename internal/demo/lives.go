package demo

import (
	"context"
	"slices"
	"sync"
	"time"

	"chancery/internal/prepaid"
	"chancery/internal/tx"
)

// livesAtOnce is how many devices' lives are stored in one transaction.
const livesAtOnce = 50

// Lives are what the prepaid devices live through until the demo begins. They are some
// 400,000 charges, which whoever starts the demo does not wait for: First stores those of
// the holders that people sign in for, Rest the others.
type Lives struct {
	traders *traders

	mu        sync.Mutex
	reporting []string
}

// First lets the devices of holders that people sign in for live.
func (l *Lives) First(ctx context.Context) error {
	return l.run(ctx, func(h *holder) bool {
		return slices.ContainsFunc(l.traders.facts.Prepaid.People, func(p Person) bool { return p.Customer == h.UUID })
	})
}

// Rest lets the other devices live.
func (l *Lives) Rest(ctx context.Context) error {
	return l.run(ctx, func(*holder) bool { return true })
}

// Reporting gives the numbers of devices that live by now and report.
func (l *Lives) Reporting() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reporting
}

func (l *Lives) run(ctx context.Context, which func(h *holder) bool) error {
	p := l.traders
	ctx = tx.WithActor(tx.Patient(ctx), tx.Actor{Kind: "system"})
	for _, h := range p.all {
		if !which(h) {
			continue
		}
		for some := range slices.Chunk(h.lives, livesAtOnce) {
			if err := p.c.Runner.Run(ctx, func(t tx.Tx) error {
				return p.c.Prepaid.Live(t, p.c.Vendor, p.c.PrepaidPast, some, p.end)
			}); err != nil {
				return err
			}
			l.hear(some)
		}
		h.lives = nil
	}
	return nil
}

// hear notes when devices were heard last: most were this morning, and some that are
// blacklisted still call.
func (l *Lives) hear(lives []*prepaid.PastLife) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.traders
	for _, life := range lives {
		if life.First.IsZero() {
			continue
		}
		at, dark := p.end.Add(-time.Duration(p.rand.Int64N(int64(20*time.Hour)))), life.Device.Dark != prepaid.NotDark
		silent := dark && p.rand.IntN(2) == 0
		switch {
		case len(life.Reports) > 0:
			at = life.Reports[len(life.Reports)-1]
		case silent:
			at = later(life.First, life.Device.UsableUntil.Add(-at.Sub(p.end.Add(-20*time.Hour))))
		default:
			at = later(life.First, at)
		}
		p.c.Hearing.Heard(p.c.Vendor, life.Device.ID, at, life.Device.Dark)
		if !silent {
			l.reporting = append(l.reporting, life.Device.Number)
		}
	}
}
