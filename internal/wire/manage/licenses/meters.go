package licenses

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Meters reads meters, and changes them for staff.
type Meters interface {
	Read(ctx context.Context, v ident.VendorID, license ident.LicenseID, limitations []terms.Limitation) ([]metering.Reading, error)
	Adjust(t tx.Tx, c metering.AdjustCommand) (metering.Consumption, error)
	Reset(t tx.Tx, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, reason string) (metering.Consumption, error)
	Undo(t tx.Tx, v ident.VendorID, transaction ident.UUID, reason string) (metering.Consumption, error)
}

// MeterRows reads the ledger.
type MeterRows interface {
	Entries(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, f metering.EntryFilter, r listing.Request,
	) (listing.Page[metering.Entry], error)
}

type meter struct {
	LimitationID    ident.UUID      `json:"limitation_id" format:"uuid"`
	Name            string          `json:"name"`
	Allowed         *value.Quantity `json:"allowed" nullable:"true" doc:"the limit of a period; null: unlimited"`
	Consumed        value.Signed    `json:"consumed" doc:"in this period"`
	Gross           value.Signed    `json:"gross" doc:"in the meter's whole life"`
	ContractAllowed *value.Quantity `json:"contract_allowed" nullable:"true" doc:"the licence expires when gross reaches it; null: it does not"`
	Balance         *value.Signed   `json:"balance" nullable:"true" doc:"allowed less consumed; below zero in the goodwill"`
	GoodwillPercent int             `json:"goodwill_percent"`
	MeasuredOnly    bool            `json:"measured_only"`
	Alerts          []int           `json:"alerts" nullable:"false" doc:"in percent of allowed"`
	Reset           terms.Reset     `json:"reset"`
	ResetDays       int             `json:"reset_days"`
	PeriodStartedAt *time.Time      `json:"period_started_at"`
	PeriodEndsAt    *time.Time      `json:"period_ends_at" doc:"the next reset; null: never"`
	ExhaustedAt     *time.Time      `json:"exhausted_at" doc:"when it ran out in this period"`
}

type meterList struct {
	Items []meter `json:"items" nullable:"false"`
}

type consumption struct {
	ID           ident.UUID   `json:"id" format:"uuid" doc:"the transaction id"`
	Kind         string       `json:"kind" enum:"consumption,adjustment,rollback,reset"`
	Amount       value.Signed `json:"amount" doc:"below zero in a rollback, and in an adjustment that takes off; 0 in a reset"`
	ClientID     *string      `json:"client_id" doc:"null: staff"`
	UserID       string       `json:"user_id"`
	ExternalID   *string      `json:"external_id"`
	SaidAt       *time.Time   `json:"said_at" doc:"by the client"`
	At           time.Time    `json:"at" doc:"of receipt, which decides the period"`
	Consumed     value.Signed `json:"consumed" doc:"in the period, right after it"`
	IsRolledBack bool         `json:"is_rolled_back"`
	Reason       *string      `json:"reason" doc:"staff's"`
}

type consumptionAdd struct {
	LimitationID ident.UUID   `json:"limitation_id" format:"uuid"`
	Value        value.Signed `json:"value" doc:"not 0; below 0 it takes off what was counted too much in this period. The limit does not stop it"`
	Reason       string       `json:"reason" minLength:"1" maxLength:"1000" doc:"goes into the ledger and the audit log"`
}

type consumptionUndo struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"goes into the ledger and the audit log"`
}

type countReset struct {
	LimitationID ident.UUID `json:"limitation_id" format:"uuid"`
	Reason       string     `json:"reason" minLength:"1" maxLength:"1000" doc:"goes into the ledger and the audit log"`
}

type counted struct {
	ID       ident.UUID   `json:"id" format:"uuid" doc:"the transaction id"`
	Consumed value.Signed `json:"consumed" doc:"in the period, right after it"`
}

func showMeter(r metering.Reading) meter {
	c, m, l := r.Consumption(), r.Meter, r.Limitation
	return meter{
		LimitationID: l.ID, Name: l.Name, Allowed: (*value.Quantity)(l.Limit), Consumed: value.Signed(m.Consumed), Gross: value.Signed(m.Gross),
		Balance: (*value.Signed)(c.Balance()), GoodwillPercent: l.GoodwillPercent, MeasuredOnly: l.MeasuredOnly,
		ContractAllowed: (*value.Quantity)(l.Contract()),
		Alerts:          append([]int{}, l.AlertPercents()...), Reset: l.Reset, ResetDays: l.ResetDays,
		PeriodStartedAt: value.TimeOrNil(m.StartedAt), PeriodEndsAt: value.TimeOrNil(m.EndsAt), ExhaustedAt: value.TimeOrNil(m.ExhaustedAt),
	}
}

func showEntry(e metering.Entry) consumption {
	return consumption{
		ID: e.UUID, Kind: string(e.Kind), Amount: value.Signed(e.Amount), ClientID: value.TextOrNil(e.ClientID), UserID: e.UserID,
		ExternalID: value.TextOrNil(e.ExternalID), SaidAt: value.TimeOrNil(e.SaidAt), At: e.At, Consumed: value.Signed(e.Consumed),
		IsRolledBack: e.Undone, Reason: value.TextOrNil(e.Note),
	}
}

// ledgerQueries narrow the ledger.
func ledgerQueries() []operation.Query {
	kinds := make([]string, 0, len(metering.Kinds()))
	for _, k := range metering.Kinds() {
		kinds = append(kinds, string(k))
	}
	return []operation.Query{
		{Name: "limitation_id", Kind: operation.UUID, Doc: "required: whose meter"},
		{Name: "kind", Kind: operation.Text, Enum: kinds},
		{Name: "client_id", Kind: operation.Text, Doc: "of which client; the whole id"},
		{Name: "from", Kind: operation.Instant, Doc: "received at or after this instant"},
		{Name: "to", Kind: operation.Instant, Doc: "received before this instant"},
	}
}

// ledger gives a page of the ledger that is asked for.
func (a *Area) ledger(q *operation.Request, r listing.Request) (listing.Page[metering.Entry], error) {
	l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
	if err != nil {
		return listing.Page[metering.Entry]{}, err
	}
	limitation := q.UUID("limitation_id")
	if limitation.IsZero() {
		return listing.Page[metering.Entry]{}, fault.Wrong(fault.Field{Name: "limitation_id", Message: "is required"})
	}
	return a.MeterRows.Entries(q.Context, q.Vendor, l.ID, limitation, metering.EntryFilter{
		Kind: metering.Kind(q.Text("kind")), ClientID: q.Text("client_id"), From: q.Instant("from"), To: q.Instant("to"),
	}, r)
}

// ledgerFile is the ledger as a file, with the names of the list's fields.
func ledgerFile() operation.Export[metering.Entry] {
	number := func(n int64) string { return string(terms.AppendQuantity(nil, n)) }
	return operation.Export[metering.Entry]{
		Name: "consumptions",
		Heads: []string{
			"id", "kind", "amount", "client_id", "user_id", "external_id", "said_at", "at", "consumed", "is_rolled_back", "reason",
		},
		Line: func(e metering.Entry) []string {
			return []string{
				e.UUID.String(), string(e.Kind), number(e.Amount), operation.Cell(e.ClientID), operation.Cell(e.UserID), operation.Cell(e.ExternalID),
				operation.Moment(e.SaidAt), operation.Moment(e.At), number(e.Consumed), strconv.FormatBool(e.Undone), operation.Cell(e.Note),
			}
		},
	}
}

func (a *Area) meters(m *operation.Maker) []operation.Operation {
	const group = "Meters"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/licenses/{id}/meters", ID: "list-meters", Group: group, Summary: "Get a licence's meters as they stand now",
			About: "A meter is a limitation that is consumed. Its figures always equal the sums of its ledger.", Permission: identity.ViewLicenses,
		}, func(q *operation.Request) (meterList, error) {
			l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
			if err != nil {
				return meterList{}, err
			}
			readings, err := a.Meters.Read(q.Context, q.Vendor, l.ID, l.Terms().Grants.Limitations)
			if err != nil {
				return meterList{}, err
			}
			all := meterList{Items: make([]meter, len(readings))}
			for i, r := range readings {
				all.Items[i] = showMeter(r)
			}
			return all, nil
		}),
		operation.List(m, operation.Operation{
			Path: "/licenses/{id}/consumptions", ID: "list-consumptions", Group: group,
			Summary: "List the ledger of one of a licence's meters, the newest first",
			About:   "Entries before the server's retention stand for one sum, and are in the meter's figures only.",
			Queries: ledgerQueries(), Permission: identity.ViewLicenses,
		}, metering.EntrySorts(), a.ledger, showEntry),
		operation.CSV(operation.Operation{
			Path: "/licenses/{id}/consumptions.csv", ID: "export-consumptions", Group: group,
			Summary: "Get the whole ledger of one of a licence's meters as CSV, the newest first",
			Queries: ledgerQueries(), Permission: identity.ViewLicenses,
		}, metering.EntrySorts(), a.ledger, ledgerFile()),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses/{id}/consumptions", ID: "add-consumption", Group: group, Summary: "Correct a meter by hand",
			About:      "Adds what was consumed and not reported, or takes off what was counted too much in this period. Send an Idempotency-Key.",
			Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *operation.Request, in consumptionAdd) (counted, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return counted{}, err
			}
			c, err := a.Meters.Adjust(t, metering.AdjustCommand{
				Vendor: q.Vendor, License: id, Limitation: in.LimitationID, Value: int64(in.Value), Reason: in.Reason,
			})
			return counted{c.Transaction, value.Signed(c.Consumed)}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/licenses/{id}/meters/reset", ID: "reset-meter", Group: group, Summary: "Begin the current count of a meter anew",
			About: "Nothing is consumed in this period any more. What was consumed in the whole life stays: a licence that this has ended " +
				"goes on only with a higher contract_allowed.",
			Permission: identity.ManageLicenses, Status: http.StatusOK,
		}, func(t tx.Tx, q *operation.Request, in countReset) (counted, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return counted{}, err
			}
			c, err := a.Meters.Reset(t, q.Vendor, id, in.LimitationID, in.Reason)
			return counted{c.Transaction, value.Signed(c.Consumed)}, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/consumptions/{id}/rollback", ID: "roll-back-consumption", Group: group,
			Summary: "Take a consumption or an adjustment back", About: "Once: repeating it changes nothing. It comes off the period that it was counted in.",
			Permission: identity.ManageLicenses, Status: http.StatusOK,
		}, func(t tx.Tx, q *operation.Request, in consumptionUndo) (counted, error) {
			c, err := a.Meters.Undo(t, q.Vendor, q.ID, in.Reason)
			return counted{c.Transaction, value.Signed(c.Consumed)}, err
		}),
	}
}
