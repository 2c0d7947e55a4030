package prepaid

import (
	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type amount struct {
	Cards int64 `json:"cards"`
	Days  int64 `json:"days" doc:"on those cards"`
}

type statementLine struct {
	LicenseCode   string `json:"license_code" doc:"empty in the total"`
	Name          string `json:"name"`
	Opening       amount `json:"opening"`
	Issued        amount `json:"issued" doc:"made by the vendor for the customer"`
	Bought        amount `json:"bought" doc:"sold to the customer, also by binding to a device of its"`
	TakenBack     amount `json:"taken_back" doc:"returned to the customer by its sub-customers"`
	DevicesIn     amount `json:"devices_in" doc:"on devices that were sold or returned to the customer"`
	ToppedUpDays  int64  `json:"topped_up_days"`
	Sold          amount `json:"sold" doc:"also by binding to a device of a sub-customer"`
	Returned      amount `json:"returned" doc:"to the superior"`
	DevicesOut    amount `json:"devices_out" doc:"on devices that the customer sold or returned"`
	WithdrawnDays int64  `json:"withdrawn_days"`
	ChargedDays   int64  `json:"charged_days"`
	SettledDays   int64  `json:"settled_days" doc:"that paid for days of grace"`
	Closing       amount `json:"closing" doc:"opening, with what came and without what went"`
}

type statement struct {
	CustomerID *ident.UUID     `json:"customer_id" format:"uuid" doc:"whose, as it was asked for; null where it was left out"`
	Month      string          `json:"month" doc:"of the vendor's calendar"`
	FirstDay   string          `json:"first_day" format:"date"`
	LastDay    string          `json:"last_day" format:"date"`
	Lines      []statementLine `json:"lines" nullable:"false" doc:"one for each license code"`
	Total      statementLine   `json:"total"`
}

func showLine(l prepaid.StatementLine) statementLine {
	of := func(i prepaid.Item) amount { return amount(l.Of(i)) }
	days := func(i prepaid.Item) int64 { return l.Of(i).Days }
	return statementLine{
		LicenseCode: l.Code.Code, Name: l.Code.Name, Opening: of(prepaid.ItemOpening), Issued: of(prepaid.ItemIssued), Bought: of(prepaid.ItemBought),
		TakenBack: of(prepaid.ItemTakenBack), DevicesIn: of(prepaid.ItemDevicesIn), ToppedUpDays: days(prepaid.ItemToppedUp), Sold: of(prepaid.ItemSold),
		Returned: of(prepaid.ItemReturned), DevicesOut: of(prepaid.ItemDevicesOut), WithdrawnDays: days(prepaid.ItemWithdrawn),
		ChargedDays: days(prepaid.ItemCharged), SettledDays: days(prepaid.ItemSettled), Closing: of(prepaid.ItemClosing),
	}
}

func statementQueries() []operation.Query {
	return []operation.Query{
		{Name: "month", Kind: operation.Text, Doc: "such as 2027-03, in the vendor's calendar; the month that runs if left out"},
		{Name: customerIDName, Kind: operation.UUID, Doc: "whose; left out: the vendor's stock, or with an access token the customer's that the user acts for"},
	}
}

func (a *Area) statements(m *operation.Maker, d door) []operation.Operation {
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/prepaid/statements", ID: "get-prepaid-statement", Group: group,
			Summary: "Get what a customer had, what came, went and was charged in a month, and what was left",
			About: d.say("By license code, from the ledgers. A month that is over stays as it is. " +
				"It begins with the day since which the customer is below the one that asks."), Queries: d.with(statementQueries()...),
			Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (statement, error) {
			s, err := a.statement(d, q)
			shown := statement{
				CustomerID: value.IDOrNil(s.customer), Month: s.month.String(), FirstDay: dayOf(s.first), LastDay: s.month.Last().String(),
				Lines: []statementLine{}, Total: showLine(prepaid.StatementTotal(s.lines)),
			}
			for _, l := range s.lines {
				shown.Lines = append(shown.Lines, showLine(l))
			}
			return shown, err
		}),
		operation.CSV(operation.Operation{
			Path: "/prepaid/statements.csv", ID: "export-prepaid-statement", Group: group, Summary: "Get the statement of a month as CSV",
			About: d.say(""), Queries: d.with(statementQueries()...), Permission: identity.ViewPrepaid,
		}, []string{licenseCodeName}, func(q *operation.Request, _ listing.Request) (page listing.Page[monthLine], err error) {
			if q.Zone, err = m.Zone(q); err != nil {
				return page, err
			}
			s, err := a.statement(d, q)
			for _, l := range s.lines {
				page.Items = append(page.Items, monthLine{l, s.month})
			}
			return page, err
		}, statementFile()),
	}
}

// monthLine is a line of the statement of a month.
type monthLine struct {
	prepaid.StatementLine

	month calendar.Month
}

// ofMonth is the statement of a customer's month, or of the part of it that who asks may see.
type ofMonth struct {
	month    calendar.Month
	first    int64 // a day number
	customer ident.UUID
	lines    []prepaid.StatementLine
}

func (a *Area) statement(d door, q *operation.Request) (s ofMonth, err error) {
	h, err := a.holder(d, q)
	if err != nil {
		return s, err
	}
	s.month, s.customer = calendar.MonthOf(a.Clock.Now(), q.Zone), q.UUID(customerIDName)
	if text := q.Text("month"); text != "" {
		given, ok := calendar.ParseMonth(text)
		if !ok {
			return s, fault.Wrong(fault.Field{Name: "month", Message: "must be a month such as 2027-03"})
		}
		s.month = given
	}
	since, err := a.seenSince(q, h)
	s.first = max(s.month.First().Number(), since)
	if last := s.month.Last().Number(); err == nil && s.first <= last { // else it was below another one then
		s.lines, err = a.Rows.Statement(q.Context, q.Vendor, h.Customer, s.first, last)
	}
	return s, err
}

// statementFile has a column for the cards and one for the days of each item.
func statementFile() operation.Export[monthLine] {
	heads := []string{"month", licenseCodeName, "name"}
	for _, i := range prepaid.Items() {
		if i.HasCards() {
			heads = append(heads, i.String()+"_cards")
		}
		heads = append(heads, i.String()+"_days")
	}
	return operation.Export[monthLine]{
		Name: "statement", Heads: heads,
		Line: func(l monthLine) []string {
			line := []string{l.month.String(), operation.Cell(l.Code.Code), operation.Cell(l.Code.Name)}
			for _, i := range prepaid.Items() {
				if i.HasCards() {
					line = append(line, number(l.Of(i).Cards))
				}
				line = append(line, number(l.Of(i).Days))
			}
			return line
		},
	}
}
