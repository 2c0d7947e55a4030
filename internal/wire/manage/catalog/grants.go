package catalog

import (
	"time"

	"chancery/internal/terms"
	"chancery/internal/wire/manage/value"
)

type featureGrant struct {
	Name        string          `json:"name" minLength:"1" maxLength:"200" doc:"defined in the product if it is new there"`
	Description string          `json:"description,omitempty" maxLength:"4000" doc:"of a feature that is new"`
	IsActive    *bool           `json:"is_active,omitempty" doc:"true by default"`
	Adjustable  bool            `json:"adjustable,omitempty" doc:"a licence may override it"`
	Hidden      bool            `json:"hidden,omitempty" doc:"not shown to customers"`
	ExpiresAt   *value.Deadline `json:"expires_at,omitempty" nullable:"true"`
}

type limitationGrant struct {
	Name            string          `json:"name" minLength:"1" maxLength:"200" doc:"defined in the product if it is new there"`
	Description     string          `json:"description,omitempty" maxLength:"4000" doc:"of a limitation that is new"`
	Limit           *value.Quantity `json:"limit,omitempty" nullable:"true" doc:"a whole number; unlimited if null or left out"`
	Reset           terms.Reset     `json:"reset,omitempty" enum:"none,never,days,month,quarter,year" doc:"none: a static limit; else consumption starts anew: never, every reset_days days, each calendar month, quarter or year"`
	ResetDays       int             `json:"reset_days,omitempty" minimum:"0" maximum:"3650" doc:"with reset days"`
	GoodwillPercent int             `json:"goodwill_percent,omitempty" minimum:"0" maximum:"1000" doc:"consumption allowed above the limit"`
	MeasuredOnly    bool            `json:"measured_only,omitempty" doc:"record consumption above the limit instead of refusing it"`
	ExpiresLicense  bool            `json:"expires_license,omitempty" doc:"the licence expires when what it consumed in its whole life reaches contract_allowed"`
	ContractAllowed *value.Quantity `json:"contract_allowed,omitempty" nullable:"true" doc:"with expires_license; the limit if left out, where the meter never starts anew"`
	Alerts          []int           `json:"alerts,omitempty" maxItems:"10" doc:"percentages of the limit, 1 to 1000, at which the event meter.threshold is sent; [80] if left out, [] for none"`
	Adjustable      bool            `json:"adjustable,omitempty" doc:"a licence may override it"`
	Hidden          bool            `json:"hidden,omitempty" doc:"not shown to customers"`
}

type variableGrant struct {
	Name        string `json:"name" minLength:"1" maxLength:"200" doc:"defined in the product if it is new there"`
	Description string `json:"description,omitempty" maxLength:"4000" doc:"of a variable that is new"`
	Value       string `json:"value,omitempty" maxLength:"10000"`
	Adjustable  bool   `json:"adjustable,omitempty" doc:"a licence may override it"`
	Hidden      bool   `json:"hidden,omitempty" doc:"not shown to customers"`
}

func (g featureGrant) domain(zone *time.Location) terms.Feature {
	f := terms.Feature{Name: g.Name, Description: g.Description, IsActive: g.IsActive == nil || *g.IsActive, Adjustable: g.Adjustable, Hidden: g.Hidden}
	if g.ExpiresAt != nil {
		at := g.ExpiresAt.In(zone)
		f.ExpiresAt = &at
	}
	return f
}

func (g limitationGrant) domain(*time.Location) terms.Limitation {
	return terms.Limitation{
		Name: g.Name, Description: g.Description, Limit: (*int64)(g.Limit), Reset: g.Reset, ResetDays: g.ResetDays,
		GoodwillPercent: g.GoodwillPercent, MeasuredOnly: g.MeasuredOnly, Alerts: g.Alerts,
		ExpiresLicense: g.ExpiresLicense, ContractAllowed: (*int64)(g.ContractAllowed), Adjustable: g.Adjustable, Hidden: g.Hidden,
	}
}

func (g variableGrant) domain(*time.Location) terms.Variable {
	return terms.Variable{Name: g.Name, Description: g.Description, Value: g.Value, Adjustable: g.Adjustable, Hidden: g.Hidden}
}

// domains gives the Granted things as the rooms know them.
func domains[G interface{ domain(zone *time.Location) D }, D any](grants []G, zone *time.Location) []D {
	all := make([]D, len(grants))
	for i, g := range grants {
		all[i] = g.domain(zone)
	}
	return all
}

// replaced is domains for a list that is left alone when it was left out.
func replaced[G interface{ domain(zone *time.Location) D }, D any](grants *[]G, zone *time.Location) *[]D {
	if grants == nil {
		return nil
	}
	all := domains(*grants, zone)
	return &all
}
