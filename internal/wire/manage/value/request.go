package value

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/owners"
)

// LicenseRequest is what an owner asks the vendor for.
type LicenseRequest struct {
	ID           ident.UUID  `json:"id" format:"uuid"`
	LicenseID    ident.UUID  `json:"license_id" format:"uuid"`
	AskedBy      string      `json:"asked_by" doc:"e-mail address"`
	UserID       ident.UUID  `json:"user_id" format:"uuid"`
	Wish         string      `json:"wish" enum:"activations,meter,renewal,other"`
	LimitationID *ident.UUID `json:"limitation_id" format:"uuid" doc:"of the wish meter; null for the others"`
	Limitation   *string     `json:"limitation" doc:"its name when it was asked for"`
	Quantity     *Quantity   `json:"quantity" nullable:"true" doc:"how many more, or of a renewal how many months; null of the wish other"`
	Message      string      `json:"message"`
	State        string      `json:"state" enum:"open,done,declined,withdrawn"`
	Answer       string      `json:"answer" doc:"may be empty"`
	AskedAt      time.Time   `json:"asked_at"`
	AnsweredAt   *time.Time  `json:"answered_at" doc:"null while it is open"`
}

// ShowRequest shows a request.
func ShowRequest(r owners.Request) LicenseRequest {
	shown := LicenseRequest{
		ID: r.UUID, LicenseID: r.LicenseID, AskedBy: r.UserEmail, UserID: r.UserID, Wish: string(r.Wish), LimitationID: IDOrNil(r.Meter),
		Limitation: TextOrNil(r.MeterName), Message: r.Message, State: string(r.State), Answer: r.Answer, AskedAt: r.AskedAt,
		AnsweredAt: TimeOrNil(r.AnsweredAt),
	}
	if r.Quantity > 0 {
		shown.Quantity = (*Quantity)(&r.Quantity)
	}
	return shown
}

// LicenseRequestCreate is what is asked for.
type LicenseRequestCreate struct {
	LicenseID    ident.UUID  `json:"license_id" format:"uuid"`
	Wish         string      `json:"wish" enum:"activations,meter,renewal,other"`
	LimitationID *ident.UUID `json:"limitation_id,omitempty" format:"uuid" doc:"the meter, of the wish meter"`
	Quantity     *Quantity   `json:"quantity,omitempty" doc:"how many more activations or units, or how many months; not of the wish other"`
	Message      string      `json:"message,omitempty" maxLength:"2000" doc:"lines; needed of the wish other"`
}

// New reads it.
func (in LicenseRequestCreate) New() owners.NewRequest {
	n := owners.NewRequest{Wish: owners.Wish(in.Wish), Message: in.Message}
	if in.LimitationID != nil {
		n.Meter = *in.LimitationID
	}
	if in.Quantity != nil {
		n.Quantity = int64(*in.Quantity)
	}
	return n
}

// RequestFilter reads what lists of requests are narrowed by.
func RequestFilter(state string, license ident.UUID) owners.RequestFilter {
	return owners.RequestFilter{State: owners.RequestState(state), License: license}
}

// RequestStates are the words of a query for the state of requests.
func RequestStates() (states []string) {
	for _, s := range owners.RequestStates() {
		states = append(states, string(s))
	}
	return states
}
