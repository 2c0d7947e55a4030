package own

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/metering"
	"chancery/internal/terms"
	"chancery/internal/wire/manage/value"
)

// ownMeter is a meter as the licence's owner sees it. It leaves out what is the vendor's:
// the goodwill, the alerts, and whether it only measures.
type ownMeter struct {
	LimitationID    ident.UUID      `json:"limitation_id" format:"uuid"`
	Name            string          `json:"name"`
	Allowed         *value.Quantity `json:"allowed" nullable:"true" doc:"the limit of a period; null: unlimited"`
	Consumed        value.Signed    `json:"consumed" doc:"in this period"`
	Gross           value.Signed    `json:"gross" doc:"in the meter's whole life"`
	ContractAllowed *value.Quantity `json:"contract_allowed" nullable:"true" doc:"the licence expires when gross reaches it; null: it does not"`
	Balance         *value.Signed   `json:"balance" nullable:"true" doc:"allowed less consumed"`
	Reset           terms.Reset     `json:"reset"`
	ResetDays       int             `json:"reset_days"`
	PeriodStartedAt *time.Time      `json:"period_started_at"`
	PeriodEndsAt    *time.Time      `json:"period_ends_at" doc:"the next reset; null: never"`
	ExhaustedAt     *time.Time      `json:"exhausted_at" doc:"when it ran out in this period"`
}

// ownMeterList is all meters of a licence.
type ownMeterList struct {
	Items []ownMeter `json:"items" nullable:"false"`
}

// ownConsumption is an entry of a ledger. It leaves out what staff noted.
type ownConsumption struct {
	ID           ident.UUID   `json:"id" format:"uuid"`
	Kind         string       `json:"kind" enum:"consumption,adjustment,rollback,reset"`
	Amount       value.Signed `json:"amount" doc:"below zero in a rollback"`
	ClientID     *string      `json:"client_id" doc:"null: the vendor's staff"`
	UserID       string       `json:"user_id"`
	At           time.Time    `json:"at"`
	Consumed     value.Signed `json:"consumed" doc:"in the period, right after it"`
	IsRolledBack bool         `json:"is_rolled_back"`
}

func showMeters(readings []metering.Reading) ownMeterList {
	all := ownMeterList{Items: []ownMeter{}}
	for _, r := range readings {
		c, m, l := r.Consumption(), r.Meter, r.Limitation
		all.Items = append(all.Items, ownMeter{
			LimitationID: l.ID, Name: l.Name, Allowed: (*value.Quantity)(l.Limit), Consumed: value.Signed(m.Consumed), Gross: value.Signed(m.Gross),
			ContractAllowed: (*value.Quantity)(l.Contract()), Balance: (*value.Signed)(c.Balance()), Reset: l.Reset, ResetDays: l.ResetDays,
			PeriodStartedAt: value.TimeOrNil(m.StartedAt), PeriodEndsAt: value.TimeOrNil(m.EndsAt), ExhaustedAt: value.TimeOrNil(m.ExhaustedAt),
		})
	}
	return all
}

func showEntry(e metering.Entry) ownConsumption {
	return ownConsumption{
		ID: e.UUID, Kind: string(e.Kind), Amount: value.Signed(e.Amount), ClientID: value.TextOrNil(e.ClientID), UserID: e.UserID, At: e.At,
		Consumed: value.Signed(e.Consumed), IsRolledBack: e.Undone,
	}
}
