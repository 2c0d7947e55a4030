package prepaid

import (
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type order struct {
	ID        ident.UUID `json:"id" format:"uuid"`
	Kind      string     `json:"kind" enum:"issue,sell"`
	State     string     `json:"state" enum:"working,handing,releasing,done,failed" doc:"working: cards are made, or held; handing: held cards go over, which always ends; releasing: held cards are let go, because it has failed"`
	Wanted    int64      `json:"wanted"`
	Held      int64      `json:"held"`
	Done      int64      `json:"done"`
	Problem   *string    `json:"problem" doc:"why it has failed"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

type prepaidSettings struct {
	GraceDays int64 `json:"grace_days" minimum:"0" maximum:"365" doc:"that a device gets after its last paid day; the next card pays them"`
}

type switches struct {
	CustomerID     ident.UUID `json:"customer_id" format:"uuid"`
	AllowSuperior  bool       `json:"allow_superior" doc:"the direct superior may manage its licenses"`
	AcceptTransfer bool       `json:"accept_transfer" doc:"customers outside its line may sell devices to it, with its transfer code"`
	TransferCode   *string    `json:"transfer_code" doc:"null: it accepts no transfers"`
	NextCard       bool       `json:"next_card" doc:"when a device's last card is used up, the oldest fitting unused one is bound by itself"`
	LowDays        int64      `json:"low_days" doc:"it is told of its cards with so many days left and fewer"`
	VeryLowDays    int64      `json:"very_low_days" doc:"and again with so many"`
}

type switchesChange struct {
	AllowSuperior  *bool  `json:"allow_superior,omitempty"`
	AcceptTransfer *bool  `json:"accept_transfer,omitempty"`
	RenewCode      bool   `json:"renew_transfer_code,omitempty" doc:"true: a new transfer code; the one before is good no longer"`
	NextCard       *bool  `json:"next_card,omitempty"`
	LowDays        *int64 `json:"low_days,omitempty" minimum:"2" maximum:"365"`
	VeryLowDays    *int64 `json:"very_low_days,omitempty" minimum:"1" maximum:"364" doc:"less than low_days"`
}

type lowNow struct {
	LowDays      int64 `json:"low_days"`
	LowCards     int64 `json:"low_cards" doc:"own cards with 1 to low_days days left"`
	VeryLowDays  int64 `json:"very_low_days"`
	VeryLowCards int64 `json:"very_low_cards" doc:"of them, those with 1 to very_low_days days left"`
	DarkSoon     int64 `json:"devices_dark_soon" doc:"own devices that go dark within a week"`
	AtLeast      bool  `json:"at_least" doc:"true: there are more cards than the 20,000 that were looked at"`
}

func showOrder(o prepaid.Order) *order {
	return &order{
		o.UUID, string(o.Kind), string(o.State), o.Wanted, o.Held, o.Done, value.TextOrNil(o.Problem), o.CreatedAt, value.TimeOrNil(o.EndedAt),
	}
}

func showSwitches(c prepaid.Customer) switches {
	return switches{
		c.UUID, c.AllowSuperior, c.TransferCode != "", value.TextOrNil(c.TransferCode), c.NextCard, c.Low().Days, c.Low().VeryLow,
	}
}

func (a *Area) settings(m *operation.Maker, d door) []operation.Operation {
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/prepaid/orders/{id}", ID: "get-prepaid-order", Group: group, Summary: "Get how far an order of very many cards is",
			About: d.say(""), Queries: d.with(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (order, error) {
			h, err := a.sees(d, q)
			if err != nil {
				return order{}, err
			}
			o, err := a.Rows.OrderOf(q.Context, q.Vendor, q.ID, h)
			if err != nil {
				return order{}, err
			}
			if o == nil {
				return order{}, fault.Missing("order")
			}
			return *showOrder(*o), nil
		}),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/settings", ID: "get-prepaid-settings", Group: group, Summary: "Get the vendor's settings of prepaid devices",
			Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (prepaidSettings, error) {
			s, err := a.Rows.SettingsOf(q.Context, q.Vendor)
			return prepaidSettings{s.GraceDays}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/prepaid/settings", ID: "update-prepaid-settings", Group: group,
			Summary: "Change the vendor's settings of prepaid devices", Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in prepaidSettings) (prepaidSettings, error) {
			by, err := d.in(t, q)
			if err != nil {
				return in, err
			}
			return in, a.Prepaid.SetGrace(t, by, in.GraceDays)
		}),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/customers/{id}", ID: "get-prepaid-switches", Group: group, Summary: "Get a customer's switches of prepaid licences",
			About: d.say(""), Queries: d.with(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (switches, error) { return a.switchesOf(d, q) }),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/customers/{id}/reminder", ID: "get-prepaid-reminder", Group: group, Summary: "Get what a customer is to be reminded of",
			About: d.say("Its cards under its thresholds, and its devices that go dark soon."), Queries: d.with(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (lowNow, error) {
			c, _, err := a.customerOf(d, q)
			if err != nil {
				return lowNow{}, err
			}
			n, err := a.Rows.LowOf(q.Context, q.Vendor, c, a.Clock.Now())
			return lowNow{n.Low.Days, n.LowCards, n.Low.VeryLow, n.VeryLowCards, n.DarkSoon, n.AtLeast}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/prepaid/customers/{id}", ID: "update-prepaid-switches", Group: group,
			Summary: "Change a customer's switches of prepaid licences", About: d.say("Of the customer's own people only an administrator may."),
			Queries: d.with(), Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in switchesChange) (switches, error) {
			by, err := d.in(t, q)
			if err != nil {
				return switches{}, err
			}
			c, err := a.Prepaid.SetSwitches(t, by, q.ID, prepaid.SwitchChange{
				AllowSuperior: in.AllowSuperior, NextCard: in.NextCard, AcceptTransfer: in.AcceptTransfer,
				LowDays: in.LowDays, VeryLowDays: in.VeryLowDays,
			})
			return showSwitches(c), err
		}),
	}
}

// switchesOf gives the switches of a customer in sight; the transfer code is its own people's.
func (a *Area) switchesOf(d door, q *operation.Request) (switches, error) {
	c, by, err := a.customerOf(d, q)
	if err != nil {
		return switches{}, err
	}
	shown := showSwitches(c)
	if !by.IsStaff() && c.ID != by.Customer {
		shown.TransferCode = nil
	}
	return shown, nil
}

// customerOf gives the customer that a call names, where who asks may see it.
func (a *Area) customerOf(d door, q *operation.Request) (prepaid.Customer, prepaid.By, error) {
	by, err := d.by(q.Context, q)
	if err == nil {
		_, err = a.customer(q.Context, by, q.ID)
	}
	if err != nil {
		return prepaid.Customer{}, by, err
	}
	c, err := a.Rows.CustomerOf(q.Context, q.Vendor, q.ID)
	if err == nil && c == nil {
		err = fault.Missing("customer")
	}
	if err != nil {
		return prepaid.Customer{}, by, err
	}
	return *c, by, nil
}
