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
	for after := int64(0); ctx.Err() == nil; {
		found, err := s.Reader.Old(ctx, before, after, forgetBatch)
		if err != nil || len(found) == 0 {
			return total, err
		}
		looked, forgotten := 0, 0
		if err := tx.Paced(ctx, func(ctx context.Context) error {
			return s.Runner.Run(ctx, func(t tx.Tx) (err error) {
				looked, forgotten, err = s.forget(t, found)
				return err
			})
		}); err != nil {
			return total, err
		}
		total += forgotten
		if looked == len(found) && len(found) < forgetBatch {
			break
		}
		after = found[looked-1].ID
	}
	return total, nil
}

// forget removes what is over, in order, for as long as the transaction has time. It
// tells at how many it looked.
func (s *Service) forget(t tx.Tx, found []Old) (looked, forgotten int, err error) {
	for _, o := range found {
		if looked > 0 && t.Spent() {
			break
		}
		looked++
		if !o.Over {
			continue
		}
		if err := s.Store.Forget(t, o.Vendor, o.ID); err != nil {
			return 0, 0, err
		}
		forgotten++
	}
	return looked, forgotten, nil
}
