package licensing

import "chancery/internal/calendar"

// Reasons gives all values of State.Reason but "": of those that hold, a state has
// the first one of the order in State.reason.
func Reasons() []string {
	return []string{ReasonInactive, ReasonNotStarted, ReasonExpired, ReasonTrialOver, ReasonMeasured, ReasonSoftwareVersion}
}

// Help says why the licence does not hold, or takes no new client, and what to do; ""
// where neither is so. Clients and the owners of a licence read it, in the
// management API the vendor's people, too.
func (s State) Help() string {
	switch s.Reason {
	case ReasonInactive:
		return "The licence is switched off; only the vendor can switch it on again."
	case ReasonNotStarted:
		return "The licence holds from " + calendar.Minute(s.License.StartsAt) + "; the vendor can let it begin earlier."
	case ReasonExpired:
		return "The licence ended at " + calendar.Minute(s.ExpiresAt) + "; the vendor can extend it."
	case ReasonTrialOver:
		return "The trial ended at " + calendar.Minute(s.ExpiresAt) + "; the vendor can make it a full licence."
	case ReasonMeasured:
		return consumedSince(s.Consumed.Limitation.Name, s.Consumed.Contract, s.Consumed.Since) +
			"; the vendor can raise what the contract allows. A reset of the meter does not change that."
	case ReasonSoftwareVersion:
		return "This version of the program is not covered by the licence; install one that is, or ask the vendor to extend the licence."
	}
	if s.UsedUpReason == UsedUpByActivations {
		return usedUpHelp(s.License, s.Terms.Policy)
	}
	return ""
}
