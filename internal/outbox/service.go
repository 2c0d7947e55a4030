package outbox

import (
	"errors"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MaxSubscriptions is how many a vendor may have: each event is written once for each of its subscribers.
const MaxSubscriptions = 50

// Store keeps subscriptions.
type Store interface {
	// Insert stores s with its events.
	Insert(t tx.Tx, vendor ident.VendorID, s Subscription) (SubscriptionID, error)

	// Count counts a vendor's subscriptions.
	Count(t tx.Tx, vendor ident.VendorID) (int, error)

	// Delete removes a subscription with all that is queued for it, and gives what it was.
	Delete(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (s Subscription, found bool, err error)
}

// Config is what the service needs.
type Config struct {
	Store Store
	IDs   ident.Source
}

// Service changes subscriptions.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.IDs.Rand == nil {
		return nil, errors.New("outbox: Store and IDs are needed")
	}
	return &Service{c}, nil
}

// Subscribe makes a subscription. It hears of what happens from now on.
func (s *Service) Subscribe(t tx.Tx, vendor ident.VendorID, kind Kind, target string, events []string) (Subscription, error) {
	sub := Subscription{UUID: s.IDs.V7(), Kind: kind, Target: target, Events: slices.Clone(events), CreatedAt: t.Now()}
	if err := sub.check(); err != nil {
		return Subscription{}, err
	}
	slices.Sort(sub.Events)
	sub.Events = slices.Compact(sub.Events)
	n, err := s.Store.Count(t, vendor)
	if err != nil {
		return Subscription{}, err
	}
	if n >= MaxSubscriptions {
		return Subscription{}, fault.Refused("too_many_subscriptions", "A vendor may have at most 50 subscriptions.",
			"Delete one that is not needed, or let one address take more events.")
	}
	if sub.ID, err = s.Store.Insert(t, vendor, sub); err != nil {
		return Subscription{}, err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "subscription.created", Subject: "subscription", ID: sub.UUID, After: recordOf(sub)})
	return sub, nil
}

// Unsubscribe removes a subscription and what is still queued for it.
func (s *Service) Unsubscribe(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	sub, found, err := s.Store.Delete(t, vendor, uuid)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("subscription")
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "subscription.deleted", Subject: "subscription", ID: uuid, Before: recordOf(sub)})
	return nil
}

func recordOf(s Subscription) any {
	return struct {
		Kind   Kind     `json:"kind"`
		Target string   `json:"target"`
		Events []string `json:"events"`
	}{s.Kind, s.Target, s.Events}
}
