package outbox

import (
	"context"
	"time"

	"chancery/internal/ident"
	"chancery/internal/outbox"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const (
	keepSettled = 30 * 24 * time.Hour // delivered and dead items, and the attempts at them
	tidyAtOnce  = 1000
)

// Tidy forgets what was settled a month ago and gives up on what waited for three
// days at a subscription that is switched off. It runs in short transactions.
func (s Store) Tidy(ctx context.Context, now time.Time) (int, error) {
	all, err := store.All[outbox.Endpoint](s.DB.Query(ctx, `SELECT vendor_id, id FROM subscriptions ORDER BY id`))(
		func(scan store.Scan) (e outbox.Endpoint, err error) {
			var vendor int64
			err = scan(&vendor, &e.Subscription)
			e.Vendor = ident.VendorOf(vendor)
			return e, err
		})
	if err != nil {
		return 0, err
	}
	total := 0
	for _, e := range all {
		for n := int64(tidyAtOnce); n >= tidyAtOnce; {
			if err := s.DB.Run(ctx, func(t tx.Tx) error {
				n, err = tidy(store.On(t), e, now)
				return err
			}); err != nil {
				return total, err
			}
			total += int(n)
		}
	}
	return total, nil
}

// tidy does one portion. The newest item stays: the sequence of the next must be
// above it, and the embedded engine reckons it from what is there.
func tidy(s *store.Tx, e outbox.Endpoint, now time.Time) (int64, error) {
	long := now.Add(-keepSettled).UnixMilli()
	forgotten, err := s.Exec(`DELETE FROM outbox WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT id FROM outbox
		WHERE vendor_id = $1 AND subscription_id = $2 AND at <= $3 AND (delivered_at <= $3 OR dead_at <= $3)
			AND id < (SELECT MAX(id) FROM outbox WHERE vendor_id = $1 AND subscription_id = $2)
		ORDER BY id LIMIT $4)`, e.Vendor, e.Subscription, long, tidyAtOnce)
	if err != nil {
		return 0, err
	}
	attempts, err := s.Exec(`DELETE FROM deliveries WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT id FROM deliveries
		WHERE vendor_id = $1 AND subscription_id = $2 AND at <= $3 ORDER BY id LIMIT $4)`, e.Vendor, e.Subscription, long, tidyAtOnce)
	if err != nil {
		return 0, err
	}
	given, err := s.Exec(`UPDATE outbox SET dead_at = $3 WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT o.id
		FROM outbox o JOIN subscriptions s ON s.vendor_id = o.vendor_id AND s.id = o.subscription_id AND s.is_enabled = 0
		WHERE o.vendor_id = $1 AND o.subscription_id = $2 AND o.delivered_at IS NULL AND o.dead_at IS NULL
			AND COALESCE(o.give_up_at, o.at + $4) <= $3 ORDER BY o.id LIMIT $5)`,
		e.Vendor, e.Subscription, now.UnixMilli(), outbox.KeepTrying.Milliseconds(), tidyAtOnce)
	return max(forgotten, attempts, given), err
}
