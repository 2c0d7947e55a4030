package licensing

import (
	"time"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// noEnd is the end of a file that has none.
var noEnd = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) //nolint:gochecknoglobals // a constant

// handOut notes that a file was handed out for an activation, which says the end
// that the licence has now. It reports whether that changes anything.
func (a *Activation) handOut(l *License) bool {
	end := l.ExpiryOf(l.Terms().Policy)
	if end.IsZero() {
		end = noEnd
	}
	if a.IsOffline && !end.After(a.OfflineUntil) {
		return false
	}
	a.IsOffline, a.OfflineUntil = true, end
	return true
}

// FileInForce reports whether the machine of an activation of this licence may
// live from a file, whatever it is told. Who has an activation file gets another
// licence file, with a newer end, by the license key alone: so the licence's end
// counts as well as what its files said.
func (a *Activation) FileInForce(l *License, now time.Time) bool {
	return a.fileInForce(l, l.Terms().Policy, now)
}

func (a *Activation) fileInForce(l *License, p terms.Policy, now time.Time) bool {
	return a.IsOffline && (now.Before(a.OfflineUntil) || !expiredAt(l.ExpiryOf(p), now))
}

// FileSaid gives the latest end that a file of an activation said; zero for none.
func (a *Activation) FileSaid() time.Time {
	if a.OfflineUntil.Equal(noEnd) {
		return time.Time{}
	}
	return a.OfflineUntil
}

// FileEnds gives the latest end that a file of an activation of this licence may
// say; zero for none.
func (a *Activation) FileEnds(l *License) time.Time {
	end := l.ExpiryOf(l.Terms().Policy)
	if end.IsZero() || a.OfflineUntil.Equal(noEnd) {
		return time.Time{}
	}
	if a.OfflineUntil.After(end) {
		return a.OfflineUntil
	}
	return end
}

// refuseInForce refuses a call that would give up the place of a machine which
// goes on by its file: another would take the place, and both would work.
func refuseInForce() *refusal.Refusal {
	r := refusal.Refuse(refusal.MayNotUnassign)
	r.Message = "A licence file of this device is in force, so no call gives up its place."
	r.Help = "Ask your vendor to release the device, or wait until the file has ended."
	return r
}
