package manage

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Meters reads meters, and changes them for staff.
type Meters interface {
	Read(ctx context.Context, v ident.VendorID, license ident.LicenseID, limitations []terms.Limitation) ([]metering.Reading, error)
	Adjust(t tx.Tx, c metering.AdjustCommand) (metering.Consumption, error)
	Undo(t tx.Tx, v ident.VendorID, transaction ident.UUID, reason string) (metering.Consumption, error)
}

// Usage defines what clients report values of.
type Usage interface {
	Define(t tx.Tx, v ident.VendorID, product ident.UUID, d metering.Definition) (metering.Definition, error)
	End(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, id ident.UUID) error
	EndSince(t tx.Tx, v ident.VendorID, kind metering.DefinitionKind, product ident.UUID, since time.Time) (ended int, more bool, err error)
}

// MeterRows reads the ledger and the definitions.
type MeterRows interface {
	Entries(
		ctx context.Context, v ident.VendorID, license ident.LicenseID, limitation ident.UUID, r listing.Request,
	) (listing.Page[metering.Entry], error)
	Definitions(
		ctx context.Context, v ident.VendorID, product ident.ProductID, kind metering.DefinitionKind, r listing.Request,
	) (listing.Page[metering.Definition], error)
}

type meter struct {
	LimitationID    ident.UUID  `json:"limitation_id" format:"uuid"`
	Name            string      `json:"name"`
	Allowed         *quantity   `json:"allowed" nullable:"true" doc:"the limit of a period; null: unlimited"`
	Consumed        signedness  `json:"consumed" doc:"in this period"`
	Gross           signedness  `json:"gross" doc:"in the meter's whole life"`
	ContractAllowed *quantity   `json:"contract_allowed" nullable:"true" doc:"the licence expires when gross reaches it; null: it does not"`
	Balance         *signedness `json:"balance" nullable:"true" doc:"allowed less consumed; below zero in the goodwill"`
	GoodwillPercent int         `json:"goodwill_percent"`
	MeasuredOnly    bool        `json:"measured_only"`
	Alerts          []int       `json:"alerts" nullable:"false" doc:"in percent of allowed"`
	Reset           terms.Reset `json:"reset"`
	ResetDays       int         `json:"reset_days"`
	PeriodStartedAt *time.Time  `json:"period_started_at"`
	PeriodEndsAt    *time.Time  `json:"period_ends_at" doc:"the next reset; null: never"`
	ExhaustedAt     *time.Time  `json:"exhausted_at" doc:"when it ran out in this period"`
}

type meterList struct {
	Items []meter `json:"items" nullable:"false"`
}

type consumption struct {
	ID           ident.UUID `json:"id" format:"uuid" doc:"the transaction id"`
	Kind         string     `json:"kind" enum:"consumption,adjustment,rollback"`
	Amount       signedness `json:"amount" doc:"below zero in a rollback"`
	ClientID     *string    `json:"client_id" doc:"null: staff"`
	UserID       string     `json:"user_id"`
	ExternalID   *string    `json:"external_id"`
	SaidAt       *time.Time `json:"said_at" doc:"by the client"`
	At           time.Time  `json:"at" doc:"of receipt, which decides the period"`
	Consumed     signedness `json:"consumed" doc:"in the period, right after it"`
	IsRolledBack bool       `json:"is_rolled_back"`
	Reason       *string    `json:"reason" doc:"staff's"`
}

type consumptionAdd struct {
	LimitationID ident.UUID `json:"limitation_id" format:"uuid"`
	Value        quantity   `json:"value" doc:"above 0; the limit does not stop it"`
	Reason       string     `json:"reason" minLength:"1" maxLength:"1000" doc:"goes into the ledger and the audit log"`
}

type consumptionUndo struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"goes into the ledger and the audit log"`
}

type counted struct {
	ID       ident.UUID `json:"id" format:"uuid" doc:"the transaction id"`
	Consumed signedness `json:"consumed" doc:"in the period, right after it"`
}

func showMeter(r metering.Reading) meter {
	c, m, l := r.Consumption(), r.Meter, r.Limitation
	return meter{
		LimitationID: l.ID, Name: l.Name, Allowed: (*quantity)(l.Limit), Consumed: signedness(m.Consumed), Gross: signedness(m.Gross),
		Balance: (*signedness)(c.Balance()), GoodwillPercent: l.GoodwillPercent, MeasuredOnly: l.MeasuredOnly, ContractAllowed: (*quantity)(l.Contract()),
		Alerts: append([]int{}, l.AlertPercents()...), Reset: l.Reset, ResetDays: l.ResetDays,
		PeriodStartedAt: timeOrNil(m.StartedAt), PeriodEndsAt: timeOrNil(m.EndsAt), ExhaustedAt: timeOrNil(m.ExhaustedAt),
	}
}

func showEntry(e metering.Entry) consumption {
	return consumption{
		ID: e.UUID, Kind: string(e.Kind), Amount: signedness(e.Amount), ClientID: textOrNil(e.ClientID), UserID: e.UserID,
		ExternalID: textOrNil(e.ExternalID), SaidAt: timeOrNil(e.SaidAt), At: e.At, Consumed: signedness(e.Consumed),
		IsRolledBack: e.Undone, Reason: textOrNil(e.Note),
	}
}

func (a *API) meters() []operation {
	const group = "Meters"
	return []operation{
		get(a, operation{
			Path: "/licenses/{id}/meters", ID: "list-meters", Group: group, Summary: "Get a licence's meters as they stand now",
			About: "A meter is a limitation that is consumed. Its figures always equal the sums of its ledger.", Permission: identity.ViewLicenses,
		}, func(q *request) (meterList, error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return meterList{}, err
			}
			readings, err := a.Meters.Read(q.ctx, q.vendor, l.ID, l.Terms().Grants.Limitations)
			if err != nil {
				return meterList{}, err
			}
			all := meterList{Items: make([]meter, len(readings))}
			for i, r := range readings {
				all.Items[i] = showMeter(r)
			}
			return all, nil
		}),
		list(a, operation{
			Path: "/licenses/{id}/consumptions", ID: "list-consumptions", Group: group,
			Summary: "List the ledger of one of a licence's meters, the newest first",
			Queries: []query{{Name: "limitation_id", Kind: uuidKind, Doc: "required: whose meter"}}, Permission: identity.ViewLicenses,
		}, metering.EntrySorts(), func(q *request, r listing.Request) (listing.Page[metering.Entry], error) {
			l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
			if err != nil {
				return listing.Page[metering.Entry]{}, err
			}
			limitation := q.uuid("limitation_id")
			if limitation.IsZero() {
				return listing.Page[metering.Entry]{}, fault.Wrong(fault.Field{Name: "limitation_id", Message: "is required"})
			}
			return a.MeterRows.Entries(q.ctx, q.vendor, l.ID, limitation, r)
		}, showEntry),
		change(a, operation{
			Method: http.MethodPost, Path: "/licenses/{id}/consumptions", ID: "add-consumption", Group: group, Summary: "Add to a meter by hand",
			About: "For what was consumed and not reported. Send an Idempotency-Key.", Permission: identity.ManageLicenses,
		}, func(t tx.Tx, q *request, in consumptionAdd) (counted, error) {
			id, err := a.licenseID(t, q)
			if err != nil {
				return counted{}, err
			}
			c, err := a.Meters.Adjust(t, metering.AdjustCommand{
				Vendor: q.vendor, License: id, Limitation: in.LimitationID, Value: int64(in.Value), Reason: in.Reason,
			})
			return counted{c.Transaction, signedness(c.Consumed)}, err
		}),
		change(a, operation{
			Method: http.MethodPost, Path: "/consumptions/{id}/rollback", ID: "roll-back-consumption", Group: group,
			Summary: "Take a consumption or an adjustment back", About: "Once: repeating it changes nothing. It comes off the period that it was counted in.",
			Permission: identity.ManageLicenses, status: http.StatusOK,
		}, func(t tx.Tx, q *request, in consumptionUndo) (counted, error) {
			c, err := a.Meters.Undo(t, q.vendor, q.id, in.Reason)
			return counted{c.Transaction, signedness(c.Consumed)}, err
		}),
	}
}
