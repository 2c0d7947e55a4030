package licensing

import (
	"context"
	"time"

	"chancery/internal/tx"
)

// endBatch is how many due activations a periodic run looks up at once.
const endBatch = 100

// ReleaseSilent unassigns clients that have been silent for their product's
// maximum_inactive_days (docs/rules/provisioning.md, rule 12), and tells how many.
// One that lives from a file is never heard of: it is silent from when its file wanted a
// refresh, and for ever with one that wants none.
func (s *Service) ReleaseSilent(ctx context.Context) (int, error) {
	return s.releaseDue(ctx, s.reader.Silent, ByInactivity, func(l *License, a *Activation, now time.Time) bool {
		days := l.Product.MaximumInactiveDays
		heard := a.Pulse.LastSeenAt
		if a.IsOffline && (a.RefreshBy.IsZero() || a.FileInForce(l, now)) {
			return false
		}
		if a.IsOffline && a.OfflineUntil.After(heard) {
			heard = a.OfflineUntil
		}
		return days > 0 && now.Sub(heard) > time.Duration(days)*24*time.Hour
	})
}

// ReleaseGoodwill ends goodwill activations whose days are over
// (docs/rules/provisioning.md, rule 7). One with a file in force keeps its place: the
// machine goes on, and there would be two.
func (s *Service) ReleaseGoodwill(ctx context.Context) (int, error) {
	return s.releaseDue(ctx, s.reader.GoodwillOver, ByGoodwillEnded, func(l *License, a *Activation, now time.Time) bool {
		// A new limit makes the one without a contract place regular in a moment.
		return goodwillEnded(a, now) && !a.FileInForce(l, now) && l.promotable() <= 0
	})
}

// releaseDue ends what due finds, if it still is due once it is locked. Each has
// a transaction of its own: locks are taken in the order device, licence, and
// several of them could not be.
func (s *Service) releaseDue(
	ctx context.Context, due func(context.Context, time.Time, int) ([]Due, error), reason Reason,
	still func(*License, *Activation, time.Time) bool,
) (int, error) {
	for total := 0; ; {
		found, err := due(ctx, s.ids.Clock.Now(), endBatch)
		if err != nil {
			return total, err
		}
		before := total
		for _, d := range found {
			ended := false
			if err := s.runner.Run(ctx, func(t tx.Tx) error {
				ended = false
				a, l, err := s.locked(t, d.Vendor, d.Activation)
				if err != nil || a == nil || !still(l, a, t.Now()) {
					return err
				}
				ended = true
				return s.release(t, l, a, reason)
			}); err != nil {
				return total, err
			}
			if ended {
				total++
			}
		}
		if len(found) < endBatch || total == before {
			return total, nil
		}
	}
}
