package licensing

import (
	"context"
	"time"

	"chancery/internal/tx"
)

// endBatch is how many activations a periodic run ends in one transaction.
const endBatch = 100

// ReleaseSilent unassigns clients that have been silent for their product's
// maximum_inactive_days (rule 12), and tells how many.
func (s *Service) ReleaseSilent(ctx context.Context) (int, error) {
	return s.releaseDue(ctx, s.reader.Silent, ByInactivity, func(l *License, a *Activation, now time.Time) bool {
		days := l.Product.MaximumInactiveDays
		return days > 0 && now.Sub(a.Pulse.LastSeenAt) > time.Duration(days)*24*time.Hour
	})
}

// ReleaseGoodwill ends goodwill activations whose days are over (rule 7).
func (s *Service) ReleaseGoodwill(ctx context.Context) (int, error) {
	return s.releaseDue(ctx, s.reader.GoodwillOver, ByGoodwillEnded, func(_ *License, a *Activation, now time.Time) bool {
		return goodwillEnded(a, now)
	})
}

// releaseDue ends what due finds, if it still is due once it is locked.
func (s *Service) releaseDue(
	ctx context.Context, due func(context.Context, time.Time, int) ([]Due, error), reason Reason,
	still func(*License, *Activation, time.Time) bool,
) (int, error) {
	for total := 0; ; {
		found, err := due(ctx, s.ids.Clock.Now(), endBatch)
		if err != nil {
			return total, err
		}
		ended := 0
		err = s.runner.Run(ctx, func(t tx.Tx) error {
			ended = 0
			for _, d := range found {
				a, l, err := s.locked(t, d.Vendor, d.Activation)
				if err != nil {
					return err
				}
				if a == nil || !still(l, a, t.Now()) {
					continue
				}
				if err := s.release(t, l, a, reason); err != nil {
					return err
				}
				ended++
			}
			return nil
		})
		total += ended
		if err != nil || len(found) < endBatch || ended == 0 {
			return total, err
		}
	}
}
