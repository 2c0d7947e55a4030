package floating

import (
	"time"

	"chancery/internal/refusal"
)

// openCase is all that decides an open, with the licence's counter locked and
// none of its sessions lapsed.
type openCase struct {
	now           time.Time
	license       *License
	checkout      int // minutes; 0 for none
	userID        string
	userKnown     bool
	userElsewhere bool // the user has a session open on another client

	same     *Session // the open session of this very key; nil for none
	open     int64    // of the licence
	ofClient int64    // of this client; counted where that is limited
}

// openDecision: refuse, renew what is there, or open a new session.
type openDecision struct {
	refusal    *refusal.Refusal
	renew      bool
	overuse    bool
	validUntil time.Time
}

// decideOpen applies docs/rules/floating.md, rules 1 and 2. A renewal takes no room: it is
// granted also where limits were lowered under what is open.
func decideOpen(c openCase) openDecision {
	p := c.license.Policy
	switch {
	case c.license.IsOfUsers && c.userID == "":
		return openDecision{refusal: refusal.Refuse(refusal.MissingUser)}
	case c.license.IsOfUsers && !c.userKnown:
		return openDecision{refusal: refusal.Refuse(refusal.UnknownUser)}
	case c.checkout < 0 || c.checkout > p.CheckoutPeriodMinutes:
		return openDecision{refusal: refusal.Refuse(refusal.CheckoutTooLong)}
	case c.license.IsOfUsers && c.userElsewhere:
		return openDecision{refusal: refusal.Refuse(refusal.UserHasAnotherOn)}
	}
	d := openDecision{validUntil: leaseEnd(c)}
	if c.same != nil {
		d.renew, d.overuse = true, c.same.IsOveruse
		return d
	}
	if p.MaxSessionsPerClient > 0 && c.ofClient >= p.MaxSessionsPerClient {
		return openDecision{refusal: refusal.Refuse(refusal.TooManyOfClient)}
	}
	if c.open >= p.FloatingTokenLimit {
		if p.EnforceFloatingLimit {
			return openDecision{refusal: refusal.Refuse(refusal.NoSessionLeft)}
		}
		d.overuse = true
	}
	return d
}

// leaseEnd gives the instant until which the session is good: a period, or a
// checkout if that is longer. A renewal never shortens a lease, and none
// outlives its licence.
func leaseEnd(c openCase) time.Time {
	minutes := max(c.license.Policy.SessionPeriodMinutes, c.checkout)
	end := c.now.Add(time.Duration(minutes) * time.Minute)
	if c.same != nil && c.same.ValidUntil.After(end) {
		end = c.same.ValidUntil
	}
	if expiry := c.license.ExpiresAt; !expiry.IsZero() && end.After(expiry) {
		end = expiry
	}
	return end
}
