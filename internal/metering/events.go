package metering

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Events that leave the server, to whoever is subscribed; each once in a period.
const (
	EventThreshold = "meter.threshold" // an alert of the limitation was reached
	EventExhausted = "meter.exhausted" // limit and goodwill are consumed, or were asked for in vain
)

// eventPayload is what an event says; quantities as decimal numbers.
type eventPayload struct {
	LicenseID    ident.UUID `json:"license_id"`
	ProductID    ident.UUID `json:"product_id"`
	CustomerID   ident.UUID `json:"customer_id"`
	LimitationID ident.UUID `json:"limitation_id"`
	Limitation   string     `json:"limitation"`
	Percent      int        `json:"percent,omitempty"` // the alert
	Limit        *decimal   `json:"limit"`
	Consumed     decimal    `json:"consumed"`
	Gross        decimal    `json:"gross"`
	PeriodEndsAt *time.Time `json:"period_ends_at"`
}

// decimal is a quantity as events and audit records show it.
type decimal int64

// MarshalJSON implements json.Marshaler.
func (d decimal) MarshalJSON() ([]byte, error) { return terms.AppendQuantity(nil, int64(d)), nil }

// tell announces what a decision found and remembers it for the period.
func (h *held) tell(t tx.Tx, v ident.VendorID, d decision) {
	p := eventPayload{
		LicenseID: h.license.UUID, ProductID: h.license.Product, CustomerID: h.license.Customer,
		LimitationID: h.limitation.ID, Limitation: h.limitation.Name, Limit: (*decimal)(h.limitation.Limit),
		Consumed: decimal(h.meter.Consumed), Gross: decimal(h.meter.Gross),
	}
	if !h.meter.EndsAt.IsZero() {
		p.PeriodEndsAt = &h.meter.EndsAt
	}
	for _, percent := range d.alerts {
		p.Percent = percent
		t.Enqueue(tx.Event{Vendor: v, Type: EventThreshold, Stream: h.license.UUID, Payload: p})
		h.meter.Alerted, h.changed = percent, true
	}
	if d.exhausted {
		p.Percent = 0
		t.Enqueue(tx.Event{Vendor: v, Type: EventExhausted, Stream: h.license.UUID, Payload: p})
		h.meter.ExhaustedAt, h.changed = t.Now(), true
	}
}
