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
	FROM outbox o JOIN subscriptions s ON s.vendor_id = o.vendor_id AND s.id = o.subscription_id AND s.ended_at IS NULL
	WHERE o.vendor_id =`

// looked is how many of the newest items of a subscription Standing reads.
const looked = 1000

// Standings gives how a vendor's subscriptions do, by id. It reads at most the
// newest thousand items of each.
func (s Store) Standings(ctx context.Context, vendor ident.VendorID) (map[ident.UUID]outbox.Standing, error) {
	subs, err := s.Subscriptions(ctx, vendor)
	by := map[ident.UUID]outbox.Standing{}
	for _, sub := range subs {
		if by[sub.UUID], err = s.Standing(ctx, vendor, sub.ID); err != nil {
			return nil, err
		}
	}
	return by, err
}

// Standing gives how one of a vendor's subscriptions does.
func (s Store) Standing(ctx context.Context, vendor ident.VendorID, sub outbox.SubscriptionID) (outbox.Standing, error) {
	var st outbox.Standing
	var at int64
	_, err := s.DB.QueryRow(ctx, `SELECT COUNT(CASE WHEN o.delivered_at IS NULL AND o.dead_at IS NULL THEN 1 END),
			COUNT(CASE WHEN o.delivered_at IS NULL AND o.dead_at IS NOT NULL THEN 1 END)
		FROM (SELECT delivered_at, dead_at FROM outbox WHERE vendor_id = $1 AND subscription_id = $2 ORDER BY id DESC LIMIT $3) AS o`,
		[]any{vendor, sub, looked}, &st.Waiting, &st.Dead)
	if err != nil {
		return st, err
	}
	found, err := s.DB.QueryRow(ctx, `SELECT at, status, error FROM deliveries WHERE vendor_id = $1 AND subscription_id = $2 ORDER BY id DESC LIMIT 1`,
		[]any{vendor, sub}, &at, &st.Status, &st.Error)
	if found {
		st.LastAt = store.Instant(at)
	}
	return st, err
}

// ItemByID reads one item of a subscription. Missing is item_not_found.
func (s Store) ItemByID(ctx context.Context, vendor ident.VendorID, subscription ident.UUID, id int64) (outbox.Item, error) {
	items, err := store.All[outbox.Item](s.DB.Query(ctx, selectItem+` $1 AND s.uuid = $2 AND o.id = $3`, vendor, subscription, id))(scanItem)
	if err == nil && len(items) == 0 {
		err = fault.Missing("item")
	}
	if err != nil {
		return outbox.Item{}, err
	}
	return items[0], nil
}

// Items lists what is queued, or was, for a subscription, oldest first; with a
// state only such items.
func (s Store) Items(
	ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request,
) (listing.Page[outbox.Item], error) {
	var condition string
	switch state {
	case "":
	case outbox.Waiting:
		condition = "o.delivered_at IS NULL AND o.dead_at IS NULL"
	case outbox.Delivered:
		condition = "o.delivered_at IS NOT NULL"
	case outbox.Dead:
		condition = "o.dead_at IS NOT NULL AND o.delivered_at IS NULL"
	default:
		return listing.Page[outbox.Item]{}, fault.Wrong(fault.Field{Name: "state", Message: "must be waiting, delivered or dead"})
	}
	sub, err := s.ByUUID(ctx, vendor, subscription)
	if err != nil {
		if fault.As(err).Kind == fault.NotFound {
			err = nil // there is nothing of it
		}
		return listing.Page[outbox.Item]{}, err
	}
	q := store.Select(selectItem, vendor).And("o.subscription_id = ?", sub.ID)
	var bound store.Search
	if condition != "" {
		of := store.Select(`SELECT o.id FROM outbox o WHERE o.vendor_id =`, vendor).And("o.subscription_id = ?", sub.ID)
		if bound, err = s.DB.Bound(ctx, of, "o.id", r, store.SearchDepth); err != nil {
			return listing.Page[outbox.Item]{}, err
		}
		bound.Within(q, "o.id")
		q.And(condition)
	}
	sqltext, args := q.Page(r, store.Column{Name: "o.id"}, "o.id")
	items, err := store.All[outbox.Item](s.DB.Query(ctx, sqltext, args...))(scanItem)
	page := listing.Cut(r, items, func(i outbox.Item) listing.Mark { return r.Mark(i.ID) })
	page.Next = bound.Next(page.Next)
	return page, err
}

// Deliveries lists what is queued, or was, for a subscription, each with the
// newest attempt at it.
func (s Store) Deliveries(
	ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request,
) (listing.Page[outbox.Delivery], error) {
	found, err := s.Items(ctx, vendor, subscription, state, r)
	page := listing.Page[outbox.Delivery]{Next: found.Next}
	for _, i := range found.Items {
		d := outbox.Delivery{Item: i}
		var at int64
		tried, err := s.DB.QueryRow(ctx, `SELECT at, status, error FROM deliveries WHERE vendor_id = $1 AND item_id = $2 ORDER BY id DESC LIMIT 1`,
			[]any{vendor, i.ID}, &at, &d.Status, &d.Error)
		if err != nil {
			return page, err
		}
		if tried {
			d.TriedAt = store.Instant(at)
		}
		page.Items = append(page.Items, d)
	}
	return page, err
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
		FROM deliveries d JOIN subscriptions s ON s.vendor_id = d.vendor_id AND s.id = d.subscription_id AND s.ended_at IS NULL
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
