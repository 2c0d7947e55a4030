package manage

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/tx"
)

// Subscriptions changes subscriptions.
type Subscriptions interface {
	Subscribe(t tx.Tx, vendor ident.VendorID, kind outbox.Kind, target string, events []string) (outbox.Subscription, error)
	Unsubscribe(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
}

// OutboxRows reads subscriptions and what is queued for them.
type OutboxRows interface {
	Subscriptions(ctx context.Context, vendor ident.VendorID) ([]outbox.Subscription, error)
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (outbox.Subscription, error)
	Items(ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request) (listing.Page[outbox.Item], error)
}

type subscription struct {
	ID        ident.UUID  `json:"id" format:"uuid"`
	Kind      outbox.Kind `json:"kind"`
	Target    string      `json:"target"`
	Events    []string    `json:"events" nullable:"false"`
	CreatedAt time.Time   `json:"created_at"`
}

type subscriptionCreate struct {
	Kind   outbox.Kind `json:"kind" enum:"webhook,mail"`
	Target string      `json:"target" minLength:"1" maxLength:"2000" doc:"a URL for a webhook, an address for mail"`
	Events []string    `json:"events" minItems:"1" maxItems:"100" nullable:"false"`
}

type queuedItem struct {
	Sequence      int64           `json:"sequence" doc:"rises within a stream"`
	Stream        ident.UUID      `json:"stream" format:"uuid" doc:"items of one stream are delivered in order"`
	Event         string          `json:"event"`
	At            time.Time       `json:"at"`
	State         outbox.State    `json:"state" enum:"waiting,delivered,dead"`
	Attempts      int             `json:"attempts"`
	NextAttemptAt time.Time       `json:"next_attempt_at"`
	Payload       json.RawMessage `json:"payload"`
}

func showSubscription(s outbox.Subscription) subscription {
	return subscription{ID: s.UUID, Kind: s.Kind, Target: s.Target, Events: s.Events, CreatedAt: s.CreatedAt}
}

func showItem(i outbox.Item) queuedItem {
	return queuedItem{
		Sequence: i.ID, Stream: i.Stream, Event: i.Event, At: i.At, State: i.State(), Attempts: i.Attempts,
		NextAttemptAt: i.NextAttemptAt, Payload: json.RawMessage(i.Payload),
	}
}

func (a *API) subscriptions() []operation {
	const group = "Subscriptions"
	return []operation{
		get(a, operation{
			Path: "/subscriptions", ID: "list-subscriptions", Group: group, Summary: "All subscriptions", Permission: identity.ManageVendor,
		}, func(q *request) (page[subscription], error) {
			all, err := a.OutboxRows.Subscriptions(q.ctx, q.vendor)
			answer := page[subscription]{Items: make([]subscription, len(all))}
			for i, s := range all {
				answer.Items[i] = showSubscription(s)
			}
			return answer, err
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/subscriptions", ID: "create-subscription", Group: group, Summary: "Subscribe to events",
			About:      "The events: " + strings.Join(outbox.Catalogue(), ", ") + ".",
			Permission: identity.ManageVendor,
		}, func(t tx.Tx, q *request, in subscriptionCreate) (subscription, error) {
			s, err := a.Subscriptions.Subscribe(t, q.vendor, in.Kind, in.Target, in.Events)
			return showSubscription(s), err
		}),
		get(a, operation{
			Path: "/subscriptions/{id}", ID: "get-subscription", Group: group, Summary: "Get a subscription", Permission: identity.ManageVendor,
		}, func(q *request) (subscription, error) {
			s, err := a.OutboxRows.ByUUID(q.ctx, q.vendor, q.id)
			return showSubscription(s), err
		}),
		change(a, operation{
			Method: http.MethodDelete, Path: "/subscriptions/{id}", ID: "delete-subscription", Group: group,
			Summary: "End a subscription", About: "What is still queued for it is dropped.", Permission: identity.ManageVendor,
		}, func(t tx.Tx, q *request, _ nothing) (nothing, error) {
			return nothing{}, a.Subscriptions.Unsubscribe(t, q.vendor, q.id)
		}),
		list(a, operation{
			Path: "/subscriptions/{id}/items", ID: "list-queued-items", Group: group, Summary: "List what is queued for a subscription, the oldest first",
			Queries:    []query{{Name: "state", Kind: textKind, Doc: "only those", Enum: []string{"waiting", "delivered", "dead"}}},
			Permission: identity.ManageVendor,
		}, outbox.ItemSorts(), func(q *request, r listing.Request) (listing.Page[outbox.Item], error) {
			if _, err := a.OutboxRows.ByUUID(q.ctx, q.vendor, q.id); err != nil {
				return listing.Page[outbox.Item]{}, err
			}
			return a.OutboxRows.Items(q.ctx, q.vendor, q.id, outbox.State(q.text("state")), r)
		}, showItem),
	}
}
