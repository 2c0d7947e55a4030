package licensing

import (
	"time"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// heartbeatCase is all that decides a heartbeat of a client that holds an activation.
type heartbeatCase struct {
	now        time.Time
	license    *License
	policy     terms.Policy
	activation *Activation
	client     Client // what the heartbeat says
	tokenKey   bool   // a token_key was sent
	tokenMine  bool   // and it is this activation's
	proven     bool   // the call answers to the activation's key
	counter    int64  // of the call's signature; 0 for none
}

// heartbeatDecision: refuse, or answer and record.
type heartbeatDecision struct {
	refusal *refusal.Refusal
	release bool // the goodwill has ended: release, then refuse
	history bool // something changed, or it is the first one of the day
	place   bool // it needs a place of a new month first
}

// decideHeartbeat applies docs/rules/provisioning.md, rules 4, 6, 7, 8 and 16.
func decideHeartbeat(c heartbeatCase) heartbeatDecision {
	a := c.activation
	switch {
	case !c.proven:
		return heartbeatDecision{refusal: refusal.Refuse(refusal.ClientAssigned)}
	case stale(c.counter, max(a.Pulse.Counter, a.KeyCounter)) != nil:
		return heartbeatDecision{refusal: stale(c.counter, max(a.Pulse.Counter, a.KeyCounter))}
	case goodwillEnded(a, c.now):
		return heartbeatDecision{refusal: refusal.GoodwillOver(), release: true}
	case a.Device.SuspendedAt(c.now):
		return heartbeatDecision{refusal: refusal.Refuse(refusal.Suspended)}
	case c.tokenKey && !c.tokenMine:
		return heartbeatDecision{refusal: refusal.Refuse(refusal.OtherToken)}
	case c.policy.StrictHeartbeats && !c.policy.AllowsRelease(c.client.SoftwareVersion):
		return heartbeatDecision{refusal: refusal.Refuse(refusal.VersionNotAllowed)}
	}
	// A device is used in a month by a heartbeat that says that it may run.
	place := c.license.CountsMonths() && !a.CountsAt(c.now) && StateOf(c.license, a, c.client.SoftwareVersion, c.now).IsValid
	return heartbeatDecision{place: place, history: a.Pulse.DayCount == 0 || a.Pulse.LastSeenDay != DayOf(c.now) || a.Said != c.client.Fingerprint()}
}

func goodwillEnded(a *Activation, now time.Time) bool {
	return a.IsGoodwill() && expiredAt(a.GoodwillUntil, now)
}

// differs reports whether a heartbeat says anything new. What it leaves out stays as it was.
func differs(old, said Client) bool {
	return changed(old.SoftwareVersion, said.SoftwareVersion) || changed(old.OperatingSystem, said.OperatingSystem) ||
		changed(old.Hostname, said.Hostname) || changed(old.Platform, said.Platform) ||
		old.elsewhere(said) || variablesDiffer(old.Variables, said.Variables)
}

func changed(old, said string) bool { return said != "" && said != old }

func variablesDiffer(old, said map[string]string) bool {
	for name, value := range said {
		if was, ok := old[name]; !ok || was != value {
			return true
		}
	}
	return false
}

// merged gives the client as it is after a heartbeat, and the variables that it
// does not keep.
func merged(old, said Client) (now Client, dropped []string) {
	keep := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	keep(&old.SoftwareVersion, said.SoftwareVersion)
	keep(&old.OperatingSystem, said.OperatingSystem)
	keep(&old.Hostname, said.Hostname)
	keep(&old.Platform, said.Platform)
	old.movedTo(said)
	if len(said.Variables) > 0 || len(old.Variables) > MaxVariables {
		old.Variables, dropped = withinBounds(said.Variables, old.Variables)
	}
	return old, dropped
}
