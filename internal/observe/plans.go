package observe

import (
	"time"

	"chancery/internal/fault"
)

// Plan is what a vendor has bought of the server, as far as it matters here.
type Plan struct {
	Name      string    // trial, starter, pro, business or enterprise
	TrialEnds time.Time // exclusive
}

// Sees reports whether a plan shows licences and accounts now, on pages, in the API, in CSV
// and behind links: the one gate (docs/rules/observed.md, rule 13). Data is gathered on every plan.
func (p Plan) Sees(now time.Time) bool {
	switch p.Name {
	case "business", "enterprise":
		return true
	case "trial":
		return now.Before(p.TrialEnds)
	}
	return false
}

// ErrPlanRequired refuses what the plan does not show.
func ErrPlanRequired() *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "plan_required", Message: "Observed licences and accounts need the plan business or enterprise, or a running trial.",
		Help: "The operator of the server sets the plan with chancery vendor plan. Events are gathered meanwhile.",
	}
}
