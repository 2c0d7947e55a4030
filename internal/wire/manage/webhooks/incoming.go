package webhooks

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Incoming changes incoming webhooks.
type Incoming interface {
	Create(t tx.Tx, vendor ident.VendorID, provider string) (w outbox.Incoming, secret string, err error)
	Rotate(t tx.Tx, vendor ident.VendorID, id ident.UUID) (w outbox.Incoming, secret string, err error)
	Remove(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
}

// IncomingRows reads them, oldest first.
type IncomingRows interface {
	Incoming(ctx context.Context, vendor ident.VendorID) ([]outbox.Incoming, error)
}

type incoming struct {
	ID        ident.UUID `json:"id" format:"uuid"`
	Provider  string     `json:"provider"`
	Path      string     `json:"path" doc:"where the system sends its messages, below the server's address"`
	HeardAt   *time.Time `json:"heard_at" doc:"when a message of it was taken last"`
	CreatedAt time.Time  `json:"created_at"`
}

type incomingWithSecret struct {
	incoming

	Secret string `json:"secret" doc:"what signs its messages; shown here and never again"`
}

type incomingCreate struct {
	Provider string `json:"provider" minLength:"1" maxLength:"200" doc:"which system: billing, or the name of a payment provider"`
}

func showIncoming(q *operation.Request, w outbox.Incoming) incoming {
	return incoming{
		ID: w.UUID, Provider: w.Provider, Path: "/incoming/" + q.VendorUUID.String() + "/" + w.UUID.String(),
		HeardAt: value.TimeOrNil(w.HeardAt), CreatedAt: w.CreatedAt,
	}
}

func (a *Area) incoming(m *operation.Maker) []operation.Operation {
	const group, path = "Incoming webhooks", "/incoming-webhooks"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: path, ID: "list-incoming-webhooks", Group: group, Summary: "All incoming webhooks", Permission: identity.ManageDelivery,
		}, func(q *operation.Request) (operation.Page[incoming], error) {
			all, err := a.IncomingRows.Incoming(q.Context, q.Vendor)
			answer := operation.Page[incoming]{Items: make([]incoming, len(all))}
			for i, w := range all {
				answer.Items[i] = showIncoming(q, w)
			}
			return answer, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: path, ID: "create-incoming-webhook", Group: group, Summary: "Let a system tell where subscriptions stand",
			About:      "Its messages are in the form of Standard Webhooks, signed with the secret in this answer.",
			Permission: identity.ManageDelivery, Secret: true,
		}, func(t tx.Tx, q *operation.Request, in incomingCreate) (incomingWithSecret, error) {
			w, secret, err := a.Incoming.Create(t, q.Vendor, in.Provider)
			return incomingWithSecret{showIncoming(q, w), secret}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: path + "/{id}/rotate-secret", ID: "rotate-incoming-webhook-secret", Group: group,
			Summary: "Give an incoming webhook a new secret", About: "For 24 hours messages may be signed with either.",
			Permission: identity.ManageDelivery, Secret: true,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (incomingWithSecret, error) {
			w, secret, err := a.Incoming.Rotate(t, q.Vendor, q.ID)
			return incomingWithSecret{showIncoming(q, w), secret}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: path + "/{id}", ID: "delete-incoming-webhook", Group: group, Summary: "End an incoming webhook",
			About: "What it has said stays.", Permission: identity.ManageDelivery,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Incoming.Remove(t, q.Vendor, q.ID)
		}),
	}
}
