package floating

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Old is a session that was opened before an instant.
type Old struct {
	Vendor ident.VendorID
	ID     int64
	Over   bool // it had also ended before
}

// forgetBatch is how many sessions are looked at, and forgotten, at once.
const forgetBatch = 1000

// Forget takes sessions that ended before an instant out of the history, and
// tells how many. One that is still open stays, however old.
func (s *Service) Forget(ctx context.Context, before time.Time) (total int, err error) {
	for after := int64(0); ; {
		found, err := s.Reader.Old(ctx, before, after, forgetBatch)
		if err != nil || len(found) == 0 {
			return total, err
		}
		forgotten := 0
		if err := s.Runner.Run(ctx, func(t tx.Tx) error {
			forgotten = 0
			for _, o := range found {
				if !o.Over {
					continue
				}
				if err := s.Store.Forget(t, o.Vendor, o.ID); err != nil {
					return err
				}
				forgotten++
			}
			return nil
		}); err != nil {
			return total, err
		}
		total += forgotten
		if len(found) < forgetBatch {
			return total, nil
		}
		after = found[len(found)-1].ID
	}
}
