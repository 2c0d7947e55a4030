package licensing

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/terms"
)

// Validity reasons, answered as validity_reason and shown on every screen. Reasons
// lists them.
const (
	ReasonInactive        = "inactive"
	ReasonNotStarted      = "not_started"
	ReasonExpired         = "expired"
	ReasonTrialOver       = "trial_over"
	ReasonMeasured        = "measurements_exceeded" // all that a contract allows is consumed
	ReasonSoftwareVersion = "software_version"
)

// UsedUpByActivations is answered as used_up_reason of a licence that refuses new
// clients. Its activated ones stay valid.
const UsedUpByActivations = "activations_exceeded"

// DateValidity is the protocol's date_validity.
type DateValidity int

// The values of DateValidity.
const (
	InForce DateValidity = iota
	NotStarted
	Over
)

// State is a licence as it stands at an instant for a client of some version.
type State struct {
	At             time.Time
	License        *License
	Terms          Terms
	Activation     *Activation // nil when the question was about the licence alone
	ExpiresAt      time.Time   // zero: never
	DateValidity   DateValidity
	IsExpired      bool
	VersionAllowed bool
	IsValid        bool
	Reason         string    // why it is not valid, one of Reasons; "" where it is
	Consumed       *Consumed // with ReasonMeasured: the contract that is consumed; else nil
	UsedUpAt       time.Time // the first refusal of a client since there was room; zero: there is room
	UsedUpReason   string    // "" where there is room
	Serial         int64
	IsGoodwill     bool // the activation is above the contract
	Used           int64
	Allowed        *int64 // nil: any number of clients, on a floating licence
}

// StateOf judges a licence at now. version is the client's; "" is not judged.
func StateOf(l *License, a *Activation, version string, now time.Time) State {
	t := l.Terms()
	s := State{
		At: now, License: l, Terms: t, Activation: a, ExpiresAt: l.ExpiryOf(t.Policy),
		VersionAllowed: t.Policy.AllowsRelease(version), Serial: l.Serial(),
		IsGoodwill: a != nil && a.GoodwillAt(l, now), Used: l.Held(), Allowed: l.allowed(t.Policy),
	}
	switch {
	case expiredAt(s.ExpiresAt, now):
		s.DateValidity, s.IsExpired = Over, true
	case now.Before(l.StartsAt):
		s.DateValidity = NotStarted
	}
	s.IsValid = l.IsActive && s.DateValidity == InForce && s.VersionAllowed
	by, since := l.measuredOut()
	if s.Reason = s.reason(since); s.Reason == ReasonMeasured {
		s.Consumed = &Consumed{Limitation: by, Contract: *by.Contract(), Gross: l.Measured[by.ID].Gross, Since: since}
	}
	if used := l.UsedUpSince(now); !used.IsZero() && l.Edition.Mode == terms.Named {
		s.UsedUpAt, s.UsedUpReason = used, UsedUpByActivations
	}
	return s
}

// EndsBy gives the instant by which the licence has ended, as far as can be told
// at s.At: where its clock starts with the first activation, which is still to
// come, the end that it would have if that were now. Zero: never.
func (s State) EndsBy() time.Time {
	if s.License.clockWaits(s.Terms.Policy) {
		return s.License.expiryFrom(s.Terms.Policy, s.At)
	}
	return s.ExpiresAt
}

// isActive reports whether the licence is switched on and not over.
func (s State) isActive() bool { return s.License.IsActive && !s.IsExpired }

// reason gives the first of Reasons that holds; since is when a contract was
// consumed, zero for none.
func (s State) reason(since time.Time) string {
	switch {
	case !s.License.IsActive:
		return ReasonInactive
	case s.IsExpired && !since.IsZero() && since.Equal(s.ExpiresAt):
		return ReasonMeasured
	case s.IsExpired && s.Terms.Policy.TrialDays > 0 && s.ExpiresAt.Equal(s.License.afterActivation(s.Terms.Policy.TrialDays)):
		return ReasonTrialOver
	case s.IsExpired:
		return ReasonExpired
	case s.DateValidity == NotStarted:
		return ReasonNotStarted
	case !s.VersionAllowed:
		return ReasonSoftwareVersion
	}
	return ""
}

// GoodwillNotice is the sentence for a client on a goodwill activation, or "".
func (s State) GoodwillNotice() string {
	a := s.Activation
	switch {
	case !s.IsGoodwill:
		return ""
	case s.License.CountsMonths():
		return "This month's devices are more than the licence's contract says. This one goes on as goodwill until " +
			calendar.Minute(a.Place.Until) + "; please ask your vendor for more."
	case a.GoodwillUntil.IsZero():
		return "This activation is above the licence's contract. It goes on as goodwill; please ask your vendor for more activations."
	}
	return "This activation is above the licence's contract. It goes on as goodwill until " +
		calendar.Minute(a.GoodwillUntil) + "; please ask your vendor for more activations."
}
