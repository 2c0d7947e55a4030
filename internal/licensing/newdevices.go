package licensing

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

const (
	// newDevicesAfter is how old an activation is when it is looked at: transactions that
	// began before it have ended by then.
	newDevicesAfter = time.Minute

	// newDevicesEvery is how often the owners of a licence are told of new devices at most:
	// what comes meanwhile is told together.
	newDevicesEvery = 24 * time.Hour

	// newDevicesNamed is how many devices are named; of all others it is told how many.
	newDevicesNamed = 10

	// newDevicesAtOnce is how many activations, and licences, are looked at in a portion.
	newDevicesAtOnce = 1000
)

// NewDevices are devices that were activated for the first time on a licence.
type NewDevices struct {
	Count int64
	Since time.Time     // the first one's activation
	Named []*Activation // the newest of them, of those that are still there
}

// NoteNewDevices tells the owners of licences which devices are new on them, and tells how
// many licences that were. A device is new the first time that it is activated on a
// licence, and not when it comes back or is installed anew. The first of them is told
// of at once, and those of a day after that together: a thousand devices make two mails.
func (s *Service) NoteNewDevices(ctx context.Context) (int, error) {
	all, err := s.reader.Settled(ctx)
	if err != nil || s.notices == nil {
		return 0, err
	}
	total := 0
	for _, v := range all {
		for more := true; more; {
			if err := s.runner.Run(ctx, func(t tx.Tx) (err error) {
				more, err = s.store.CountNewDevices(t, v, t.Now().Add(-newDevicesAfter), newDevicesAtOnce)
				return err
			}); err != nil {
				return total, err
			}
		}
		n, err := s.tellNewDevices(ctx, v)
		if total += n; err != nil {
			return total, err
		}
	}
	return total, nil
}

func (s *Service) tellNewDevices(ctx context.Context, v ident.VendorID) (total int, err error) {
	for {
		found, err := s.reader.NewDevicesDue(ctx, v, s.ids.Clock.Now().Add(-newDevicesEvery), newDevicesAtOnce)
		if err != nil {
			return total, err
		}
		for _, id := range found {
			if err := s.runner.Run(ctx, func(t tx.Tx) error {
				n, err := s.store.TakeNewDevices(t, v, id, t.Now().Add(-newDevicesEvery), newDevicesNamed)
				if err != nil || n.Count == 0 {
					return err
				}
				l, err := s.store.License(t, v, id)
				if err != nil || l == nil {
					return err
				}
				return s.notices.NewDevices(t, l, n)
			}); err != nil {
				return total, err
			}
			total++
		}
		if len(found) < newDevicesAtOnce {
			return total, nil
		}
	}
}

// NextNewDevices gives when NoteNewDevices has something to do next, in milliseconds; zero
// for never.
func (s *Service) NextNewDevices(ctx context.Context, now time.Time) (int64, error) {
	next, err := s.reader.NextNewDevices(ctx, newDevicesAfter, newDevicesEvery)
	if err != nil || next == 0 {
		return 0, err
	}
	return max(next, now.UnixMilli()+1), nil
}
