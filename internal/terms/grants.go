package terms

import (
	"maps"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
)

// Reset says when a limitation's consumption starts anew. The numbers are the wire's.
type Reset string

// The reset modes.
const (
	ResetNone    Reset = "none"  // a static limit; nothing is consumed
	ResetNever   Reset = "never" // consumed over the whole life
	ResetDays    Reset = "days"  // every n days
	ResetMonth   Reset = "month" // calendar periods in the vendor's time zone
	ResetQuarter Reset = "quarter"
	ResetYear    Reset = "year"
)

// WireNumber gives the protocol's number, 0 to 5.
func (r Reset) WireNumber() int {
	for i, known := range [...]Reset{ResetNone, ResetNever, ResetDays, ResetMonth, ResetQuarter, ResetYear} {
		if r == known {
			return i
		}
	}
	return 0
}

// Unit is one unit of a fixed-point quantity. Amounts consumed have six decimals;
// limits are whole, because clients read them into integers.
const Unit = 1_000_000

// MaxQuantity bounds a quantity in whole units, so that sums stay within 63 bits.
const MaxQuantity = 1_000_000_000_000

// Feature is a switch that an edition grants.
type Feature struct {
	ID          ident.UUID `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	IsActive    bool       `json:"is_active"`
	Adjustable  bool       `json:"adjustable"`
	Hidden      bool       `json:"hidden"`
	ExpiresAt   *time.Time `json:"expires_at"` // nil: with the licence
}

// Limitation is a number that an edition grants. When Reset is not none it is a meter.
type Limitation struct {
	ID              ident.UUID `json:"id"`
	Name            string     `json:"name"`
	Description     string     `json:"description"`
	Limit           *int64     `json:"limit"` // in millionths (Unit), of whole units; nil: unlimited
	Reset           Reset      `json:"reset"`
	ResetDays       int        `json:"reset_days"` // with ResetDays, 1 to 3650
	GoodwillPercent int        `json:"goodwill_percent"`
	MeasuredOnly    bool       `json:"measured_only"`    // true: consumption above the limit is recorded, not refused
	ExpiresLicense  bool       `json:"expires_license"`  // true: the licence ends when its whole life's consumption reaches the contract
	ContractAllowed *int64     `json:"contract_allowed"` // with ExpiresLicense, in millionths; nil: Limit
	Alerts          []int      `json:"alerts"`           // in percent of the limit, 1 to 1000; nil: DefaultAlert, empty: none
	Adjustable      bool       `json:"adjustable"`
	Hidden          bool       `json:"hidden"`
}

// IsMeter reports whether the limitation is consumed, and not a static limit.
func (l Limitation) IsMeter() bool { return l.Reset != ResetNone }

// DefaultAlert is announced, in percent of the limit, where nothing else was asked for.
const DefaultAlert = 80

// maxAlerts bounds the alerts of one limitation.
const maxAlerts = 10

// AlertPercents gives the alerts that hold.
func (l Limitation) AlertPercents() []int {
	if l.Alerts == nil {
		return []int{DefaultAlert}
	}
	return l.Alerts
}

// Contract gives the consumption at which the licence ends; nil where it does not
// end by this limitation.
func (l Limitation) Contract() *int64 {
	switch {
	case !l.ExpiresLicense:
		return nil
	case l.ContractAllowed != nil:
		return l.ContractAllowed
	}
	return l.Limit
}

// OtherContracts reports whether a limitation ends licences at another consumption than
// before, or only before or after.
func OtherContracts(before, after Grants) bool {
	contracts := func(g Grants) map[ident.UUID]int64 {
		all := map[ident.UUID]int64{}
		for _, l := range g.Limitations {
			if c := l.Contract(); c != nil {
				all[l.ID] = *c
			}
		}
		return all
	}
	return !maps.Equal(contracts(before), contracts(after))
}

// checkContract: a contract that follows a limit of one period would end the
// licence in its first one.
func (l Limitation) checkContract(wrong *fault.Fields, field string) {
	c := l.ContractAllowed
	wrong.Check(c == nil || *c > 0 && *c <= MaxQuantity*Unit, field+".contract_allowed", "must be above 0 and at most 1000000000000")
	wrong.Check(c == nil || l.ExpiresLicense, field+".contract_allowed", "is only for limitations that end the licence when they are used up")
	wrong.Check(!l.ExpiresLicense || l.Reset != ResetNone, field+".expires_license", "is for limitations that are consumed: choose a reset")
	wrong.Check(!l.ExpiresLicense || c != nil || l.Reset == ResetNever && l.Limit != nil, field+".contract_allowed",
		"is needed with expires_license where the meter starts anew or has no limit")
}

// Variable is a text that an edition grants.
type Variable struct {
	ID          ident.UUID `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Value       string     `json:"value"`
	Adjustable  bool       `json:"adjustable"`
	Hidden      bool       `json:"hidden"`
}

// Grants is all that an edition grants, in the order it is shown.
type Grants struct {
	Features    []Feature    `json:"features"`
	Limitations []Limitation `json:"limitations"`
	Variables   []Variable   `json:"variables"`
}

// Shown gives the grants that customers see: what is hidden is for the program and the vendor.
func (g Grants) Shown() Grants {
	return Grants{
		Features:    slices.DeleteFunc(slices.Clone(g.Features), func(f Feature) bool { return f.Hidden }),
		Limitations: slices.DeleteFunc(slices.Clone(g.Limitations), func(l Limitation) bool { return l.Hidden }),
		Variables:   slices.DeleteFunc(slices.Clone(g.Variables), func(v Variable) bool { return v.Hidden }),
	}
}

// Meters gives the limitations that are consumed.
func (g Grants) Meters() []Limitation {
	return slices.DeleteFunc(slices.Clone(g.Limitations), func(l Limitation) bool { return !l.IsMeter() })
}

// Check reports what is wrong with the grants, by field.
func (g Grants) Check() error {
	var wrong fault.Fields
	for _, l := range g.Limitations {
		field := "limitations[" + l.Name + "]"
		wrong.Check(l.Limit == nil || *l.Limit >= 0 && *l.Limit <= MaxQuantity*Unit, field+".limit",
			"must be between 0 and 1000000000000, or null for unlimited")
		wrong.Check(l.Reset.known(), field+".reset", "must be none, never, days, month, quarter or year")
		wrong.Check(l.Reset != ResetDays || l.ResetDays >= 1 && l.ResetDays <= 3650, field+".reset_days", "must be between 1 and 3650 with reset \"days\"")
		wrong.Check(l.GoodwillPercent >= 0 && l.GoodwillPercent <= 1000, field+".goodwill_percent", "must be between 0 and 1000")
		l.checkContract(&wrong, field)
		wrong.Check(len(l.Alerts) <= maxAlerts, field+".alerts", "must hold at most 10 percentages")
		for _, percent := range l.Alerts {
			wrong.Check(percent >= 1 && percent <= 1000, field+".alerts", "must be percentages between 1 and 1000")
		}
	}
	return wrong.Err()
}

// CheckLimits reports limits that are not whole numbers, by field. One with
// decimals, which were allowed once, may stay as it was.
func (g Grants) CheckLimits(was Grants) error {
	var wrong fault.Fields
	for _, l := range g.Limitations {
		before := slices.IndexFunc(was.Limitations, func(w Limitation) bool { return w.ID == l.ID })
		kept := before >= 0 && same(l.Limit, was.Limitations[before].Limit)
		wrong.Check(kept || whole(l.Limit), "limitations["+l.Name+"].limit", wholeLimit)
	}
	return wrong.Err()
}

// wholeLimit is what is said of a limit with decimals.
const wholeLimit = "must be a whole number"

func whole(limit *int64) bool { return limit == nil || *limit%Unit == 0 }

func same(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

func (r Reset) known() bool { return r == ResetNone || r.WireNumber() > 0 }
