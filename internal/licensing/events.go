package licensing

import (
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Events that leave the server, to whoever is subscribed.
const (
	EventIssued    = "license.issued"
	EventChanged   = "license.changed"
	EventUsedUp    = "license.used_up"
	EventCreated   = "activation.created"
	EventGoodwill  = "activation.goodwill"
	EventRegular   = "activation.regular"
	EventDeleted   = "activation.deleted"
	EventSuspended = "device.suspended"
	EventExpiring  = "license.expiring"
	EventExpired   = "license.expired"
	EventNewKey    = "license.key_replaced"

	EventDeletedLicense = "license.deleted"
)

// licenseSubject is what the journal calls a licence that something happened to.
const licenseSubject = "license"

// eventPayload is what an event says; ids and names, no keys.
type eventPayload struct {
	LicenseID      ident.UUID  `json:"license_id"`
	ProductID      ident.UUID  `json:"product_id"`
	CustomerID     ident.UUID  `json:"customer_id"`
	CustomerNumber string      `json:"customer_number"`
	ActivationID   *ident.UUID `json:"activation_id,omitempty"`
	ClientID       string      `json:"client_id,omitempty"`
	IsGoodwill     bool        `json:"is_goodwill,omitempty"`
	IsOffline      bool        `json:"is_offline,omitempty"`
	GoodwillUntil  *time.Time  `json:"goodwill_until,omitempty"`
	Reason         Reason      `json:"reason,omitempty"`
	NotConfirmed   bool        `json:"not_confirmed_by_device,omitempty"` // with EventDeleted: it has had a file, and has not said that it gave up
	DeletedBy      *eventActor `json:"deleted_by,omitempty"`
	EndsAt         *time.Time  `json:"ends_at,omitempty"`
	ValidityReason string      `json:"validity_reason,omitempty"` // with EventExpired: what ended it, one of Reasons
	Help           string      `json:"help,omitempty"`            // with EventExpired
	Used           int64       `json:"activations_used"`
	Allowed        *int64      `json:"activations_allowed"` // null: any number

	MonthUsed    *int64 `json:"month_used,omitempty"` // of a licence that counts the devices of each month
	MonthAllowed *int64 `json:"month_allowed,omitempty"`
}

// eventActor is who caused an event: "user", "api_key", "client" or "system", and which.
type eventActor struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

func eventOf(l *License, a *Activation, clientID string, now time.Time) eventPayload {
	p := eventPayload{
		LicenseID: l.UUID, ProductID: l.Product.UUID, CustomerID: l.Customer.UUID, CustomerNumber: l.Customer.CustomerNumber,
		ClientID: clientID, Used: l.Held(), Allowed: l.allowed(l.Terms().Policy),
	}
	if l.CountsMonths() {
		used, allowed := l.UsedInMonth(now), Allowed(l.Terms().Policy)
		p.MonthUsed, p.MonthAllowed = &used, &allowed
	}
	if a != nil {
		p.ActivationID, p.IsGoodwill, p.IsOffline, p.Reason = &a.UUID, a.GoodwillAt(l, now), a.IsOffline, a.ReleaseReason
		if !a.GoodwillUntil.IsZero() {
			p.GoodwillUntil = &a.GoodwillUntil
		}
	}
	return p
}

// activationNoun is what an activation is called in the audit log and in refusals.
const activationNoun = "activation"

func announceActivation(t tx.Tx, l *License, a *Activation) {
	e := eventOf(l, a, a.Device.Number, t.Now())
	t.Journal(tx.Entry{Vendor: l.Vendor, Action: EventCreated, Subject: activationNoun, ID: a.UUID, License: l.ID, After: e})
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventCreated, Stream: l.UUID, Payload: e})
	if e.IsGoodwill {
		t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventGoodwill, Stream: l.UUID, Payload: e})
	}
}

// announceOffline tells staff that a client may live from a file from now on.
func announceOffline(t tx.Tx, l *License, a *Activation) {
	t.Journal(tx.Entry{
		Vendor: l.Vendor, Action: "activation.offline", Subject: activationNoun, ID: a.UUID, License: l.ID, After: eventOf(l, a, a.Device.Number, t.Now()),
	})
}

// announceKeyPair tells staff that an activation answers nobody but its key pair
// from now on.
func announceKeyPair(t tx.Tx, l *License, a *Activation) {
	t.Journal(tx.Entry{
		Vendor: l.Vendor, Action: "activation.key_pair", Subject: activationNoun, ID: a.UUID, License: l.ID, After: eventOf(l, a, a.Device.Number, t.Now()),
	})
}

func announceRelease(t tx.Tx, l *License, a *Activation, reason Reason) {
	e := eventOf(l, a, a.Device.Number, t.Now())
	by := a.by
	if by.Kind == "" {
		by = tx.ActorFrom(t.Context())
	}
	e.Reason, e.NotConfirmed = reason, a.NotConfirmed(reason)
	t.Journal(tx.Entry{Vendor: l.Vendor, Action: EventDeleted, Subject: activationNoun, ID: a.UUID, License: l.ID, Before: e, By: a.by})
	e.DeletedBy = &eventActor{by.Kind, by.ID}
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventDeleted, Stream: l.UUID, Payload: e})
}

// usedUp refuses a client for which there is no room.
func usedUp(l *License, p terms.Policy) *refusal.Refusal {
	if l.CountsMonths() {
		return noPlaceLeft(l.Month, p)
	}
	return refusal.Refuse(refusal.NoTokenLeft).With(usedUpHelp(l, p))
}

// usedUpHelp tells the numbers and what can be done.
func usedUpHelp(l *License, p terms.Policy) string {
	switch {
	case l.CountsMonths() && l.Month.Ends.IsZero(): // a heartbeat's read brings no month
		return "All devices of this month are in use since " + calendar.Minute(l.UsedUpAt) + monthHelp
	case l.CountsMonths():
		return monthUsed(l.Month, p)
	}
	return "All " + strconv.FormatInt(l.Held(), 10) + " of " + strconv.FormatInt(Allowed(p), 10) +
		" activations are in use since " + calendar.Minute(l.UsedUpAt) +
		"; release a device that no longer needs it, or ask your vendor for more activations."
}
