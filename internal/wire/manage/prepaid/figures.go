package prepaid

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/identity"
	"chancery/internal/prepaid"
	"chancery/internal/wire/manage/operation"
)

type boundAndNot struct {
	Bound   int64 `json:"bound"`
	Unbound int64 `json:"unbound"`
}

type codeFigures struct {
	LicenseCode   string      `json:"license_code" doc:"empty in the total"`
	Name          string      `json:"name"`
	Models        []string    `json:"models" nullable:"false"`
	NominalDays   int64       `json:"nominal_days" doc:"of a new card"`
	AvailableDays int64       `json:"available_days" doc:"left on all cards"`
	Unused        int64       `json:"unused"`
	Inactive      int64       `json:"inactive"`
	InUse         int64       `json:"in_use"`
	Deactivated   int64       `json:"deactivated"`
	Expired       int64       `json:"expired"`
	Total         int64       `json:"total"`
	Locked        int64       `json:"locked"`
	Under30       boundAndNot `json:"days_1_to_29" doc:"cards with 1 to 29 days left"`
	Under7        boundAndNot `json:"days_1_to_6" doc:"cards with 1 to 6 days left"`
	Spent         boundAndNot `json:"days_0" doc:"cards with none left"`
}

type forecast struct {
	LicenseCode   string `json:"license_code"`
	AvailableDays int64  `json:"available_days"`
	ChargedDays   int64  `json:"charged_days" doc:"in the last 7 whole days"`
	LastsDays     *int64 `json:"lasts_days" doc:"for how many days the stock lasts at that rate; null: nothing is charged"`
}

type statistics struct {
	Total    codeFigures   `json:"total"`
	Codes    []codeFigures `json:"codes" nullable:"false"`
	Forecast []forecast    `json:"forecast" nullable:"false"`
	AsOf     time.Time     `json:"as_of"`
}

func showFigures(c prepaid.CodeFigures) codeFigures {
	return codeFigures{
		LicenseCode: c.Code.Code, Name: c.Code.Name, Models: append([]string{}, c.Code.Models...), NominalDays: c.Code.Days, AvailableDays: c.Days,
		Unused: c.ByStatus[prepaid.Unused], Inactive: c.ByStatus[prepaid.Inactive], InUse: c.ByStatus[prepaid.InUse],
		Deactivated: c.ByStatus[prepaid.Deactivated], Expired: c.ByStatus[prepaid.Expired], Total: c.Total, Locked: c.Locked,
		Under30: boundAndNot(c.UnderMonth), Under7: boundAndNot(c.UnderWeek), Spent: boundAndNot(c.Spent),
	}
}

func (a *Area) figures(m *operation.Maker, d door) []operation.Operation {
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/prepaid/statistics", ID: "get-prepaid-statistics", Group: group, Summary: "Get the figures of cards, by license code",
			About: d.say("With a forecast of how long the stock lasts."), Queries: d.sight(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (statistics, error) { return a.statistics(d, q) }),
	}
}

func (a *Area) statistics(d door, q *operation.Request) (statistics, error) {
	h, err := a.holder(d, q)
	if err != nil {
		return statistics{}, err
	}
	now := a.Clock.Now()
	found, rates, err := a.Rows.Figures(q.Context, q.Vendor, h, calendar.DayOf(now, q.Zone).Number())
	if err != nil {
		return statistics{}, err
	}
	shown := statistics{Total: showFigures(found.Total()), Codes: []codeFigures{}, Forecast: []forecast{}, AsOf: now}
	for _, c := range found.Codes {
		shown.Codes = append(shown.Codes, showFigures(c))
	}
	for _, f := range rates {
		one := forecast{LicenseCode: f.Code.Code, AvailableDays: f.Days, ChargedDays: f.Charged}
		if days, ok := f.LastsDays(); ok {
			one.LastsDays = &days
		}
		shown.Forecast = append(shown.Forecast, one)
	}
	return shown, nil
}

// seenSince is the first day of a customer's that who asks sees: it was moved below them then.
func (a *Area) seenSince(q *operation.Request, h prepaid.Holder) (int64, error) {
	if h.Seer == 0 || h.Seer == h.Customer {
		return 0, nil
	}
	at, err := a.Rows.SeenSince(q.Context, q.Vendor, h.Customer, h.Seer)
	if err != nil || at.IsZero() {
		return 0, err
	}
	return calendar.DayOf(at, q.Zone).Number(), nil
}
