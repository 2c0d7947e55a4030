package licensing

import (
	"context"

	"chancery/internal/tx"
)

// endBatch is how many activations a periodic run ends in one transaction.
const endBatch = 100

// ReleaseSilent unassigns clients that have been silent for their product's
// maximum_inactive_days (rule 12), and tells how many.
func (s *Service) ReleaseSilent(ctx context.Context) (int, error) {
	return s.releaseDue(ctx, s.store.Silent, ByInactivity)
}

// ReleaseGoodwill ends goodwill activations whose days are over (rule 7).
func (s *Service) ReleaseGoodwill(ctx context.Context) (int, error) {
	return s.releaseDue(ctx, s.store.GoodwillOver, ByGoodwillEnded)
}

func (s *Service) releaseDue(ctx context.Context, due func(tx.Tx, int) ([]Due, error), reason Reason) (int, error) {
	for total := 0; ; {
		n := 0
		err := s.runner.Run(ctx, func(t tx.Tx) error {
			n = 0
			found, err := due(t, endBatch)
			if err != nil {
				return err
			}
			for _, d := range found {
				if _, err := s.Release(t, d.Vendor, d.Activation, reason); err != nil {
					return err
				}
			}
			n = len(found)
			return nil
		})
		total += n
		if err != nil || n < endBatch {
			return total, err
		}
	}
}
