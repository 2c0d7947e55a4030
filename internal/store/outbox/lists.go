package outbox

import (
	"context"
	"database/sql"
	"time"

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

const selectItem = `SELECT o.id, o.uuid, s.uuid, o.stream, o.event, o.at, o.payload, o.attempts, o.next_attempt_at, o.delivered_at, o.dead_at, o.give_up_at
	FROM outbox o JOIN subscriptions s ON s.vendor_id = o.vendor_id AND s.id = o.subscription_id
	WHERE o.vendor_id =`

// Items lists what is queued, or was, for a subscription, oldest first; with a
// state only such items.
func (s Store) Items(
	ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request,
) (listing.Page[outbox.Item], error) {
	q := store.Select(selectItem, vendor).And("s.uuid = ?", subscription)
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
	var delivered, dead, giveUp sql.Null[int64]
	err := scan(&i.ID, &i.UUID, &i.Subscription, &i.Stream, &i.Event, &at, &i.Payload, &i.Attempts, &next, &delivered, &dead, &giveUp)
	i.At, i.NextAttemptAt = store.Instant(at), store.Instant(next)
	i.DeliveredAt, i.DeadAt = store.OptionalInstant(delivered), store.OptionalInstant(dead)
	i.GiveUpAt = i.At.Add(outbox.KeepTrying)
	if giveUp.Valid {
		i.GiveUpAt = store.Instant(giveUp.V)
	}
	return i, err
}

// Attempts lists the attempts to deliver to a subscription, the newest first;
// with an item other than 0 only those of it.
func (s Store) Attempts(
	ctx context.Context, vendor ident.VendorID, subscription ident.UUID, item int64, r listing.Request,
) (listing.Page[outbox.Attempt], error) {
	q := store.Select(`SELECT d.id, d.item_id, COALESCE(o.event, ''), d.at, d.attempt, d.took_ms, d.status, d.error, d.request, d.response
		FROM deliveries d JOIN subscriptions s ON s.vendor_id = d.vendor_id AND s.id = d.subscription_id
		LEFT JOIN outbox o ON o.vendor_id = d.vendor_id AND o.id = d.item_id
		WHERE d.vendor_id =`, vendor).And("s.uuid = ?", subscription)
	if item != 0 {
		q.And("d.item_id = ?", item)
	}
	sqltext, args := q.Page(r, store.Column{Name: "d.id"}, "d.id")
	all, err := store.All[outbox.Attempt](s.DB.Query(ctx, sqltext, args...))(func(scan store.Scan) (outbox.Attempt, error) {
		var a outbox.Attempt
		var at, took int64
		err := scan(&a.ID, &a.Item, &a.Event, &at, &a.Number, &took, &a.Status, &a.Error, &a.Request, &a.Response)
		a.At, a.Took = store.Instant(at), time.Duration(took)*time.Millisecond
		return a, err
	})
	return listing.Cut(r, all, func(a outbox.Attempt) listing.Mark { return r.Mark(a.ID) }), err
}
