package wiring

import (
	"context"
	"slices"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	outboxstore "chancery/internal/store/outbox"
	"chancery/internal/tx"
)

// What is delivered tells of customers, licences and devices. Whoever sets deliveries
// up, or looks at them, must be allowed to see what they tell: the faces get the rooms
// through these, which hold a request's principal against the events.

func maySee(ctx context.Context, events []string) error {
	p, _ := edge.PrincipalFrom(ctx)
	if slices.ContainsFunc(events, func(e string) bool { return !p.MaySee(e) }) {
		return errUnseen("events")
	}
	return nil
}

func errUnseen(field string) *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "permission_beyond", Message: "This tells of what you may not see yourself.",
		Help:   "Ask somebody who may see it, or choose other events.",
		Fields: []fault.Field{{Name: field, Message: "tells of what you may not see"}},
	}
}

// seenSubscriptions changes subscriptions of events that one may see. The list of them
// tells addresses and names of events, and is open to who manages deliveries.
type seenSubscriptions struct {
	*outbox.Service

	rows outboxstore.Store
}

func (s seenSubscriptions) reach(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	sub, found, err := s.rows.Lock(t, v, id)
	if err != nil || !found {
		return err // the service says that it is missing
	}
	return maySee(t.Context(), sub.Events)
}

// Subscribe goes before that of the room.
func (s seenSubscriptions) Subscribe(t tx.Tx, v ident.VendorID, kind outbox.Kind, target string, events []string) (outbox.Subscription, string, error) {
	if err := maySee(t.Context(), events); err != nil {
		return outbox.Subscription{}, "", err
	}
	return s.Service.Subscribe(t, v, kind, target, events)
}

// Update goes before that of the room.
func (s seenSubscriptions) Update(t tx.Tx, v ident.VendorID, id ident.UUID, c outbox.Change) (outbox.Subscription, error) {
	if err := s.reach(t, v, id); err != nil {
		return outbox.Subscription{}, err
	}
	if err := maySee(t.Context(), c.Events); err != nil {
		return outbox.Subscription{}, err
	}
	return s.Service.Update(t, v, id, c)
}

// Unsubscribe goes before that of the room.
func (s seenSubscriptions) Unsubscribe(t tx.Tx, v ident.VendorID, id ident.UUID) error {
	if err := s.reach(t, v, id); err != nil {
		return err
	}
	return s.Service.Unsubscribe(t, v, id)
}

// RotateSecret goes before that of the room.
func (s seenSubscriptions) RotateSecret(t tx.Tx, v ident.VendorID, id ident.UUID) (outbox.Subscription, string, error) {
	if err := s.reach(t, v, id); err != nil {
		return outbox.Subscription{}, "", err
	}
	return s.Service.RotateSecret(t, v, id)
}

// Test goes before that of the room.
func (s seenSubscriptions) Test(t tx.Tx, v ident.VendorID, id ident.UUID) (outbox.Item, error) {
	if err := s.reach(t, v, id); err != nil {
		return outbox.Item{}, err
	}
	return s.Service.Test(t, v, id)
}

// Replay goes before that of the room.
func (s seenSubscriptions) Replay(t tx.Tx, v ident.VendorID, id ident.UUID, sequence int64) error {
	if err := s.reach(t, v, id); err != nil {
		return err
	}
	return s.Service.Replay(t, v, id, sequence)
}

// ReplayDead goes before that of the room.
func (s seenSubscriptions) ReplayDead(t tx.Tx, v ident.VendorID, id ident.UUID) (int, error) {
	if err := s.reach(t, v, id); err != nil {
		return 0, err
	}
	return s.Service.ReplayDead(t, v, id)
}

// unseen stands where something is told that one may not see.
const unseen = "You may not see what this tells."

// seenDeliveries shows what was sent of events that one may see; of others only that
// it was sent, and what came of it.
type seenDeliveries struct{ outboxstore.Store }

func hideItem(ctx context.Context, i *outbox.Item) {
	if maySee(ctx, []string{i.Event}) != nil {
		i.Payload = `{"hidden":"` + unseen + `"}`
	}
}

// ItemByID goes before that of the store.
func (s seenDeliveries) ItemByID(ctx context.Context, v ident.VendorID, id ident.UUID, item int64) (outbox.Item, error) {
	i, err := s.Store.ItemByID(ctx, v, id, item)
	hideItem(ctx, &i)
	return i, err
}

// Items goes before that of the store.
func (s seenDeliveries) Items(
	ctx context.Context, v ident.VendorID, id ident.UUID, state outbox.State, r listing.Request,
) (listing.Page[outbox.Item], error) {
	page, err := s.Store.Items(ctx, v, id, state, r)
	for i := range page.Items {
		hideItem(ctx, &page.Items[i])
	}
	return page, err
}

// Attempts goes before that of the store.
func (s seenDeliveries) Attempts(
	ctx context.Context, v ident.VendorID, id ident.UUID, item int64, r listing.Request,
) (listing.Page[outbox.Attempt], error) {
	page, err := s.Store.Attempts(ctx, v, id, item, r)
	for i, a := range page.Items {
		if maySee(ctx, []string{a.Event}) != nil {
			page.Items[i].Request, page.Items[i].Response = unseen, unseen // a receiver may say it back
		}
	}
	return page, err
}
