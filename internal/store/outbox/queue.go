package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"chancery/internal/ident"
	"chancery/internal/outbox"
	"chancery/internal/store"
	"chancery/internal/tx"
)

var _ outbox.Queue = Store{}

const waiting = `delivered_at IS NULL AND dead_at IS NULL`

// lookAt is how many due items a claim looks at for those that are the oldest of their streams.
const lookAt = 100

// Due implements outbox.Queue. It probes one index entry of each subscription.
func (s Store) Due(ctx context.Context, now time.Time) ([]outbox.Endpoint, error) {
	return store.All[outbox.Endpoint](s.DB.Query(ctx, `SELECT s.vendor_id, s.id FROM subscriptions s
		WHERE s.is_enabled = 1 AND EXISTS (SELECT 1 FROM outbox o
			WHERE o.vendor_id = s.vendor_id AND o.subscription_id = s.id AND o.`+waiting+` AND o.next_attempt_at <= $1)
		ORDER BY s.id`, now.UnixMilli()))(func(scan store.Scan) (outbox.Endpoint, error) {
		var e outbox.Endpoint
		var vendor int64
		err := scan(&vendor, &e.Subscription)
		e.Vendor = ident.VendorOf(vendor)
		return e, err
	})
}

// NextAttempt gives when an item is tried next after an instant, in milliseconds; zero for never.
func (s Store) NextAttempt(ctx context.Context, now time.Time) (int64, error) {
	var at sql.Null[int64]
	_, err := s.DB.QueryRow(ctx, `SELECT MIN(o.next_attempt_at) FROM outbox o
		JOIN subscriptions s ON s.vendor_id = o.vendor_id AND s.id = o.subscription_id AND s.is_enabled = 1
		WHERE o.`+waiting+` AND o.next_attempt_at > $1`, []any{now.UnixMilli()}, &at)
	return at.V, err
}

// Claim implements outbox.Queue. An item that is due and not the oldest of its
// stream is put off until the oldest comes again, so that a stream that does not
// move costs a look now and then, however much waits in it; Settle calls the
// next one.
func (Store) Claim(t tx.Tx, e outbox.Endpoint, limit int, until time.Time) ([]outbox.Parcel, error) {
	s := store.On(t)
	sub, found, err := subscriptionIn(s, e.Vendor, e.Subscription)
	if err != nil || !found || !sub.IsEnabled {
		return nil, err
	}
	var parcels []outbox.Parcel
	for looked := 0; looked < lookAt && len(parcels) < limit; {
		due, err := dueIn(s, e, limit-len(parcels))
		if err != nil {
			return nil, err
		}
		for _, c := range due {
			item, first, err := claimOne(s, e, c, until)
			if err != nil {
				return nil, err
			}
			if first {
				parcels = append(parcels, outbox.Parcel{Vendor: e.Vendor, Subscription: sub, Item: item})
			}
		}
		if looked += len(due); len(due) == 0 {
			break
		}
	}
	return parcels, nil
}

// candidate is an item that is due.
type candidate struct {
	id     int64
	stream ident.UUID
}

func dueIn(s *store.Tx, e outbox.Endpoint, limit int) ([]candidate, error) {
	return store.All[candidate](s.Query(`SELECT id, stream FROM outbox
		WHERE vendor_id = $1 AND subscription_id = $2 AND `+waiting+` AND next_attempt_at <= $3
		ORDER BY next_attempt_at, id LIMIT $4`+s.Dialect.ForUpdateSkipLocked(), e.Vendor, e.Subscription, s.Now().UnixMilli(), limit),
	)(func(scan store.Scan) (c candidate, err error) { return c, scan(&c.id, &c.stream) })
}

// claimOne takes an item, or puts it off when it is not the first of its stream.
func claimOne(s *store.Tx, e outbox.Endpoint, c candidate, until time.Time) (item outbox.Item, first bool, err error) {
	var head, next int64
	if _, err := s.QueryRow(`SELECT id, next_attempt_at FROM outbox
		WHERE vendor_id = $1 AND subscription_id = $2 AND stream = $3 AND `+waiting+` ORDER BY id LIMIT 1`,
		[]any{e.Vendor, e.Subscription, c.stream}, &head, &next); err != nil {
		return outbox.Item{}, false, err
	}
	if head != c.id {
		_, err := s.Exec(`UPDATE outbox SET next_attempt_at = $1 WHERE vendor_id = $2 AND id = $3`, next, e.Vendor, c.id)
		return outbox.Item{}, false, err
	}
	if _, err := s.Exec(`UPDATE outbox SET next_attempt_at = $1, attempts = attempts + 1 WHERE vendor_id = $2 AND id = $3`,
		until.UnixMilli(), e.Vendor, c.id); err != nil {
		return outbox.Item{}, false, err
	}
	return itemIn(s, e.Vendor, e.Subscription, c.id, "")
}

func itemIn(s *store.Tx, v ident.VendorID, sub outbox.SubscriptionID, id int64, lock string) (outbox.Item, bool, error) {
	items, err := store.All[outbox.Item](s.Query(selectItem+` $1 AND o.subscription_id = $2 AND o.id = $3`+lock, v, sub, id))(scanItem)
	if err != nil || len(items) == 0 {
		return outbox.Item{}, false, err
	}
	return items[0], true, nil
}

// Settle implements outbox.Queue. Who claimed an item is told by its attempts.
func (Store) Settle(t tx.Tx, p outbox.Parcel, a outbox.Attempt, o outbox.Outcome) error {
	s := store.On(t)
	v, sub, now := p.Vendor, p.Subscription.ID, t.Now().UnixMilli()
	sqltext, at := `UPDATE outbox SET next_attempt_at = $1`, o.NextAt.UnixMilli()
	switch o.State {
	case outbox.Waiting:
	case outbox.Delivered:
		sqltext, at = `UPDATE outbox SET delivered_at = $1`, now
	case outbox.Dead:
		sqltext, at = `UPDATE outbox SET dead_at = $1`, now
	}
	n, err := s.Exec(sqltext+` WHERE vendor_id = $2 AND subscription_id = $3 AND id = $4 AND attempts = $5 AND `+waiting,
		at, v, sub, p.Item.ID, p.Item.Attempts)
	if err != nil {
		return err
	}
	if n == 1 && o.State != outbox.Waiting {
		if _, err := s.Exec(`UPDATE outbox SET next_attempt_at = $1 WHERE vendor_id = $2 AND subscription_id = $3 AND id =
			(SELECT MIN(id) FROM outbox WHERE vendor_id = $2 AND subscription_id = $3 AND stream = $4 AND `+waiting+`)`,
			now, v, sub, p.Item.Stream); err != nil {
			return err
		}
	}
	// A subscription that ended meanwhile has no history either.
	_, err = s.Exec(`INSERT INTO deliveries (vendor_id, subscription_id, item_id, at, attempt, took_ms, status, error, request, response)
		SELECT vendor_id, id, $1, $2, $3, $4, $5, $6, $7, $8 FROM subscriptions WHERE vendor_id = $9 AND id = $10 AND ended_at IS NULL`,
		a.Item, a.At.UnixMilli(), a.Number, a.Took.Milliseconds(), a.Status, a.Error, a.Request, a.Response, v, sub)
	return err
}

// Put implements outbox.Store.
func (Store) Put(t tx.Tx, v ident.VendorID, sub outbox.SubscriptionID, e tx.Event, message ident.UUID) (outbox.Item, error) {
	s := store.On(t)
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return outbox.Item{}, fmt.Errorf("store: an event's payload: %w", err)
	}
	id, err := s.Insert(`INSERT INTO outbox (vendor_id, subscription_id, stream, event, at, payload, attempts, next_attempt_at, uuid)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8) RETURNING id`,
		v, sub, e.Stream, e.Type, t.Now().UnixMilli(), string(payload), t.Now().UnixMilli(), message)
	if err != nil {
		return outbox.Item{}, err
	}
	item, _, err := itemIn(s, v, sub, id, "")
	return item, err
}

// Item implements outbox.Store.
func (Store) Item(t tx.Tx, v ident.VendorID, sub outbox.SubscriptionID, id int64) (outbox.Item, bool, error) {
	s := store.On(t)
	return itemIn(s, v, sub, id, s.Dialect.ForUpdateOf("o"))
}

const requeue = `UPDATE outbox SET delivered_at = NULL, dead_at = NULL, attempts = 0, next_attempt_at = $1, give_up_at = $2
	WHERE vendor_id = $3 AND subscription_id = $4 AND `

// Requeue implements outbox.Store.
func (Store) Requeue(t tx.Tx, v ident.VendorID, sub outbox.SubscriptionID, id int64, giveUp time.Time) error {
	_, err := store.On(t).Exec(requeue+`id = $5`, t.Now().UnixMilli(), giveUp.UnixMilli(), v, sub, id)
	return err
}

// RequeueDead implements outbox.Store.
func (Store) RequeueDead(t tx.Tx, v ident.VendorID, sub outbox.SubscriptionID, giveUp time.Time, limit int) (int, error) {
	n, err := store.On(t).Exec(requeue+`id IN (SELECT id FROM outbox
		WHERE vendor_id = $3 AND subscription_id = $4 AND dead_at IS NOT NULL ORDER BY id LIMIT $5)`,
		t.Now().UnixMilli(), giveUp.UnixMilli(), v, sub, limit)
	return int(n), err
}
