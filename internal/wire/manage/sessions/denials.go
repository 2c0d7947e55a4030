package sessions

import (
	"time"

	"chancery/internal/wire/manage/operation"
)

// denialsSince is how far back refusals are shown unless more is asked for.
const denialsSince = 30 * 24 * time.Hour

type denial struct {
	Hour   time.Time `json:"hour" doc:"the hour that begins then"`
	Reason int       `json:"reason" doc:"the number that clients were answered, such as 1007 for no session left"`
	Denied int64     `json:"denied"`
}

func (a *Area) denials(q *operation.Request) (operation.Page[denial], error) {
	l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
	if err != nil {
		return operation.Page[denial]{}, err
	}
	from := a.Clock.Now().Add(-denialsSince)
	if asked := q.Instant("from"); asked != nil {
		from = *asked
	}
	found, err := a.LicenseRows.Denials(q.Context, q.Vendor, l.ID, from)
	answer := operation.Page[denial]{Items: make([]denial, len(found))}
	for i, d := range found {
		answer.Items[i] = denial(d)
	}
	return answer, err
}
