package prepaid

import (
	"net/http"
	"strconv"
	"strings"
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

const statuses = "unused,inactive,in_use,deactivated,expired"

type card struct {
	Number         string      `json:"number" doc:"as printed"`
	LicenseCode    string      `json:"license_code"`
	Models         []string    `json:"models" nullable:"false" doc:"the model range of its license code"`
	Status         string      `json:"status" enum:"unused,inactive,in_use,deactivated,expired"`
	Locked         bool        `json:"locked"`
	InSale         bool        `json:"in_sale" doc:"held by a sale of very many cards that is under way"`
	TotalDays      int64       `json:"total_days" doc:"that were ever put on it"`
	AvailableDays  int64       `json:"available_days"`
	WithdrawnDays  int64       `json:"withdrawn_days"`
	ActivatedAt    *time.Time  `json:"activated_at" doc:"of the first charge; null: never, or before the time of its present owner"`
	Device         *string     `json:"device" doc:"the number of the device that it is bound to; null: none"`
	CustomerID     *ident.UUID `json:"customer_id" format:"uuid" doc:"its owner; null: the vendor's stock"`
	CustomerNumber string      `json:"customer_number"`
	Contact        string      `json:"contact" doc:"whom to ask for more days"`
	CreatedAt      time.Time   `json:"created_at"`
}

type cardIssue struct {
	LicenseCode string     `json:"license_code" minLength:"1" maxLength:"50"`
	Count       int64      `json:"count" minimum:"1" maximum:"1000000"`
	Days        int64      `json:"days,omitempty" minimum:"1" maximum:"100000" doc:"on each card; the license code's if left out"`
	CustomerID  ident.UUID `json:"customer_id,omitempty" format:"uuid" doc:"a customer without a superior, who gets them; the vendor's stock if left out"`
}

type issuedCard struct {
	Number string `json:"number"`
}

type cardsIssued struct {
	BatchID ident.UUID   `json:"batch_id" format:"uuid" doc:"by which the cards are listed, and the order of more than 1,000 is followed"`
	Cards   []issuedCard `json:"cards" nullable:"false" doc:"none where there are more than 1,000: they are made by an order, and listed by batch_id"`
	Order   *order       `json:"order,omitempty" doc:"of more than 1,000 cards"`
}

func showCard(w prepaid.CardView) card {
	return card{
		Number: w.Number, LicenseCode: w.LicenseCode, Models: append([]string{}, w.Models...), Status: string(w.Status()), Locked: w.Locked,
		InSale: w.HeldBy != 0, TotalDays: w.Total, AvailableDays: w.Days, WithdrawnDays: w.Withdrawn, ActivatedAt: value.TimeOrNil(w.ActivatedAt),
		Device: value.TextOrNil(w.DeviceNo), CustomerID: value.IDOrNil(w.Owner.UUID), CustomerNumber: w.Owner.Number, Contact: w.Contact,
		CreatedAt: w.CreatedAt,
	}
}

// cardQueries narrow the list of cards; a filter in a body has the same names.
func cardQueries() []operation.Query {
	return []operation.Query{
		{Name: "number", Kind: operation.Text, Doc: "the beginning of a card number"},
		{Name: licenseCodeName, Kind: operation.Text},
		{Name: "available_days_min", Kind: operation.Whole},
		{Name: "available_days_max", Kind: operation.Whole},
		{Name: "activated_from", Kind: operation.Instant, Doc: "first charged at or after this instant"},
		{Name: "activated_to", Kind: operation.Instant, Doc: "first charged before this instant"},
		{Name: "device", Kind: operation.Text, Doc: "the number of the device that the card is bound to, in any writing"},
		{Name: "status", Kind: operation.Text, Enum: strings.Split(statuses, ",")},
		{Name: "locked", Kind: operation.Flag},
		{Name: "bound", Kind: operation.Flag},
		{Name: "batch_id", Kind: operation.UUID, Doc: "cards that were issued together"},
	}
}

func (a *Area) cardFilter(d door, q *operation.Request) (prepaid.CardFilter, error) {
	h, err := a.holder(d, q)
	f := prepaid.CardFilter{
		Number: q.Text("number"), Code: q.Text(licenseCodeName), MinDays: whole(q, "available_days_min"), MaxDays: whole(q, "available_days_max"),
		Device: q.Text("device"), Status: prepaid.Status(q.Text("status")), Locked: q.Flag("locked"), IsBound: q.Flag("bound"), OfBatch: q.Text("batch_id"),
		OfHolders: h,
	}
	if at := q.Instant("activated_from"); at != nil {
		f.From = *at
	}
	if at := q.Instant("activated_to"); at != nil {
		f.To = *at
	}
	if err == nil {
		err = f.Check()
	}
	return f, err
}

// whole is nil where the parameter was left out.
func whole(q *operation.Request, name string) *int64 {
	if q.Text(name) == "" {
		return nil
	}
	return new(q.Whole(name))
}

func (a *Area) listCards(d door) func(q *operation.Request, r listing.Request) (listing.Page[prepaid.CardView], error) {
	return func(q *operation.Request, r listing.Request) (listing.Page[prepaid.CardView], error) {
		f, err := a.cardFilter(d, q)
		if err != nil {
			return listing.Page[prepaid.CardView]{}, err
		}
		return a.Rows.Cards(q.Context, q.Vendor, f, r)
	}
}

func (a *Area) cards(m *operation.Maker, d door) []operation.Operation {
	return []operation.Operation{
		operation.List(m, operation.Operation{
			Path: "/prepaid/cards", ID: "list-cards", Group: group, Summary: "List cards",
			About:   d.say("Card numbers are read in any case, with any blanks and dashes."),
			Queries: d.sight(cardQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.CardSorts(), a.listCards(d), showCard),
		operation.CSV(operation.Operation{
			Path: "/prepaid/cards.csv", ID: "export-cards", Group: group, Summary: "Get all cards that match as CSV",
			About: d.say(""), Queries: d.sight(cardQueries()...), Permission: identity.ViewPrepaid,
		}, prepaid.CardSorts(), a.listCards(d), cardFile()),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/prepaid/cards", ID: "issue-cards", Group: group, Summary: "Issue cards",
			About:      "Needs an Idempotency-Key. Up to 1,000 cards are made at once and stand in the answer; more by an order, which can be followed.",
			Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in cardIssue) (cardsIssued, error) {
			by, err := keyed(t, d, q)
			if err != nil {
				return cardsIssued{}, err
			}
			made, err := a.Prepaid.Issue(t, by, prepaid.IssueCommand{Code: in.LicenseCode, Count: in.Count, Days: in.Days, Customer: in.CustomerID})
			if err != nil {
				return cardsIssued{}, err
			}
			answer := cardsIssued{BatchID: made.Order.UUID, Cards: []issuedCard{}}
			for _, c := range made.Cards {
				answer.Cards = append(answer.Cards, issuedCard{c.Number})
			}
			if len(made.Cards) == 0 {
				answer.Order = showOrder(made.Order)
			}
			return answer, nil
		}),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/cards/{number}", ID: "get-card", Group: group, Summary: "Get a card", About: d.say(""), Queries: d.with(),
			Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (card, error) {
			h, err := a.sees(d, q)
			if err != nil {
				return card{}, err
			}
			number, _ := prepaid.ParseNumber(q.Number) // "" is no card's
			w, err := a.Rows.CardByNumber(q.Context, q.Vendor, number, h)
			if err != nil {
				return card{}, err
			}
			if w == nil {
				return card{}, fault.Missing("card")
			}
			return showCard(*w), nil
		}),
	}
}

// keyed tells who asks for what must never be done twice.
func keyed(t tx.Tx, d door, q *operation.Request) (prepaid.By, error) {
	if err := q.NeedKey(); err != nil {
		return prepaid.By{}, err
	}
	return d.in(t, q)
}

func cardFile() operation.Export[prepaid.CardView] {
	return operation.Export[prepaid.CardView]{
		Name: "cards",
		Heads: []string{
			"number", licenseCodeName, "status", "locked", "total_days", "available_days", "activated_at", "device",
			customerIDName, "customer_number", "models", "created_at",
		},
		Line: func(w prepaid.CardView) []string {
			return []string{
				w.Number, operation.Cell(w.LicenseCode), string(w.Status()), strconv.FormatBool(w.Locked), number(w.Total), number(w.Days),
				operation.Moment(w.ActivatedAt), operation.Cell(w.DeviceNo), idOf(w.Owner.UUID), operation.Cell(w.Owner.Number),
				operation.Cell(strings.Join(w.Models, " ")), operation.Moment(w.CreatedAt),
			}
		},
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// idOf is an id as a file holds it; empty for none.
func idOf(id ident.UUID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}
