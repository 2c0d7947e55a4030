package value

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

type feature struct {
	ID          ident.UUID `json:"id" format:"uuid"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	IsActive    bool       `json:"is_active"`
	Adjustable  bool       `json:"adjustable"`
	Hidden      bool       `json:"hidden"`
	ExpiresAt   *time.Time `json:"expires_at"`
}

type limitation struct {
	ID              ident.UUID  `json:"id" format:"uuid"`
	Name            string      `json:"name"`
	Description     string      `json:"description"`
	Limit           *Quantity   `json:"limit" nullable:"true" doc:"null: unlimited"`
	Reset           terms.Reset `json:"reset"`
	ResetDays       int         `json:"reset_days"`
	GoodwillPercent int         `json:"goodwill_percent"`
	MeasuredOnly    bool        `json:"measured_only"`
	ExpiresLicense  bool        `json:"expires_license"`
	ContractAllowed *Quantity   `json:"contract_allowed" nullable:"true"`
	Alerts          []int       `json:"alerts" nullable:"false" doc:"in percent of the limit"`
	Adjustable      bool        `json:"adjustable"`
	Hidden          bool        `json:"hidden"`
}

type variable struct {
	ID          ident.UUID `json:"id" format:"uuid"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Value       string     `json:"value"`
	Adjustable  bool       `json:"adjustable"`
	Hidden      bool       `json:"hidden"`
}

// Granted is an edition's or a licence's grants in an answer.
type Granted struct {
	Features    []feature    `json:"features" nullable:"false"`
	Limitations []limitation `json:"limitations" nullable:"false"`
	Variables   []variable   `json:"variables" nullable:"false"`
}

// ShowGrants returns grants as an answer has them.
func ShowGrants(g terms.Grants) Granted {
	shown := Granted{
		Features: make([]feature, len(g.Features)), Limitations: make([]limitation, len(g.Limitations)), Variables: make([]variable, len(g.Variables)),
	}
	for i, f := range g.Features {
		shown.Features[i] = feature(f)
	}
	for i, l := range g.Limitations {
		shown.Limitations[i] = limitation{
			ID: l.ID, Name: l.Name, Description: l.Description, Limit: (*Quantity)(l.Limit), Reset: l.Reset, ResetDays: l.ResetDays,
			GoodwillPercent: l.GoodwillPercent, MeasuredOnly: l.MeasuredOnly,
			ExpiresLicense: l.ExpiresLicense, ContractAllowed: (*Quantity)(l.ContractAllowed), Alerts: append([]int{}, l.AlertPercents()...),
			Adjustable: l.Adjustable, Hidden: l.Hidden,
		}
	}
	for i, v := range g.Variables {
		shown.Variables[i] = variable(v)
	}
	return shown
}
