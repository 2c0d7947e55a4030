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
	Of           Figure     `json:"of,omitempty"`      // what the alert is a part of
	Limit        *decimal   `json:"limit"`
	Consumed     decimal    `json:"consumed"`
	Gross        decimal    `json:"gross"`
	Contract     *decimal   `json:"contract_allowed"` // null: gross does not end the licence
	PeriodEndsAt *time.Time `json:"period_ends_at"`
}

// decimal is a quantity as events and audit records show it.
type decimal int64

// MarshalJSON implements json.Marshaler.
func (d decimal) MarshalJSON() ([]byte, error) { return terms.AppendQuantity(nil, int64(d)), nil }

// Figure is what alerts are a part of.
type Figure string

// The figures.
const (
	OfLimit    Figure = "limit"    // of what one period allows
	OfContract Figure = "contract" // of what the licence's whole life allows
)

// Notice is what people are told of a meter: an alert, or with Percent 0 that it
// has run out.
type Notice struct {
	License    ident.LicenseID
	Limitation terms.Limitation
	Meter      Meter
	Percent    int
	Of         Figure
}

// Notices tells people by mail; it may be nil.
type Notices interface {
	// Met tells of a meter in the transaction of the entry. It locks nothing.
	Met(t tx.Tx, v ident.VendorID, n Notice) error
}

// tell announces what a decision found of a meter that has been written to, and
// remembers it for the period.
func (s *Service) tell(t tx.Tx, v ident.VendorID, h *held, d decision) error {
	m := &h.meter
	p := eventPayload{
		LicenseID: h.license.UUID, ProductID: h.license.Product, CustomerID: h.license.Customer,
		LimitationID: h.limitation.ID, Limitation: h.limitation.Name, Limit: (*decimal)(h.limitation.Limit),
		Consumed: decimal(m.Consumed), Gross: decimal(m.Gross), Contract: (*decimal)(h.limitation.Contract()),
	}
	if !m.EndsAt.IsZero() {
		p.PeriodEndsAt = &m.EndsAt
	}
	say := func(event string, percent int, of Figure) error {
		p.Percent, p.Of = percent, of
		t.Enqueue(tx.Event{Vendor: v, Type: event, Stream: h.license.UUID, Payload: p})
		h.changed = true
		if s.c.Notices == nil {
			return nil
		}
		return s.c.Notices.Met(t, v, Notice{h.license.ID, h.limitation, *m, percent, of})
	}
	for _, percent := range d.alerts {
		m.Alerted, m.ToldOf = percent, *h.limitation.Limit
		if oneFigure(*m, h.limitation) {
			m.ContractAlerted, m.ContractToldOf = m.Alerted, m.ToldOf
		}
		if err := say(EventThreshold, percent, OfLimit); err != nil {
			return err
		}
	}
	for _, percent := range d.contract {
		m.ContractAlerted, m.ContractToldOf = percent, *h.limitation.Contract()
		if err := say(EventThreshold, percent, OfContract); err != nil {
			return err
		}
	}
	if !d.exhausted {
		return nil
	}
	m.ExhaustedAt, m.ToldOf = t.Now(), *h.limitation.Limit
	return say(EventExhausted, 0, "")
}
