package webhooks

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

// Subscriptions changes subscriptions.
type Subscriptions interface {
	Subscribe(t tx.Tx, vendor ident.VendorID, kind outbox.Kind, target string, events []string) (s outbox.Subscription, secret string, err error)
	Update(t tx.Tx, vendor ident.VendorID, id ident.UUID, c outbox.Change) (outbox.Subscription, error)
	Unsubscribe(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	RotateSecret(t tx.Tx, vendor ident.VendorID, id ident.UUID) (s outbox.Subscription, secret string, err error)
	Test(t tx.Tx, vendor ident.VendorID, id ident.UUID) (outbox.Item, error)
	Replay(t tx.Tx, vendor ident.VendorID, id ident.UUID, sequence int64) error
	ReplayDead(t tx.Tx, vendor ident.VendorID, id ident.UUID) (int, error)
}

// OutboxRows reads subscriptions and what is queued for them.
type OutboxRows interface {
	Subscriptions(ctx context.Context, vendor ident.VendorID) ([]outbox.Subscription, error)
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (outbox.Subscription, error)
	Items(ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request) (listing.Page[outbox.Item], error)
	Attempts(ctx context.Context, vendor ident.VendorID, subscription ident.UUID, item int64, r listing.Request) (listing.Page[outbox.Attempt], error)
}

type subscription struct {
	ID        ident.UUID  `json:"id" format:"uuid"`
	Kind      outbox.Kind `json:"kind"`
	Target    string      `json:"target"`
	Events    []string    `json:"events" nullable:"false"`
	IsEnabled bool        `json:"is_enabled" doc:"while it is not, nothing is delivered, and what happens waits for up to three days"`
	CreatedAt time.Time   `json:"created_at"`
}

type subscriptionWithSecret struct {
	subscription

	Secret *string `json:"secret" doc:"what signs the deliveries of a webhook; shown here and never again; null for mail"`
}

type subscriptionCreate struct {
	Kind   outbox.Kind `json:"kind" enum:"webhook,mail"`
	Target string      `json:"target" minLength:"1" maxLength:"2000" doc:"a URL for a webhook, an address for mail"`
	Events []string    `json:"events" minItems:"1" maxItems:"100" nullable:"false"`
}

type subscriptionUpdate struct {
	Target    *string  `json:"target,omitempty" maxLength:"2000"`
	Events    []string `json:"events,omitempty" maxItems:"100" nullable:"false"`
	IsEnabled *bool    `json:"is_enabled,omitempty"`
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

type delivery struct {
	Sequence   int64     `json:"sequence" doc:"of the item"`
	Event      string    `json:"event"`
	At         time.Time `json:"at"`
	Attempt    int       `json:"attempt" doc:"of the item's attempts, from 1; a replay begins anew"`
	TookMillis int64     `json:"took_ms"`
	Status     *int      `json:"status" doc:"the receiver's; null without an answer"`
	Error      *string   `json:"error" doc:"null when it was delivered"`
	Request    string    `json:"request" doc:"at most 4 kB; without the signature and the query of the address"`
	Response   string    `json:"response" doc:"at most 4 kB"`
}

type replayRequest struct {
	Sequence *int64 `json:"sequence,omitempty" doc:"one item, delivered or dead"`
	AllDead  bool   `json:"all_dead,omitempty" doc:"all that are dead instead, the oldest first, at most 1000"`
}

type replayed struct {
	Items int `json:"items" doc:"how many wait again"`
}

func showAttempt(a outbox.Attempt) delivery {
	d := delivery{
		Sequence: a.Item, Event: a.Event, At: a.At, Attempt: a.Number, TookMillis: a.Took.Milliseconds(), Request: a.Request, Response: a.Response,
	}
	if a.Status != 0 {
		d.Status = &a.Status
	}
	if a.Error != "" {
		d.Error = &a.Error
	}
	return d
}

func withSecret(s outbox.Subscription, secret string) subscriptionWithSecret {
	shown := subscriptionWithSecret{subscription: showSubscription(s)}
	if secret != "" {
		shown.Secret = &secret
	}
	return shown
}

func showSubscription(s outbox.Subscription) subscription {
	return subscription{ID: s.UUID, Kind: s.Kind, Target: s.Target, Events: s.Events, IsEnabled: s.IsEnabled, CreatedAt: s.CreatedAt}
}

func showItem(i outbox.Item) queuedItem {
	return queuedItem{
		Sequence: i.ID, Stream: i.Stream, Event: i.Event, At: i.At, State: i.State(), Attempts: i.Attempts,
		NextAttemptAt: i.NextAttemptAt, Payload: json.RawMessage(i.Payload),
	}
}

func (a *Area) subscriptions(m *operation.Maker) []operation.Operation {
	const group = "Subscriptions"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/subscriptions", ID: "list-subscriptions", Group: group, Summary: "All subscriptions", Permission: identity.ManageDelivery,
		}, func(q *operation.Request) (operation.Page[subscription], error) {
			all, err := a.OutboxRows.Subscriptions(q.Context, q.Vendor)
			answer := operation.Page[subscription]{Items: make([]subscription, len(all))}
			for i, s := range all {
				answer.Items[i] = showSubscription(s)
			}
			return answer, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/subscriptions", ID: "create-subscription", Group: group, Summary: "Subscribe to events",
			About:      "The events: " + strings.Join(outbox.Catalogue(), ", ") + ". Deliveries to a webhook are signed with the secret in this answer.",
			Permission: identity.ManageDelivery, Secret: true,
		}, func(t tx.Tx, q *operation.Request, in subscriptionCreate) (subscriptionWithSecret, error) {
			s, secret, err := a.Subscriptions.Subscribe(t, q.Vendor, in.Kind, in.Target, in.Events)
			return withSecret(s, secret), err
		}),
		operation.Get(m, operation.Operation{
			Path: "/subscriptions/{id}", ID: "get-subscription", Group: group, Summary: "Get a subscription", Permission: identity.ManageDelivery,
		}, func(q *operation.Request) (subscription, error) {
			s, err := a.OutboxRows.ByUUID(q.Context, q.Vendor, q.ID)
			return showSubscription(s), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/subscriptions/{id}", ID: "update-subscription", Group: group,
			Summary:    "Change a subscription, or switch it off and on",
			Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, in subscriptionUpdate) (subscription, error) {
			s, err := a.Subscriptions.Update(t, q.Vendor, q.ID, outbox.Change{Target: in.Target, Events: in.Events, IsEnabled: in.IsEnabled})
			return showSubscription(s), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: "/subscriptions/{id}", ID: "delete-subscription", Group: group,
			Summary: "End a subscription", About: "What is still queued for it is dropped.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Subscriptions.Unsubscribe(t, q.Vendor, q.ID)
		}),
		operation.List(m, operation.Operation{
			Path: "/subscriptions/{id}/items", ID: "list-queued-items", Group: group, Summary: "List what is queued for a subscription, the oldest first",
			Queries:    []operation.Query{{Name: "state", Kind: operation.Text, Doc: "only those", Enum: []string{"waiting", "delivered", "dead"}}},
			Permission: identity.ManageDelivery,
		}, outbox.ItemSorts(), func(q *operation.Request, r listing.Request) (listing.Page[outbox.Item], error) {
			if _, err := a.OutboxRows.ByUUID(q.Context, q.Vendor, q.ID); err != nil {
				return listing.Page[outbox.Item]{}, err
			}
			return a.OutboxRows.Items(q.Context, q.Vendor, q.ID, outbox.State(q.Text("state")), r)
		}, showItem),
		operation.List(m, operation.Operation{
			Path: "/subscriptions/{id}/deliveries", ID: "list-deliveries", Group: group, Summary: "List the attempts to deliver, the newest first",
			About:      "Attempts are kept for 30 days.",
			Queries:    []operation.Query{{Name: "sequence", Kind: operation.Whole, Doc: "only those of this item"}},
			Permission: identity.ManageDelivery,
		}, outbox.AttemptSorts(), func(q *operation.Request, r listing.Request) (listing.Page[outbox.Attempt], error) {
			if _, err := a.OutboxRows.ByUUID(q.Context, q.Vendor, q.ID); err != nil {
				return listing.Page[outbox.Attempt]{}, err
			}
			return a.OutboxRows.Attempts(q.Context, q.Vendor, q.ID, q.Whole("sequence"), r)
		}, showAttempt),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/subscriptions/{id}/rotate-secret", ID: "rotate-webhook-secret", Group: group,
			Summary: "Give a webhook a new secret", About: "For 24 hours deliveries are signed with both, the new one first.",
			Permission: identity.ManageDelivery, Secret: true,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (subscriptionWithSecret, error) {
			s, secret, err := a.Subscriptions.RotateSecret(t, q.Vendor, q.ID)
			return withSecret(s, secret), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/subscriptions/{id}/test", ID: "test-subscription", Group: group,
			Summary: "Queue a test event", About: "It is named webhook.test; its deliveries tell what came of it.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (queuedItem, error) {
			i, err := a.Subscriptions.Test(t, q.Vendor, q.ID)
			return showItem(i), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/subscriptions/{id}/replay", ID: "replay-items", Group: group,
			Summary:    "Deliver again",
			About:      "Replayed items keep sequence and id, come before later ones of their stream, and are retried for three days.",
			Permission: identity.ManageDelivery, Status: http.StatusOK,
		}, func(t tx.Tx, q *operation.Request, in replayRequest) (replayed, error) {
			if (in.Sequence == nil) != in.AllDead {
				return replayed{}, fault.Wrong(fault.Field{Name: "sequence", Message: "must be given, or all_dead instead of it"})
			}
			if in.AllDead {
				n, err := a.Subscriptions.ReplayDead(t, q.Vendor, q.ID)
				return replayed{n}, err
			}
			return replayed{1}, a.Subscriptions.Replay(t, q.Vendor, q.ID, *in.Sequence)
		}),
	}
}
