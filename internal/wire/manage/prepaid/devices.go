package prepaid

import (
	"net/http"
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type device struct {
	ID               ident.UUID  `json:"id" format:"uuid"`
	Number           string      `json:"number" doc:"as it was entered"`
	Model            string      `json:"model"`
	SaidModel        *string     `json:"said_model" doc:"another model that it reported last, since its present owner has it; changes nothing"`
	CustomerID       *ident.UUID `json:"customer_id" format:"uuid" doc:"its owner; null: the vendor's stock"`
	CustomerNumber   string      `json:"customer_number"`
	UsableUntil      *time.Time  `json:"usable_until" doc:"null: it never had a paid day"`
	Blacklisted      bool        `json:"blacklisted"`
	Reason           *string     `json:"reason" enum:"no_card,no_days" doc:"why it is blacklisted"`
	DueAt            *time.Time  `json:"due_at" doc:"when the run looks at it; null: at its next report, or not before a card comes"`
	GraceDaysOwed    int64       `json:"grace_days_owed"`
	BoundCards       []string    `json:"bound_cards" nullable:"true" doc:"their numbers, also of those without days; null in lists"`
	BoundCardCount   int64       `json:"bound_card_count"`
	AvailableDays    int64       `json:"available_days" doc:"left on all of its cards"`
	LastReportAt     *time.Time  `json:"last_report_at" doc:"to the minute; null: never, or before the time of its present owner"`
	LastReportReason *string     `json:"last_report_reason" enum:"no_card,no_days" doc:"why the last report was refused; null: it was not"`
	CreatedAt        time.Time   `json:"created_at"`
}

type deviceAdd struct {
	Number     string     `json:"number" minLength:"1" maxLength:"200" doc:"IMEI or the like. Numbers are compared without blanks, dashes and leading zeros"`
	Model      string     `json:"model" minLength:"1" maxLength:"100"`
	CustomerID ident.UUID `json:"customer_id,omitempty" format:"uuid" doc:"its owner; the vendor's stock if left out"`
}

type deviceChange struct {
	Model string `json:"model" minLength:"1" maxLength:"100" doc:"cards that are bound stay bound"`
}

type deviceSale struct {
	Devices      []string   `json:"devices" minItems:"1" maxItems:"2000" nullable:"false" doc:"numbers, each once, of one owner: all of them or none"`
	CustomerID   ident.UUID `json:"customer_id,omitempty" format:"uuid" doc:"who gets them: directly below their owner"`
	TransferCode string     `json:"transfer_code,omitempty" maxLength:"50" doc:"in place of customer_id: the code of a customer outside the line that accepts transfers"`
}

type deviceReturn struct {
	Devices []string `json:"devices" minItems:"1" maxItems:"2000" nullable:"false" doc:"numbers, each once, of one owner: all of them or none"`
}

type movedDevices struct {
	Devices []standingDevice `json:"devices" nullable:"false"`
}

type unknownDevice struct {
	Number      string    `json:"number" doc:"as it was sent"`
	LastHeardAt time.Time `json:"last_heard_at"`
	Times       int64     `json:"times"`
}

type unknownDevices struct {
	Items []unknownDevice `json:"items" nullable:"false"`
}

func showDevice(w prepaid.DeviceView) device {
	return device{
		ID: w.UUID, Number: w.Number, Model: w.Model, SaidModel: value.TextOrNil(w.SaidModel), CustomerID: value.IDOrNil(w.Owner.UUID),
		CustomerNumber: w.Owner.Number, UsableUntil: value.TimeOrNil(w.UsableUntil), Blacklisted: w.Dark != prepaid.NotDark,
		Reason: value.TextOrNil(w.Dark.Reason()), DueAt: value.TimeOrNil(w.DueAt), GraceDaysOwed: w.GraceOwed, BoundCardCount: w.BoundCards,
		AvailableDays: w.DaysLeft, LastReportAt: value.TimeOrNil(w.HeardAt), LastReportReason: value.TextOrNil(w.HeardAs.Reason()), CreatedAt: w.CreatedAt,
	}
}

func showMoved(devices []prepaid.Device) movedDevices {
	shown := movedDevices{Devices: []standingDevice{}}
	for _, d := range devices {
		shown.Devices = append(shown.Devices, showStanding(d))
	}
	return shown
}

func deviceQueries() []operation.Query {
	return []operation.Query{
		{Name: "number", Kind: operation.Text, Doc: "the beginning of a number, in any writing"},
		{Name: "model", Kind: operation.Text},
		{Name: "blacklisted", Kind: operation.Flag},
		{Name: "without_card", Kind: operation.Flag, Doc: "true: those to which no card is bound"},
	}
}

func (a *Area) listDevices(d door) func(q *operation.Request, r listing.Request) (listing.Page[prepaid.DeviceView], error) {
	return func(q *operation.Request, r listing.Request) (listing.Page[prepaid.DeviceView], error) {
		h, err := a.holder(d, q)
		if err != nil {
			return listing.Page[prepaid.DeviceView]{}, err
		}
		return a.Rows.Devices(q.Context, q.Vendor, prepaid.DeviceFilter{
			Number: q.Text("number"), Model: q.Text("model"), Dark: q.Flag("blacklisted"), WithOut: q.Flag("without_card"), Holders: h,
		}, r)
	}
}

func (a *Area) devices(m *operation.Maker, d door) []operation.Operation {
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/prepaid/devices", ID: "list-prepaid-devices", Group: group, Summary: "List prepaid devices", About: d.say(""),
			Queries: d.sight(deviceQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.DeviceSorts(), a.listDevices(d), showDevice),
		operation.CSV(operation.Operation{
			Path: "/prepaid/devices.csv", ID: "export-prepaid-devices", Group: group, Summary: "Get all prepaid devices that match as CSV",
			About: d.say(""), Queries: d.sight(deviceQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.DeviceSorts(), a.listDevices(d), deviceFile()),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/prepaid/devices", ID: "create-prepaid-device", Group: group, Summary: "Make a prepaid device",
			About:      "It is the same device as that of an activation whose client_id is this number.",
			Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in deviceAdd) (device, error) {
			by, err := d.in(t, q)
			if err != nil {
				return device{}, err
			}
			return a.createDevice(t, by, in)
		}),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/devices/{number}", ID: "get-prepaid-device", Group: group, Summary: "Get a prepaid device", About: d.say(""),
			Queries: d.with(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (device, error) { return a.oneDevice(d, q) }),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/prepaid/devices/{number}", ID: "update-prepaid-device", Group: group,
			Summary: "Change the model of a prepaid device", Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in deviceChange) (standingDevice, error) {
			by, err := d.in(t, q)
			if err != nil {
				return standingDevice{}, err
			}
			changed, err := a.Prepaid.SetModel(t, by, q.Number, in.Model)
			return showStanding(changed), err
		}),
		act(m, d, "devices/sell", "sell-prepaid-devices", "Sell devices, with the cards on them, to a direct sub-customer",
			"The vendor's stock goes to customers without a superior. All of the devices go, or none.", nil,
			func(t tx.Tx, _ *operation.Request, by prepaid.By, in deviceSale) (movedDevices, error) {
				sell := func() ([]prepaid.Device, error) { return a.Prepaid.SellDevices(t, by, in.Devices, in.CustomerID) }
				if in.TransferCode != "" {
					sell = func() ([]prepaid.Device, error) { return a.Prepaid.TransferDevices(t, by, in.Devices, in.TransferCode) }
				}
				if (in.TransferCode == "") == in.CustomerID.IsZero() {
					return movedDevices{}, fault.Wrong(fault.Field{Name: customerIDName, Message: "or transfer_code must be given, and not both"})
				}
				moved, err := sell()
				return showMoved(moved), err
			}),
		act(m, d, "devices/return", "return-prepaid-devices", "Return devices, with the cards on them, to the direct superior of their owner",
			"Those of a customer without a superior go to the vendor's stock.", nil,
			func(t tx.Tx, _ *operation.Request, by prepaid.By, in deviceReturn) (movedDevices, error) {
				moved, err := a.Prepaid.ReturnDevices(t, by, in.Devices)
				return showMoved(moved), err
			}),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/unknown-devices", ID: "list-unknown-devices", Group: group,
			Summary: "List the numbers that reported and are no devices, the one heard last first",
			About:   "The 1,000 heard last.", Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (unknownDevices, error) {
			found, err := a.Rows.Unknown(q.Context, q.Vendor)
			list := unknownDevices{Items: []unknownDevice{}}
			for _, u := range found {
				list.Items = append(list.Items, unknownDevice{u.Number, u.HeardAt, u.Times})
			}
			return list, err
		}),
	}
}

func (a *Area) createDevice(t tx.Tx, by prepaid.By, in deviceAdd) (device, error) {
	made, err := a.Prepaid.CreateDevice(t, by, prepaid.NewDevice{Number: in.Number, Model: in.Model, Customer: in.CustomerID})
	if err != nil {
		return device{}, err
	}
	w := prepaid.DeviceView{Device: made}
	if !in.CustomerID.IsZero() {
		c, err := a.Prepaid.CustomerSeen(t, by, in.CustomerID)
		if err != nil {
			return device{}, err
		}
		w.Owner = prepaid.Owner{UUID: c.UUID, Number: c.Number, Name: c.Name}
	}
	return showDevice(w), nil
}

func (a *Area) oneDevice(d door, q *operation.Request) (device, error) {
	h, err := a.sees(d, q)
	if err != nil {
		return device{}, err
	}
	w, err := a.Rows.DeviceByNumber(q.Context, q.Vendor, q.Number, h)
	if err != nil {
		return device{}, err
	}
	if w == nil {
		return device{}, fault.Missing("device")
	}
	cards, err := a.Rows.CardsOf(q.Context, q.Vendor, w.ID, h)
	shown := showDevice(*w)
	shown.BoundCards = []string{}
	for _, c := range cards {
		shown.BoundCards = append(shown.BoundCards, c.Number)
	}
	return shown, err
}

func deviceFile() operation.Export[prepaid.DeviceView] {
	return operation.Export[prepaid.DeviceView]{
		Name: "devices",
		Heads: []string{
			"number", "model", customerIDName, "customer_number", "usable_until", "blacklisted", "reason", "bound_card_count", "available_days",
			"last_report_at", "last_report_reason", "created_at",
		},
		Line: func(w prepaid.DeviceView) []string {
			return []string{
				operation.Cell(w.Number), operation.Cell(w.Model), idOf(w.Owner.UUID), operation.Cell(w.Owner.Number), operation.Moment(w.UsableUntil),
				strconv.FormatBool(w.Dark != prepaid.NotDark), w.Dark.Reason(), number(w.BoundCards), number(w.DaysLeft), operation.Moment(w.HeardAt),
				w.HeardAs.Reason(), operation.Moment(w.CreatedAt),
			}
		},
	}
}
