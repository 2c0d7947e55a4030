package prepaid

import (
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
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

type statementLine struct {
	LicenseCode  string `json:"license_code"`
	OpeningCards int64  `json:"opening_cards"`
	InCards      int64  `json:"in_cards" doc:"bought, issued or returned to the customer"`
	OutCards     int64  `json:"out_cards" doc:"sold, returned or withdrawn"`
	ClosingCards int64  `json:"closing_cards"`
	OpeningDays  int64  `json:"opening_days"`
	InDays       int64  `json:"in_days"`
	OutDays      int64  `json:"out_days"`
	ChargedDays  int64  `json:"charged_days"`
	ClosingDays  int64  `json:"closing_days" doc:"opening_days + in_days - out_days - charged_days"`
}

type statement struct {
	FirstDay string          `json:"first_day" format:"date"`
	LastDay  string          `json:"last_day" format:"date"`
	Lines    []statementLine `json:"lines" nullable:"false"`
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
	month := operation.Query{Name: "month", Kind: operation.Text, Doc: "such as 2027-03, in the vendor's calendar; the month that runs if left out"}
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/prepaid/statistics", ID: "get-prepaid-statistics", Group: group, Summary: "Get the figures of cards, by license code",
			About: d.say("With a forecast of how long the stock lasts."), Queries: d.sight(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (statistics, error) { return a.statistics(d, q) }),
		operation.Get(m, operation.Operation{
			Path: "/prepaid/statement", ID: "get-prepaid-statement", Group: group, Summary: "Get what came, went and was charged in a month",
			About: d.say("Of one customer, or of the vendor's stock where none is named. It begins with the day since which the customer is below the one that asks."), Queries: d.sight(month), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (statement, error) { return a.statement(d, q) }),
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

func (a *Area) statement(d door, q *operation.Request) (statement, error) {
	h, err := a.holder(d, q)
	if err != nil {
		return statement{}, err
	}
	first, err := monthOf(q.Text("month"), calendar.DayOf(a.Clock.Now(), q.Zone))
	if err != nil {
		return statement{}, err
	}
	last := calendar.DayOf(time.Date(first.Year, first.Month+1, 1, 0, 0, 0, 0, time.UTC), time.UTC).AddDays(-1)
	shown := statement{FirstDay: first.String(), LastDay: last.String(), Lines: []statementLine{}}
	since, err := a.seenSince(q, h)
	if err != nil || since > last.Number() {
		return shown, err // it was another one's then
	}
	begin := max(first.Number(), since)
	lines, err := a.Rows.Statement(q.Context, q.Vendor, h.Customer, begin, last.Number())
	shown.FirstDay = dayOf(begin)
	for _, l := range lines {
		shown.Lines = append(shown.Lines, statementLine{
			l.Code.Code, l.OpeningCards, l.InCards, l.OutCards, l.ClosingCards, l.OpeningDays, l.InDays, l.OutDays, l.Charged, l.ClosingDays,
		})
	}
	return shown, err
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

// monthOf reads a month and gives its first day; that of today's month where none is given.
func monthOf(text string, today calendar.Day) (calendar.Day, error) {
	if text == "" {
		text = today.String()[:len("2006-01")]
	}
	day, wrong := calendar.ParseDay(text + "-01")
	if wrong != "" || len(text) != len("2006-01") {
		return day, fault.Wrong(fault.Field{Name: "month", Message: "must be a month such as " + strconv.Quote("2027-03")})
	}
	return day, nil
}
