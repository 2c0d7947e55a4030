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
	keepEnded   = time.Hour           // longer than any transaction that knew the subscription
	tidyAtOnce  = 1000
)

// kept is a subscription whose rows are looked through.
type kept struct {
	outbox.Endpoint

	ended int
}

// Tidy forgets what was settled a month ago, gives up on what waited for three
// days at a subscription that is switched off, and clears away all of those that
// have ended. It runs in short transactions, each of which leaves what is true: a
// server that dies in between goes on with the rest.
func (s Store) Tidy(ctx context.Context, now time.Time) (int, error) {
	all, err := store.All[kept](s.DB.Query(ctx, `SELECT vendor_id, id, CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END FROM subscriptions ORDER BY id`))(
		func(scan store.Scan) (k kept, err error) {
			var vendor int64
			err = scan(&vendor, &k.Subscription, &k.ended)
			k.Vendor = ident.VendorOf(vendor)
			return k, err
		})
	if err != nil {
		return 0, err
	}
	total := 0
	for _, k := range all {
		portion := tidy
		if k.ended == 1 {
			portion = clearAway
		}
		for more := true; more; {
			var n int64
			if err := s.DB.Run(ctx, func(t tx.Tx) error {
				n, more, err = portion(store.On(t), k.Endpoint, now)
				return err
			}); err != nil {
				return total, err
			}
			total += int(n)
		}
	}
	return total, nil
}

// clearAway does one portion of a subscription that has ended. Attempts go first:
// they name items by a number that the embedded engine gives again once the
// newest items are gone.
func clearAway(s *store.Tx, e outbox.Endpoint, now time.Time) (n int64, more bool, err error) {
	for _, table := range []string{"deliveries", "outbox"} {
		n, err = s.Exec(`DELETE FROM `+table+` WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT id FROM `+table+`
			WHERE vendor_id = $1 AND subscription_id = $2 ORDER BY id LIMIT $3)`, e.Vendor, e.Subscription, tidyAtOnce)
		if err != nil || n > 0 {
			return n, true, err
		}
	}
	_, err = s.Exec(`DELETE FROM subscriptions WHERE vendor_id = $1 AND id = $2 AND ended_at <= $3`,
		e.Vendor, e.Subscription, now.Add(-keepEnded).UnixMilli())
	return 0, false, err
}

// tidy does one portion. The newest item stays: the sequence of the next must be
// above it, and the embedded engine reckons it from what is there.
func tidy(s *store.Tx, e outbox.Endpoint, now time.Time) (n int64, more bool, err error) {
	long := now.Add(-keepSettled).UnixMilli()
	forgotten, err := s.Exec(`DELETE FROM outbox WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT id FROM outbox
		WHERE vendor_id = $1 AND subscription_id = $2 AND at <= $3 AND (delivered_at <= $3 OR dead_at <= $3)
			AND id < (SELECT MAX(id) FROM outbox WHERE vendor_id = $1 AND subscription_id = $2)
		ORDER BY id LIMIT $4)`, e.Vendor, e.Subscription, long, tidyAtOnce)
	if err != nil {
		return 0, false, err
	}
	attempts, err := s.Exec(`DELETE FROM deliveries WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT id FROM deliveries
		WHERE vendor_id = $1 AND subscription_id = $2 AND at <= $3 ORDER BY id LIMIT $4)`, e.Vendor, e.Subscription, long, tidyAtOnce)
	if err != nil {
		return 0, false, err
	}
	given, err := s.Exec(`UPDATE outbox SET dead_at = $3 WHERE vendor_id = $1 AND subscription_id = $2 AND id IN (SELECT o.id
		FROM outbox o JOIN subscriptions s ON s.vendor_id = o.vendor_id AND s.id = o.subscription_id AND s.is_enabled = 0
		WHERE o.vendor_id = $1 AND o.subscription_id = $2 AND o.delivered_at IS NULL AND o.dead_at IS NULL
			AND COALESCE(o.give_up_at, o.at + $4) <= $3 ORDER BY o.id LIMIT $5)`,
		e.Vendor, e.Subscription, now.UnixMilli(), outbox.KeepTrying.Milliseconds(), tidyAtOnce)
	n = max(forgotten, attempts, given)
	return n, n >= tidyAtOnce, err
}
