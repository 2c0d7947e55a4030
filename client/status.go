package client

import (
	"errors"
	"fmt"
	"time"
)

// State is one word for what Status found.
type State string

// The states. Only StateValid means that the program may run.
const (
	StateValid        State = "valid"
	StateNotActivated State = "not_activated"  // no licence here yet
	StateRefused      State = "refused"        // the server took it away; see Status.Refusal
	StateInactive     State = "inactive"       // switched off by the vendor
	StateNotStarted   State = "not_started"    // its start date is to come
	StateExpired      State = "expired"        // its time is over
	StateVersion      State = "version"        // not for this version of the program
	StateInvalid      State = "invalid"        // the server says so; see LicenseInfo.ValidityReason
	StateStale        State = "stale"          // freeride is over: the server must be asked
	StateClockSetBack State = "clock_set_back" // counts as no answer: the server must be asked
	StateDamaged      State = "damaged"        // the state on disk is not believed; see Status.Err
)

// Status is the judgement over the last good answer, made without a network.
type Status struct {
	State   State
	Message string // one sentence for the user

	License    *LicenseInfo  // what the last good answer said; nil: there is none
	AnsweredAt time.Time     // when the server gave it, by the server's clock
	RunsUntil  time.Time     // by this machine's clock: until when it may run without another answer; zero if not valid
	Refusal    *RefusalError // with StateRefused
	Err        error         // with StateDamaged: ErrStateEdited, ErrStateCopied or ErrStateRolledBack

	// HeartbeatDue: the heartbeat period is over, or the program has another
	// version than at the last answer, or nothing but an answer can help. After
	// RefusalNoToken, which a month without a place for this device ends with, it is
	// true once in a heartbeat period: asking more often helps nobody.
	HeartbeatDue bool

	serverNow time.Time // the moment of this judgement, by the server's clock
}

// Valid tells whether the program may run.
func (s Status) Valid() bool { return s.State == StateValid }

// clockTolerance is how far a clock may step back unremarked: what time
// synchronisation and a lost fraction of a second do.
const clockTolerance = 5 * time.Minute

const day = 24 * time.Hour

// judge decides by what is held and the machine's clock, and nothing else.
//
// Age is measured on this machine alone, since the answer was asked for, and
// expiry on the server's clock, by the age of what it said: so a clock that is
// wrong by the same amount all the time harms nobody. An age that was reached
// is never given up before the next contact.
func judge(h held, now time.Time, version string) Status {
	s := Status{HeartbeatDue: true}
	if h.damage != nil {
		s.State, s.Err = StateDamaged, h.damage
		s.Message = "The licence kept on this machine was changed or damaged; connect to the internet once, or activate it again."
		if errors.Is(h.damage, ErrStateCopied) {
			s.Message = "The licence kept on this machine belongs to another one; activate it here with its key."
		}
		return s
	}
	if h.answer == nil {
		s.State, s.HeartbeatDue = StateNotActivated, false
		s.Message = "No licence has been activated here; enter a license key."
		return s
	}
	license := h.answer.license
	s.License, s.AnsweredAt = &license, h.answer.IssuedAt
	if h.mark.Refusal != nil {
		s.State, s.Refusal = StateRefused, h.mark.Refusal
		s.Message = h.mark.Refusal.Message + " " + h.mark.Refusal.Help
		if s.Refusal.ID == RefusalNoToken {
			s.HeartbeatDue = refusalAge(h, now) >= heartbeatPeriod(license)
		}
		return s
	}
	if now.Add(clockTolerance).Before(time.Unix(h.mark.Seen, 0)) {
		s.State = StateClockSetBack
		s.Message = "This machine's clock was set back; correct it and connect to the internet once."
		return s
	}
	age := max(now.Sub(time.Unix(h.mark.Received, 0)), time.Duration(h.mark.Age)*time.Second, 0)
	serverNow := h.answer.IssuedAt.Add(age)
	s.serverNow = serverNow
	limit := freeride(license)

	s.State, s.Message = judgeLicense(license, serverNow)
	usable := age <= limit && (license.Freeride > 0 || h.fresh)
	if s.State == StateValid && !usable {
		s.State = StateStale
		s.Message = fmt.Sprintf("The licence was last confirmed %s; connect to the internet to confirm it.", dateHere(h.answer.IssuedAt))
	}
	if s.State == StateValid {
		s.RunsUntil = now.Add(min(limit-age, license.ExpirationDate.Sub(serverNow))).UTC()
	}
	s.HeartbeatDue = s.State != StateValid || age >= heartbeatPeriod(license) || h.mark.Version != version
	return s
}

// refusalAge is how long ago the server refused, by the age of its last good answer. A
// clock that went backwards makes it no younger.
func refusalAge(h held, now time.Time) time.Duration {
	age := max(now.Sub(time.Unix(h.mark.Received, 0)), time.Duration(h.mark.Age)*time.Second, 0)
	return h.answer.IssuedAt.Add(age).Sub(time.Unix(h.mark.RefusedAt, 0))
}

// dateHere is the date of an instant where the machine is: the vendor's zone is not known here.
func dateHere(t time.Time) string { return t.Local().Format(time.DateOnly) } //nolint:gosmopolitan // people read it on this machine

// momentHere is dateHere with the time of day.
func momentHere(t time.Time) string { return t.Local().Format(time.DateTime) } //nolint:gosmopolitan // as above

// judgeLicense goes by what the licence says of itself, at an instant of the server.
func judgeLicense(l LicenseInfo, at time.Time) (State, string) {
	switch {
	case !l.IsActive:
		return StateInactive, "The licence is switched off; ask the vendor."
	case l.IsExpired && l.Help != "" && l.ValidityReason != ReasonExpired:
		return StateExpired, l.Help // not for its date: only the server knows what ended it
	case l.IsExpired || l.DateValidity == 2 || !at.Before(l.ExpirationDate):
		return StateExpired, "The licence ended on " + dateHere(l.ExpirationDate.Add(-time.Millisecond)) + "; renew it with the vendor."
	case l.StartDate != nil && at.Before(*l.StartDate) || l.DateValidity == 1 && l.StartDate == nil:
		return StateNotStarted, "The licence has not started yet."
	case !l.IsSoftwareVersionValid && (l.EnforceUpgrade || !l.IsValid):
		return StateVersion, "The licence is not good for this version of the program; install one that it covers, or ask the vendor."
	case !l.IsValid && l.DateValidity != 1: // its start may have come since
		switch {
		case l.Help != "":
			return StateInvalid, l.Help
		case l.ValidityReason != "":
			return StateInvalid, "The licence is not valid: " + l.ValidityReason + "."
		}
		return StateInvalid, "The licence is not valid; ask the vendor."
	}
	message := "The licence is valid."
	if l.IsGoodwill && l.GoodwillNotice != "" {
		message += " " + l.GoodwillNotice
	}
	if l.UsedUpReason != "" && l.Help != "" {
		message += " New devices are refused: " + l.Help
	}
	return StateValid, message
}

// freeride is how old the last answer may be. With a freeride of 0 days a program
// must get an answer at each start; that one is good for a heartbeat period.
func freeride(l LicenseInfo) time.Duration {
	if l.Freeride > 0 {
		return time.Duration(min(l.Freeride, 36500)) * day
	}
	return heartbeatPeriod(l)
}

// heartbeatPeriod is at least a day: programs are not meant to call more often.
func heartbeatPeriod(l LicenseInfo) time.Duration {
	return time.Duration(min(max(l.HeartbeatPeriod, 1), 36500)) * day
}
