package prepaid

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type party struct {
	CustomerID     ident.UUID `json:"customer_id" format:"uuid"`
	CustomerNumber string     `json:"customer_number"`
	CompanyName    string     `json:"company_name"`
}

type transfer struct {
	ID          ident.UUID `json:"id" format:"uuid"`
	At          time.Time  `json:"at"`
	Method      string     `json:"method" enum:"sell,return,bind,device_sale,issue,top_up,withdraw"`
	From        *party     `json:"from,omitempty" doc:"left out: the vendor's stock. Of what is issued, topped up or withdrawn both sides are its holder"`
	To          *party     `json:"to,omitempty" doc:"left out: the vendor's stock"`
	LicenseCode string     `json:"license_code" doc:"empty where there are devices alone"`
	Cards       int64      `json:"cards"`
	Days        int64      `json:"days" doc:"on those cards"`
	Devices     int64      `json:"devices"`
	By          *string    `json:"by" doc:"who did it; null for access tokens"`
}

type deduction struct {
	At          time.Time   `json:"at"`
	Day         string      `json:"day" format:"date" doc:"of the vendor's calendar"`
	Kind        string      `json:"kind" enum:"charge,grace,settlement,failed"`
	Trigger     string      `json:"trigger" enum:"report,run,card" doc:"what caused it; card: of a settlement, the card whose days came"`
	Device      string      `json:"device"`
	Card        *string     `json:"card" doc:"null: a day of grace, or a failed deduction"`
	LicenseCode string      `json:"license_code"`
	CustomerID  *ident.UUID `json:"customer_id" format:"uuid" doc:"who owned the device then; null: the vendor's stock"`
	Reason      *string     `json:"reason" enum:"no_card,no_days" doc:"of a failed one"`
	Contact     string      `json:"contact" doc:"whom to ask for more days"`
}

func showParty(o prepaid.Owner) *party {
	if o.UUID.IsZero() {
		return nil
	}
	return &party{o.UUID, o.Number, o.Name}
}

func showTransfer(staff bool) func(w prepaid.TransferView) transfer {
	return func(w prepaid.TransferView) transfer {
		shown := transfer{
			ID: w.UUID, At: w.At, Method: string(w.Kind), From: showParty(w.Source), To: showParty(w.Target), LicenseCode: w.LicenseCode,
			Cards: w.Cards, Days: w.Days, Devices: w.Devices,
		}
		if staff {
			shown.By = value.TextOrNil(w.Actor)
		}
		return shown
	}
}

func dayOf(n int64) string {
	return calendar.DayOf(time.Unix(n*secondsOfDay, 0).UTC(), time.UTC).String()
}

const secondsOfDay = 24 * 60 * 60

func showDeduction(w prepaid.DeductionView) deduction {
	return deduction{
		At: w.At, Day: dayOf(w.Day), Kind: w.Kind.String(), Trigger: w.Trigger(), Device: w.DeviceNo, Card: value.TextOrNil(w.CardNo),
		LicenseCode: w.LicenseCode, CustomerID: value.IDOrNil(w.Owner.UUID), Reason: value.TextOrNil(w.Reason.Reason()), Contact: w.Contact,
	}
}

// dayQueries are the first and the last day of a list.
func dayQueries() []operation.Query {
	return []operation.Query{
		{Name: "from_day", Kind: operation.Text, Doc: "the first day, such as 2027-03-01, in the vendor's calendar"},
		{Name: "to_day", Kind: operation.Text, Doc: "the last day, inclusive"},
	}
}

func days(q *operation.Request) (from, to int64, err error) {
	var wrong fault.Fields
	read := func(name string) int64 {
		text := q.Text(name)
		if text == "" {
			return 0
		}
		day, message := calendar.ParseDay(text)
		wrong.Check(message == "", name, message)
		if message != "" {
			return 0
		}
		return day.Number()
	}
	from, to = read("from_day"), read("to_day")
	return from, to, wrong.Err()
}

func transferKinds() (kinds []string) {
	for _, k := range prepaid.TransferKinds() {
		kinds = append(kinds, string(k))
	}
	return kinds
}

func transferQueries() []operation.Query {
	return append(dayQueries(),
		operation.Query{Name: licenseCodeName, Kind: operation.Text},
		operation.Query{Name: "method", Kind: operation.Text, Enum: transferKinds()},
		operation.Query{Name: "with_customer_id", Kind: operation.UUID, Doc: "one of the two sides"},
		operation.Query{Name: "card", Kind: operation.Text, Doc: "the number of a card that was among them"})
}

func (a *Area) listTransfers(d door) func(q *operation.Request, r listing.Request) (listing.Page[prepaid.TransferView], error) {
	return func(q *operation.Request, r listing.Request) (page listing.Page[prepaid.TransferView], err error) {
		f := prepaid.TransferFilter{Code: q.Text(licenseCodeName), Kind: prepaid.TransferKind(q.Text("method")), Card: q.Text("card")}
		if f.Holders, err = a.holder(d, q); err != nil {
			return page, err
		}
		if f.FromDay, f.ToDay, err = days(q); err != nil {
			return page, err
		}
		if id := q.UUID("with_customer_id"); !id.IsZero() {
			c, err := a.Rows.CustomerOf(q.Context, q.Vendor, id)
			if err != nil || c == nil {
				return page, err // nobody's transfers
			}
			f.With = c.ID
		}
		return a.Rows.Transfers(q.Context, q.Vendor, f, r)
	}
}

func deductionQueries() []operation.Query {
	return append(dayQueries(),
		operation.Query{Name: "card", Kind: operation.Text, Doc: "a card number"},
		operation.Query{Name: "device", Kind: operation.Text, Doc: "the number of a device, in any writing"},
		operation.Query{Name: "kind", Kind: operation.Text, Enum: []string{"charge", "grace", "settlement", "failed"}})
}

func (a *Area) listDeductions(d door) func(q *operation.Request, r listing.Request) (listing.Page[prepaid.DeductionView], error) {
	return func(q *operation.Request, r listing.Request) (page listing.Page[prepaid.DeductionView], err error) {
		f := prepaid.DeductionFilter{Card: q.Text("card"), Device: q.Text("device")}
		if f.Holders, err = a.holder(d, q); err != nil {
			return page, err
		}
		if f.FromDay, f.ToDay, err = days(q); err != nil {
			return page, err
		}
		for _, k := range []prepaid.DeductionKind{prepaid.Charge, prepaid.Grace, prepaid.Settlement, prepaid.Failed} {
			if k.String() == q.Text("kind") {
				f.Kind = &k
			}
		}
		return a.Rows.Deductions(q.Context, q.Vendor, f, r)
	}
}

func (a *Area) records(m *operation.Maker, d door) []operation.Operation {
	staff := len(d.queries) == 0
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/prepaid/transfers", ID: "list-transfers", Group: group, Summary: "List the sales record, the newest first",
			About: d.say("A sale has one row for each license code."), Queries: d.sight(transferQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.TransferSorts(), a.listTransfers(d), showTransfer(staff)),
		operation.CSV(operation.Operation{
			Path: "/prepaid/transfers.csv", ID: "export-transfers", Group: group, Summary: "Get all of the sales record that matches as CSV",
			About: d.say(""), Queries: d.sight(transferQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.TransferSorts(), a.listTransfers(d), transferFile()),
		operation.List(m, operation.Operation{
			Path: "/prepaid/deductions", ID: "list-deductions", Group: group, Summary: "List the deduction record, the newest day first",
			About: d.say("Failed deductions stand in it with their reason."), Queries: d.sight(deductionQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.DeductionSorts(), a.listDeductions(d), showDeduction),
		operation.CSV(operation.Operation{
			Path: "/prepaid/deductions.csv", ID: "export-deductions", Group: group, Summary: "Get all of the deduction record that matches as CSV",
			About: d.say(""), Queries: d.sight(deductionQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.DeductionSorts(), a.listDeductions(d), deductionFile()),
	}
}

func transferFile() operation.Export[prepaid.TransferView] {
	return operation.Export[prepaid.TransferView]{
		Name: "transfers",
		Heads: []string{
			"id", "at", "method", "from_customer_id", "from_customer_number", "to_customer_id", "to_customer_number",
			licenseCodeName, "cards", "days", "devices",
		},
		Line: func(w prepaid.TransferView) []string {
			return []string{
				w.UUID.String(), operation.Moment(w.At), string(w.Kind), idOf(w.Source.UUID), operation.Cell(w.Source.Number), idOf(w.Target.UUID),
				operation.Cell(w.Target.Number), operation.Cell(w.LicenseCode), number(w.Cards), number(w.Days), number(w.Devices),
			}
		},
	}
}

func deductionFile() operation.Export[prepaid.DeductionView] {
	return operation.Export[prepaid.DeductionView]{
		Name:  "deductions",
		Heads: []string{"at", "day", "kind", "trigger", "device", "card", licenseCodeName, customerIDName, "customer_number", "reason"},
		Line: func(w prepaid.DeductionView) []string {
			return []string{
				operation.Moment(w.At), dayOf(w.Day), w.Kind.String(), w.Trigger(), operation.Cell(w.DeviceNo), w.CardNo, operation.Cell(w.LicenseCode),
				idOf(w.Owner.UUID), operation.Cell(w.Owner.Number), w.Reason.Reason(),
			}
		},
	}
}
