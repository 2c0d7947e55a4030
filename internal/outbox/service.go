package outbox

import (
	"errors"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// MaxSubscriptions is how many a vendor may have: each event is written once for each of its subscribers.
const MaxSubscriptions = 50

// noun is what the audit log and faults call a subscription.
const noun = "subscription"

// Store keeps subscriptions and what is queued for them.
type Store interface {
	// Insert stores s with its events.
	Insert(t tx.Tx, vendor ident.VendorID, s Subscription) (SubscriptionID, error)

	// Lock gives a subscription and keeps others from changing it.
	Lock(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (s Subscription, found bool, err error)

	// Save stores target, events, whether it is enabled, and the secrets.
	Save(t tx.Tx, vendor ident.VendorID, s Subscription) error

	// Count counts a vendor's subscriptions.
	Count(t tx.Tx, vendor ident.VendorID) (int, error)

	// End ends a subscription, and gives what it was: from now on there is nothing of
	// it, nor of what is queued for it. It costs the same however much waits.
	End(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (s Subscription, found bool, err error)

	// Put queues one item for one subscription, whatever it is subscribed to.
	Put(t tx.Tx, vendor ident.VendorID, s SubscriptionID, e tx.Event, message ident.UUID) (Item, error)

	// Item gives an item of a subscription and locks it.
	Item(t tx.Tx, vendor ident.VendorID, s SubscriptionID, id int64) (i Item, found bool, err error)

	// Requeue lets an item that is delivered or dead wait again, from now until giveUp.
	Requeue(t tx.Tx, vendor ident.VendorID, s SubscriptionID, id int64, giveUp time.Time) error

	// RequeueDead does the same with up to limit dead items, the oldest first, and tells how many.
	RequeueDead(t tx.Tx, vendor ident.VendorID, s SubscriptionID, giveUp time.Time, limit int) (int, error)
}

// Config is what the service needs.
type Config struct {
	Store  Store
	IDs    ident.Source
	Sealer Sealer
}

// Service changes subscriptions.
type Service struct{ Config }

// New makes the service.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.IDs.Rand == nil || c.Sealer == nil {
		return nil, errors.New("outbox: Store, IDs and Sealer are needed")
	}
	return &Service{c}, nil
}

// Subscribe makes a subscription. It hears of what happens from now on. The
// secret of a webhook is given here and never again; one of mail has none.
func (s *Service) Subscribe(
	t tx.Tx, vendor ident.VendorID, kind Kind, target string, events []string,
) (sub Subscription, secret string, err error) {
	sub = Subscription{UUID: s.IDs.V7(), Kind: kind, Target: target, Events: sorted(events), IsEnabled: true, CreatedAt: t.Now()}
	if sub, err = sub.read(events, ""); err != nil {
		return Subscription{}, "", err
	}
	n, err := s.Store.Count(t, vendor)
	if err != nil {
		return Subscription{}, "", err
	}
	if n >= MaxSubscriptions {
		return Subscription{}, "", fault.Refused("too_many_subscriptions", "A vendor may have at most 50 subscriptions.",
			"Delete one that is not needed, or let one address take more events.")
	}
	if kind == Webhook {
		if sub.Secrets.Sealed, secret, err = newSecret(s.IDs, s.Sealer, vendor, sub.UUID); err != nil {
			return Subscription{}, "", err
		}
	}
	if sub.ID, err = s.Store.Insert(t, vendor, sub); err != nil {
		return Subscription{}, "", err
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "subscription.created", Subject: noun, ID: sub.UUID, After: recordOf(sub)})
	return sub, secret, nil
}

// Change is what to change of a subscription; nil leaves a field as it is.
type Change struct {
	Target    *string
	Events    []string
	IsEnabled *bool
}

// Update changes a subscription. While it is not enabled nothing is delivered:
// what happens waits, and is given up on after three days.
func (s *Service) Update(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, c Change) (Subscription, error) {
	before, err := s.locked(t, vendor, uuid)
	if err != nil {
		return Subscription{}, err
	}
	after := before
	events := before.Events
	if c.Target != nil {
		after.Target = *c.Target
	}
	if c.Events != nil {
		events = c.Events
		after.Events = sorted(c.Events)
	}
	if c.IsEnabled != nil {
		after.IsEnabled = *c.IsEnabled
	}
	if after, err = after.read(events, before.Target); err != nil {
		return Subscription{}, err
	}
	if after.Target == before.Target && after.IsEnabled == before.IsEnabled && slices.Equal(after.Events, before.Events) {
		return before, nil
	}
	if err := s.Store.Save(t, vendor, after); err != nil {
		return Subscription{}, err
	}
	t.Journal(tx.Entry{
		Vendor: vendor, Action: "subscription.updated", Subject: noun, ID: uuid, Before: recordOf(before), After: recordOf(after),
	})
	return after, nil
}

// Unsubscribe ends a subscription, with what is still queued for it.
func (s *Service) Unsubscribe(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) error {
	sub, found, err := s.Store.End(t, vendor, uuid)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing(noun)
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "subscription.deleted", Subject: noun, ID: uuid, Before: recordOf(sub)})
	return nil
}

func (s *Service) locked(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (Subscription, error) {
	sub, found, err := s.Store.Lock(t, vendor, uuid)
	if err == nil && !found {
		err = fault.Missing(noun)
	}
	return sub, err
}

func sorted(events []string) []string {
	events = slices.Clone(events)
	slices.Sort(events)
	return slices.Compact(events)
}

func recordOf(s Subscription) any {
	return struct {
		Kind      Kind     `json:"kind"`
		Target    string   `json:"target"`
		Events    []string `json:"events"`
		IsEnabled bool     `json:"is_enabled"`
	}{s.Kind, Shown(s.Target), s.Events, s.IsEnabled}
}
