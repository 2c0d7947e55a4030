package manage

import (
	"time"
)

// denialsSince is how far back refusals are shown unless more is asked for.
const denialsSince = 30 * 24 * time.Hour

type denial struct {
	Hour   time.Time `json:"hour" doc:"the hour that begins then"`
	Reason int       `json:"reason" doc:"the number that clients were answered, such as 1007 for no session left"`
	Denied int64     `json:"denied"`
}

func (a *API) denials(q *request) (page[denial], error) {
	l, err := a.LicenseRows.ByUUID(q.ctx, q.vendor, q.id)
	if err != nil {
		return page[denial]{}, err
	}
	from := a.Clock.Now().Add(-denialsSince)
	if asked := q.instant("from"); asked != nil {
		from = *asked
	}
	found, err := a.LicenseRows.Denials(q.ctx, q.vendor, l.ID, from)
	answer := page[denial]{Items: make([]denial, len(found))}
	for i, d := range found {
		answer.Items[i] = denial(d)
	}
	return answer, err
}
