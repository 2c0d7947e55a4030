package metering

import (
	"context"
	"errors"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// LeastRetention is how long rows stay at least: a client may take its newest
// entry back for a day, and repeats of an entry are known by its row.
const LeastRetention = 48 * time.Hour

const (
	foldMeters = 100
	foldRows   = 2000
)

// Fold takes rows that were received before an instant out of the ledger, into
// the one checkpoint of their meter, and tells how many. No figure changes.
// Repeats of what was folded are not known any more, nor can it be rolled back.
func (s *Service) Fold(ctx context.Context, before time.Time) (int, error) {
	if s.c.IDs.Clock.Now().Sub(before) < LeastRetention {
		return 0, errors.New("metering: rows of the last 48 hours are not folded")
	}
	total := 0
	for after := ident.MeterID(0); ; {
		found, err := s.c.Reader.Foldable(ctx, before, after, foldMeters)
		if err != nil || len(found) == 0 {
			return total, err
		}
		for _, f := range found {
			n, err := s.foldMeter(ctx, f, before)
			if total += n; err != nil {
				return total, err
			}
			after = f.Meter
		}
	}
}

func (s *Service) foldMeter(ctx context.Context, f Foldable, before time.Time) (total int, err error) {
	for {
		var n int
		if err := s.c.Runner.Run(ctx, func(t tx.Tx) error {
			n = 0
			m, _, err := s.c.Store.Lock(t, f.Vendor, f.License, f.Limitation)
			if err != nil || m == nil {
				return err
			}
			count, gross, consumed, err := s.c.Store.TakeOut(t, f.Vendor, *m, before, foldRows)
			if err != nil || count == 0 {
				return err
			}
			n = count
			m.FoldedGross += gross
			m.FoldedConsumed += consumed
			return s.c.Store.Save(t, f.Vendor, *m)
		}); err != nil {
			return total, err
		}
		if total += n; n < foldRows {
			return total, nil
		}
	}
}
