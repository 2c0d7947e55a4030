package licensing

import (
	"errors"
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// SubscriptionStatus is where a subscription stands in the system that decides it.
type SubscriptionStatus string

// The statuses. A licence holds by the first three.
const (
	SubscriptionActive   SubscriptionStatus = "active"
	SubscriptionTrialing SubscriptionStatus = "trialing"
	SubscriptionPastDue  SubscriptionStatus = "past_due" // not paid yet, and still granted
	SubscriptionPaused   SubscriptionStatus = "paused"
	SubscriptionUnpaid   SubscriptionStatus = "unpaid"
	SubscriptionCanceled SubscriptionStatus = "canceled"
)

func (s SubscriptionStatus) known() bool {
	switch s {
	case SubscriptionActive, SubscriptionTrialing, SubscriptionPastDue, SubscriptionPaused, SubscriptionUnpaid, SubscriptionCanceled:
		return true
	}
	return false
}

// Holds reports whether a licence of this status is in force.
func (s SubscriptionStatus) Holds() bool {
	return s == SubscriptionActive || s == SubscriptionTrialing || s == SubscriptionPastDue
}

// Subscription is what an outside system says of a licence.
type Subscription struct {
	Provider   string // the system: "billing"
	ExternalID string // what it calls the subscription
	Status     SubscriptionStatus
	EndsAt     time.Time // when it is to end, or has ended; zero where that is not said
	StatedAt   time.Time // of when this is true, by the system's clock
	Message    string    // decides between messages of one instant; "" for none
	UpdatedAt  time.Time
}

// Statement is something that an outside system says of a subscription.
type Statement struct {
	Subscription

	License ident.UUID // zero: that which is known by provider and external id
}

// SubscriptionStore keeps what is said of licences.
type SubscriptionStore interface {
	// SubscriptionOf gives what is said of a licence; nil where nothing was.
	SubscriptionOf(t tx.Tx, v ident.VendorID, l ident.LicenseID) (*Subscription, error)

	// SubscribedLicense gives the licence that a system's subscription is known of; 0 for none.
	SubscribedLicense(t tx.Tx, v ident.VendorID, provider, externalID string) (ident.LicenseID, error)

	// SaveSubscription stores it in place of the one before. saved is false where the
	// subscription is another licence's.
	SaveSubscription(t tx.Tx, v ident.VendorID, l ident.LicenseID, s Subscription) (saved bool, err error)

	// ForgetSubscription removes it, and keeps when that was.
	ForgetSubscription(t tx.Tx, v ident.VendorID, l ident.LicenseID, at time.Time) error

	// SubscriptionForgotten gives when it was removed last; zero for never.
	SubscriptionForgotten(t tx.Tx, v ident.VendorID, l ident.LicenseID) (time.Time, error)

	LicenseID(t tx.Tx, v ident.VendorID, id ident.UUID) (ident.LicenseID, error)
}

// Subscriptions takes what outside systems say of licences whose validity they decide.
type Subscriptions struct {
	licenses *Service
	store    SubscriptionStore
}

// NewSubscriptions makes the service.
func NewSubscriptions(licenses *Service, store SubscriptionStore) (*Subscriptions, error) {
	if licenses == nil || store == nil {
		return nil, errors.New("licensing: the configuration of Subscriptions is incomplete")
	}
	return &Subscriptions{licenses, store}, nil
}

// statementAhead is how far a system's clock may be ahead of ours.
const statementAhead = 5 * time.Minute

// read checks what was said, and gives it as it is stored.
func (s Statement) read(now time.Time) (Statement, error) {
	var wrong fault.Fields
	s.StatedAt, s.EndsAt = s.StatedAt.Truncate(time.Millisecond), s.EndsAt.Truncate(time.Millisecond)
	s.Provider = entry.Identifier(&wrong, "provider", s.Provider, "", 1, maxSubscriptionText)
	s.ExternalID = entry.Identifier(&wrong, "external_id", s.ExternalID, "", 1, maxSubscriptionText)
	wrong.Check(s.Status.known(), "status", "must be active, trialing, past_due, paused, unpaid or canceled")
	wrong.Check(!s.StatedAt.IsZero() && !s.StatedAt.After(now.Add(statementAhead)), "timestamp",
		"must be the instant of which this is true, no later than now")
	return s, wrong.Err()
}

const maxSubscriptionText = 200

// newer reports whether a statement is later than what is held. Between two of one
// instant their messages decide, so that the order in which they come never matters.
func (s Statement) newer(held *Subscription) bool {
	if held == nil {
		return true
	}
	if !s.StatedAt.Equal(held.StatedAt) {
		return s.StatedAt.After(held.StatedAt)
	}
	return s.Message > held.Message
}

// isOfAnotherThan reports whether a statement ends another subscription than the one held: one
// that took its place says nothing of the licence any more.
func (s Statement) isOfAnotherThan(held *Subscription) bool {
	return held != nil && !s.Status.Holds() && (s.Provider != held.Provider || s.ExternalID != held.ExternalID)
}

// expiry is the licence's end by what is said.
func (s Subscription) expiry(now time.Time) Expiry {
	switch {
	case s.Status.Holds() && s.EndsAt.IsZero():
		return Expiry{Mode: terms.ExpiresNever}
	case !s.EndsAt.IsZero():
		return Expiry{Mode: terms.ExpiresAt, At: s.EndsAt}
	case s.StatedAt.After(now):
		return Expiry{Mode: terms.ExpiresAt, At: now}
	}
	return Expiry{Mode: terms.ExpiresAt, At: s.StatedAt}
}

// State has a licence follow what is said of its subscription. applied is false, and
// nothing changed, where something later was said already: messages may come twice, and
// in any order.
func (s *Subscriptions) State(t tx.Tx, v ident.VendorID, c Statement) (l *License, applied bool, err error) {
	if c, err = c.read(t.Now()); err != nil {
		return nil, false, err
	}
	id, err := s.find(t, v, c)
	if err != nil {
		return nil, false, err
	}
	if l, err = s.licenses.Locked(t, v, id); err != nil {
		return nil, false, err
	}
	if l == nil {
		return nil, false, errUnknownSubscription()
	}
	if l.Edition.LicenseType != terms.Subscription {
		return nil, false, fault.Refused("no_subscription", "This licence is no subscription: it decides itself whether it holds.",
			"Name a licence of an edition of the type subscription.")
	}
	held, err := s.store.SubscriptionOf(t, v, id)
	if err != nil || !c.newer(held) || c.isOfAnotherThan(held) {
		return l, false, err
	}
	forgotten, err := s.store.SubscriptionForgotten(t, v, id)
	if err != nil || !c.StatedAt.After(forgotten) {
		return l, false, err // a message that comes late takes nothing back
	}
	c.UpdatedAt = t.Now()
	saved, err := s.store.SaveSubscription(t, v, id, c.Subscription)
	if err != nil {
		return nil, false, err
	}
	if !saved {
		return nil, false, fault.Refused("subscription_taken", "This subscription is another licence's.", "Name that licence, or another subscription.")
	}
	journalSubscription(t, l, held, c.Subscription)
	e := c.expiry(t.Now())
	if l.ExpiresMode == e.Mode && l.ExpiresAt.Equal(e.At) {
		return l, true, nil
	}
	l, err = s.licenses.Update(t, v, id, Change{Expiry: &e})
	return l, true, err
}

// find gives the licence that is meant: by the subscription that is known, or by its id.
func (s *Subscriptions) find(t tx.Tx, v ident.VendorID, c Statement) (ident.LicenseID, error) {
	known, err := s.store.SubscribedLicense(t, v, c.Provider, c.ExternalID)
	if err != nil || c.License.IsZero() {
		if err == nil && known == 0 {
			err = errUnknownSubscription()
		}
		return known, err
	}
	id, err := s.store.LicenseID(t, v, c.License)
	if err == nil && id == 0 {
		err = fault.Missing("license")
	}
	return id, err
}

// Forget has nothing said of a licence any more. Its end stays as it is. What is said later
// counts again, and nothing that was true before.
func (s *Subscriptions) Forget(t tx.Tx, v ident.VendorID, license ident.UUID) error {
	id, err := s.store.LicenseID(t, v, license)
	if err != nil {
		return err
	}
	l, err := s.licenses.Locked(t, v, id)
	if err != nil {
		return err
	}
	if l == nil {
		return fault.Missing("license")
	}
	held, err := s.store.SubscriptionOf(t, v, id)
	if err != nil || held == nil {
		return err
	}
	t.Journal(tx.Entry{
		Vendor: v, Action: "license.subscription_forgotten", Subject: licenseSubject, ID: l.UUID, License: id, Before: recordOfSubscription(*held),
	})
	return s.store.ForgetSubscription(t, v, id, t.Now())
}

func errUnknownSubscription() *fault.Error {
	return &fault.Error{
		Kind: fault.NotFound, Code: "subscription_unknown", Message: "No licence is known of this subscription.",
		Help: "Send it again once there is one: name the licence with license_id, or by PUT /licenses/{id}/subscription.",
	}
}

type subscriptionRecord struct {
	Provider   string             `json:"provider"`
	ExternalID string             `json:"external_id"`
	Status     SubscriptionStatus `json:"status"`
	EndsAt     *time.Time         `json:"ends_at"`
	StatedAt   time.Time          `json:"stated_at"`
}

func recordOfSubscription(s Subscription) subscriptionRecord {
	return subscriptionRecord{s.Provider, s.ExternalID, s.Status, instant(s.EndsAt), s.StatedAt}
}

func journalSubscription(t tx.Tx, l *License, before *Subscription, after Subscription) {
	e := tx.Entry{
		Vendor: l.Vendor, Action: "license.subscription_stated", Subject: licenseSubject, ID: l.UUID, License: l.ID,
		After: recordOfSubscription(after),
	}
	if before != nil {
		e.Before = recordOfSubscription(*before)
	}
	t.Journal(e)
}
