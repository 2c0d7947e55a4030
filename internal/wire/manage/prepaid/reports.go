package prepaid

import (
	"net/http"
	"time"

	"chancery/internal/identity"
	"chancery/internal/prepaid"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

type deviceReport struct {
	Device string     `json:"device" minLength:"1" maxLength:"200" doc:"its number, in any writing"`
	SaidAt *time.Time `json:"said_at,omitempty" doc:"when the device says it was; nothing goes by it"`
	Model  string     `json:"model,omitempty" maxLength:"100" doc:"noted where it is another one; changes nothing"`
}

type deviceReports struct {
	Reports []deviceReport `json:"reports" minItems:"1" maxItems:"1000" nullable:"false"`
}

type reportAnswer struct {
	Device      string     `json:"device" doc:"as the report named it"`
	Allowed     bool       `json:"allowed"`
	UsableUntil *time.Time `json:"usable_until" doc:"null: it never had a paid day"`
	Reason      *string    `json:"reason" enum:"no_card,no_days,unknown_device" doc:"why it is refused"`
}

type reportAnswers struct {
	Results []reportAnswer `json:"results" nullable:"false" doc:"in the order of the reports"`
}

func (a *Area) reports(m *operation.Maker) []operation.Operation {
	op := operation.Read(m, operation.Operation{
		Method: http.MethodPost, Path: "/prepaid/reports", ID: "report-devices", Group: group, Summary: "Report devices, and hear whether they may work",
		About: "For the gateway of your platform. A device without paid time is charged at this moment; one without days is refused. " +
			"It can be repeated: a device is charged once in 24 hours at most.",
		Permission: identity.ManagePrepaid,
	}, func(q *operation.Request, in deviceReports) (reportAnswers, error) {
		reports := make([]prepaid.Report, len(in.Reports))
		for i, r := range in.Reports {
			reports[i] = prepaid.Report{Device: r.Device, Model: r.Model}
			if r.SaidAt != nil {
				reports[i].SaidAt = *r.SaidAt
			}
		}
		answers, err := a.Reports.Answer(q.Context, q.Vendor, reports)
		results := make([]reportAnswer, len(answers))
		for i, one := range answers {
			results[i] = reportAnswer{one.Device, one.Allowed, value.TimeOrNil(one.UsableUntil), value.TextOrNil(one.Reason)}
		}
		return reportAnswers{Results: results}, err
	})
	return []operation.Operation{op}
}
