package prepaid

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// The events of this room.
const (
	EventCardLow     = "card.low"           // as few days are left as its owner is told of, or none
	EventDarkSoon    = "device.dark_soon"   // its cards last for less than a week
	EventBlacklisted = "device.blacklisted" // nothing is left to charge
	EventLifted      = "device.lifted"      // it may work again
	EventSold        = "card.sold"
	EventReturned    = "card.returned"
)

type cardLow struct {
	Card          string `json:"card"`
	AvailableDays int64  `json:"available_days"`
	Threshold     int64  `json:"threshold"` // of its owner, which it has come down to; 0 where it is used up
}

type darkSoon struct {
	Device        string     `json:"device"`
	UsableUntil   *time.Time `json:"usable_until"`
	AvailableDays int64      `json:"available_days"`
}

type deviceStands struct {
	Device      string     `json:"device"`
	UsableUntil *time.Time `json:"usable_until"`
	Reason      string     `json:"reason,omitempty"`
}

type cardsMoved struct {
	Transfer ident.UUID `json:"transfer"`
	Method   string     `json:"method"`
	From     string     `json:"from,omitempty"` // a customer number; none for the vendor's stock
	To       string     `json:"to,omitempty"`
	Code     string     `json:"license_code"`
	Cards    int64      `json:"cards"`
	Days     int64      `json:"days"`
}

func (d *desk) tellLow(holder ident.CustomerID, b Bound, low Low, level Level) error {
	payload, r := cardLow{Card: b.Number, AvailableDays: b.Days}, d.tally.remind(holder)
	switch level {
	case IsLow:
		payload.Threshold = low.Days
		r.Low++
	case IsVeryLow:
		payload.Threshold = low.VeryLow
		r.VeryLow++
	case IsSpent:
		r.Spent++
	case Enough:
	}
	id, err := d.c.Store.CardUUID(d.t, d.v, b.Card)
	d.t.Enqueue(tx.Event{Vendor: d.v, Type: EventCardLow, Stream: id, Payload: payload})
	return err
}

// tellDarkSoon tells that the cards of a device last for less than a week from now on.
func (d *desk) tellDarkSoon(s State, left int64) error {
	device, err := d.c.Store.DeviceByID(d.t, d.v, s.ID)
	if err != nil || device == nil {
		return err
	}
	d.t.Enqueue(tx.Event{
		Vendor: d.v, Type: EventDarkSoon, Stream: device.UUID, Payload: darkSoon{device.Number, optional(s.UsableUntil), left},
	})
	return nil
}

// tellOf tells that a device went dark, or that it did not stay so.
func (d *desk) tellOf(s State, dark bool) error {
	device, err := d.c.Store.DeviceByID(d.t, d.v, s.ID)
	if err != nil || device == nil {
		return err
	}
	e := tx.Event{Vendor: d.v, Type: EventLifted, Stream: device.UUID, Payload: deviceStands{device.Number, optional(s.UsableUntil), ""}}
	if dark {
		e.Type, e.Payload = EventBlacklisted, deviceStands{device.Number, optional(s.UsableUntil), s.Dark.Reason()}
	}
	d.t.Enqueue(e)
	return nil
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
