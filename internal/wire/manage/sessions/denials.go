package sessions

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// denialsSince is how far back refusals are shown unless more is asked for.
const denialsSince = 30 * 24 * time.Hour

type denial struct {
	Hour   time.Time `json:"hour" doc:"the hour that begins then"`
	Reason int       `json:"reason" doc:"the number that clients were answered, such as 1007 for no session left"`
	Denied int64     `json:"denied"`
}

// refused is who was refused last.
type refused struct {
	At              time.Time   `json:"at" doc:"of the first refusal in its minute"`
	Reason          int         `json:"reason" doc:"the number that the client was answered, such as 1001 for an expired licence"`
	Words           string      `json:"words" doc:"the reason in words"`
	ClientID        string      `json:"client_id"`
	Hostname        string      `json:"hostname" doc:"as the client says; empty where it did not"`
	SoftwareVersion string      `json:"software_version" doc:"as the client says; empty where it did not"`
	Address         string      `json:"address" doc:"that the call came from"`
	ActivationID    *ident.UUID `json:"activation_id" format:"uuid" nullable:"true" doc:"that the client holds of the licence now; null for none"`
}

func (a *Area) lastRefused(q *operation.Request) (operation.Page[refused], error) {
	l, err := a.LicenseRows.ByUUID(q.Context, q.Vendor, q.ID)
	if err != nil {
		return operation.Page[refused]{}, err
	}
	found, err := a.LicenseRows.LastRefused(q.Context, q.Vendor, l.ID)
	answer := operation.Page[refused]{Items: make([]refused, len(found))}
	for i, r := range found {
		answer.Items[i] = refused{
			At: r.At, Reason: r.Reason, Words: refusal.Words(r.Reason), ClientID: r.ClientID, Hostname: r.Hostname, SoftwareVersion: r.Version,
			Address: r.Address, ActivationID: value.IDOrNil(r.Activation),
		}
	}
	return answer, err
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
