package licenses

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Subscriptions has licences follow what outside systems say of them.
type Subscriptions interface {
	State(t tx.Tx, v ident.VendorID, s licensing.Statement) (l *licensing.License, applied bool, err error)
	Forget(t tx.Tx, v ident.VendorID, license ident.UUID) error
}

// SubscriptionRows reads it; nil where nothing was said of a licence.
type SubscriptionRows interface {
	Subscription(ctx context.Context, v ident.VendorID, l ident.LicenseID) (*licensing.Subscription, error)
	SubscriptionOf(t tx.Tx, v ident.VendorID, l ident.LicenseID) (*licensing.Subscription, error)
}

type subscribed struct {
	Provider   string     `json:"provider" doc:"the system that decides whether the licence holds; empty: nothing was said yet"`
	ExternalID string     `json:"external_id"`
	Status     string     `json:"status" enum:",active,trialing,past_due,paused,unpaid,canceled"`
	Holds      bool       `json:"holds" doc:"the status is one by which the licence is in force; its expires_at says until when"`
	EndsAt     *time.Time `json:"ends_at"`
	Timestamp  *time.Time `json:"timestamp" doc:"of when this is true; what is older changes nothing"`
	UpdatedAt  *time.Time `json:"updated_at"`
}

type subscribe struct {
	Provider   string     `json:"provider" minLength:"1" maxLength:"200" doc:"that of the incoming webhook, if one tells later"`
	ExternalID string     `json:"external_id" minLength:"1" maxLength:"200"`
	Status     string     `json:"status" enum:"active,trialing,past_due,paused,unpaid,canceled" doc:"the licence is in force by the first three"`
	EndsAt     *time.Time `json:"ends_at,omitempty" doc:"when it is to end, or has ended; left out, it holds until something else is said, or ends at timestamp"`
	Timestamp  *time.Time `json:"timestamp,omitempty" doc:"of when this is true, no later than now; now if left out. What is older than what was said last changes nothing"`
}

func showSubscribed(s *licensing.Subscription) subscribed {
	if s == nil {
		return subscribed{}
	}
	return subscribed{
		Provider: s.Provider, ExternalID: s.ExternalID, Status: string(s.Status), Holds: s.Status.Holds(),
		EndsAt: value.TimeOrNil(s.EndsAt), Timestamp: &s.StatedAt, UpdatedAt: &s.UpdatedAt,
	}
}

func (a *Area) subscription(m *operation.Maker) []operation.Operation {
	const group, path = "Licenses", "/licenses/{id}/subscription"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: path, ID: "get-license-subscription", Group: group, Summary: "What an outside system says of a licence of the type subscription",
			Permission: identity.ViewLicenses,
		}, func(q *operation.Request) (subscribed, error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return subscribed{}, err
			}
			s, err := a.SubscriptionRows.Subscription(q.Context, q.Vendor, l.ID)
			return showSubscribed(s), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPut, Path: path, ID: "state-license-subscription", Group: group,
			Summary: "Say where the subscription of a licence stands",
			About: "The licence's end follows it at once. " +
				"The answer is what holds then: what was said before something that is known already changes nothing.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in subscribe) (subscribed, error) {
			s := licensing.Statement{License: q.ID, Subscription: licensing.Subscription{
				Provider: in.Provider, ExternalID: in.ExternalID, Status: licensing.SubscriptionStatus(in.Status), StatedAt: t.Now(),
			}}
			if in.EndsAt != nil {
				s.EndsAt = *in.EndsAt
			}
			if in.Timestamp != nil {
				s.StatedAt = *in.Timestamp
			}
			l, _, err := a.Subscriptions.State(t, q.Vendor, s)
			if err != nil {
				return subscribed{}, err
			}
			held, err := a.SubscriptionRows.SubscriptionOf(t, q.Vendor, l.ID)
			return showSubscribed(held), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: path, ID: "forget-license-subscription", Group: group,
			Summary: "Take the subscription off a licence", About: "The licence's end stays as it is; the subscription may be another licence's then.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			return operation.Nothing{}, a.Subscriptions.Forget(t, q.Vendor, q.ID)
		}),
	}
}
