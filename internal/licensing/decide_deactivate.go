package licensing

// Counting is what the end of an activation counts for.
type Counting int64

// What ends count for (docs/rules/provisioning.md, rule 15).
const (
	CountsNothing   Counting = iota
	CountsTotal              // for the licence's deactivations
	CountsDashboard          // for those of the dashboard as well
)

// countingOf gives what an end for this reason counts for.
func countingOf(r Reason) Counting {
	switch r {
	case ByDashboard:
		return CountsDashboard
	case ByClient, ByAPI, ByOffline:
		return CountsTotal
	case ByStaff, ByOtherLicense, ByInactivity, ByReinstall, ByGoodwillEnded:
	}
	return CountsNothing
}

// Tally is how often something was done ever, and how many of those times staff have
// taken back.
type Tally struct{ Ever, Forgiven int64 }

// Used gives what counts.
func (t Tally) Used() int64 { return t.Ever - t.Forgiven }

// tally adds n deactivations, or takes them off where n is negative.
func (l *License) tally(c Counting, n int64) {
	if c >= CountsTotal {
		l.Released.Ever += n
	}
	if c == CountsDashboard {
		l.ReleasedInDashboard.Ever += n
	}
}

// Deactivations says how many devices of a licence its owner and its clients have
// released, and how many they may.
type Deactivations struct {
	Used, DashboardUsed       int64
	Allowed, DashboardAllowed *int64 // nil: any number
	APIAllowed                bool   // whether the owner's own access token may
}

// Deactivations says how the licence stands.
func (l *License) Deactivations() Deactivations {
	p := l.Terms().Policy
	return Deactivations{
		Used: l.Released.Used(), DashboardUsed: l.ReleasedInDashboard.Used(),
		Allowed: p.DeactivationAllowance, DashboardAllowed: p.DashboardDeactivationAllowance, APIAllowed: p.APIDeactivationAllowed,
	}
}

// Left tells how many more may be released for this reason; nil: any number.
func (d Deactivations) Left(by Reason) *int64 {
	c := countingOf(by)
	if c == CountsNothing || by == ByOffline {
		return nil
	}
	left := remaining(d.Allowed, d.Used)
	if c == CountsDashboard {
		if share := remaining(d.DashboardAllowed, d.DashboardUsed); left == nil || share != nil && *share < *left {
			left = share
		}
	}
	return left
}

// remaining is what is left of an allowance: what was used may be more; nil: any number.
func remaining(allowed *int64, used int64) *int64 {
	if allowed == nil {
		return nil
	}
	return new(max(0, *allowed-used))
}

func above(n int64, allowed *int64, used int64) bool {
	left := remaining(allowed, used)
	return left != nil && n > *left
}

// NotDeactivated says why activations are not released; "" where they are.
type NotDeactivated string

// The reasons; they are the codes of the faults, too.
const (
	DeactivationsUsedUp          NotDeactivated = "deactivations_used_up"
	DashboardDeactivationsUsedUp NotDeactivated = "dashboard_deactivations_used_up"
	DeactivationNotAgreed        NotDeactivated = "api_deactivation_not_agreed"
	DeviceHasFile                NotDeactivated = "file_in_force"   // it goes on by its file: only staff may release it
	ReleaseGoesOn                NotDeactivated = "release_goes_on" // of other devices of the licence
)

// Judge says whether n devices may be released for this reason.
func (d Deactivations) Judge(by Reason, n int64) NotDeactivated {
	switch c := countingOf(by); {
	case by == ByAPI && !d.APIAllowed:
		return DeactivationNotAgreed
	case c == CountsNothing || by == ByOffline: // the machine has locked itself already
	case above(n, d.Allowed, d.Used):
		return DeactivationsUsedUp
	case c == CountsDashboard && above(n, d.DashboardAllowed, d.DashboardUsed):
		return DashboardDeactivationsUsedUp
	}
	return ""
}
