package outbox

import (
	"context"
	"database/sql"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/store"
)

// Subscriptions gives all subscriptions of a vendor: they are at most outbox.MaxSubscriptions.
func (s Store) Subscriptions(ctx context.Context, vendor ident.VendorID) ([]outbox.Subscription, error) {
	return collect(store.All[subscriptionRow](s.DB.Query(ctx, selectSubscription+` $1 ORDER BY s.id, e.event`, vendor))(scanSubscription))
}

// ByUUID reads one subscription. Missing is subscription_not_found.
func (s Store) ByUUID(ctx context.Context, vendor ident.VendorID, uuid ident.UUID) (outbox.Subscription, error) {
	subs, err := collect(store.All[subscriptionRow](s.DB.Query(ctx,
		selectSubscription+` $1 AND s.uuid = $2 ORDER BY s.id, e.event`, vendor, uuid))(scanSubscription))
	if err != nil {
		return outbox.Subscription{}, err
	}
	if len(subs) == 0 {
		return outbox.Subscription{}, fault.Missing("subscription")
	}
	return subs[0], nil
}

// Items lists what is queued, or was, for a subscription, oldest first; with a
// state only such items.
func (s Store) Items(
	ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request,
) (listing.Page[outbox.Item], error) {
	q := store.Select(`SELECT o.id, s.uuid, o.stream, o.event, o.at, o.payload, o.attempts, o.next_attempt_at, o.delivered_at, o.dead_at
		FROM outbox o JOIN subscriptions s ON s.vendor_id = o.vendor_id AND s.id = o.subscription_id
		WHERE o.vendor_id =`, vendor).And("s.uuid = ?", subscription)
	switch state {
	case "":
	case outbox.Waiting:
		q.And("o.delivered_at IS NULL AND o.dead_at IS NULL")
	case outbox.Delivered:
		q.And("o.delivered_at IS NOT NULL")
	case outbox.Dead:
		q.And("o.dead_at IS NOT NULL AND o.delivered_at IS NULL")
	default:
		return listing.Page[outbox.Item]{}, fault.Wrong(fault.Field{Name: "state", Message: "must be waiting, delivered or dead"})
	}
	sqltext, args := q.Page(r, store.Column{Name: "o.id"}, "o.id")
	items, err := store.All[outbox.Item](s.DB.Query(ctx, sqltext, args...))(scanItem)
	return listing.Cut(r, items, func(i outbox.Item) listing.Mark { return r.Mark(i.ID) }), err
}

func scanItem(scan store.Scan) (outbox.Item, error) {
	var i outbox.Item
	var at, next int64
	var delivered, dead sql.Null[int64]
	err := scan(&i.ID, &i.Subscription, &i.Stream, &i.Event, &at, &i.Payload, &i.Attempts, &next, &delivered, &dead)
	i.At, i.NextAttemptAt = store.Instant(at), store.Instant(next)
	i.DeliveredAt, i.DeadAt = store.OptionalInstant(delivered), store.OptionalInstant(dead)
	return i, err
}
