package licensing

import (
	"time"

	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// noEnd is the end of a file that has none.
var noEnd = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) //nolint:gochecknoglobals // a constant

// handOut notes that a file was handed out for an activation, which says the end
// that the licence has now, and by when it wants a refresh. It reports whether that
// changes anything.
func (a *Activation) handOut(l *License, now time.Time) bool {
	p := l.Terms().Policy
	end, refreshBy := l.ExpiryOf(p), refreshByOf(p, now)
	if end.IsZero() {
		end = noEnd
	}
	if !refreshBy.IsZero() && refreshBy.Before(end) {
		end = refreshBy
	}
	before := *a
	a.IsOffline, a.RefreshBy = true, refreshBy
	if !before.IsOffline || end.After(a.OfflineUntil) {
		a.OfflineUntil = end
	}
	return !before.IsOffline || !a.OfflineUntil.Equal(before.OfflineUntil) || !a.RefreshBy.Equal(before.RefreshBy)
}

// refreshByOf is until when a file that is made now is good; zero: as long as the licence.
func refreshByOf(p terms.Policy, now time.Time) time.Time {
	if p.OfflineDays == nil {
		return time.Time{}
	}
	return now.Add(time.Duration(*p.OfflineDays) * 24 * time.Hour).Truncate(time.Second)
}

// FileInForce reports whether the machine of an activation of this licence may
// live from a file, whatever it is told. Who has an activation file gets another
// licence file, with a newer end, by the license key alone: so the licence's end
// counts as well as what its files said, unless its newest file wants a refresh: then
// nothing goes on without one.
func (a *Activation) FileInForce(l *License, now time.Time) bool {
	return a.fileInForce(l, l.Terms().Policy, now)
}

func (a *Activation) fileInForce(l *License, p terms.Policy, now time.Time) bool {
	return a.IsOffline && (now.Before(a.OfflineUntil) || a.RefreshBy.IsZero() && !expiredAt(l.ExpiryOf(p), now))
}

// NotConfirmed reports whether an activation that ended for this reason had a file, and its
// machine has not said itself that it gave up: it may go on by the file until that ends.
func (a *Activation) NotConfirmed(reason Reason) bool {
	switch reason {
	case ByStaff, ByDashboard, ByAPI, ByInactivity, ByGoodwillEnded:
		return a.IsOffline
	case ByClient, ByOtherLicense, ByReinstall, ByOffline:
	}
	return false
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
	switch {
	case a.OfflineUntil.Equal(noEnd):
		return time.Time{}
	case !a.RefreshBy.IsZero():
		return a.OfflineUntil
	case end.IsZero():
		return time.Time{}
	}
	if a.OfflineUntil.After(end) {
		return a.OfflineUntil
	}
	return end
}

// refuseInForce refuses a call that would give up the place of a machine which
// goes on by its file: another would take the place, and both would work.
func refuseInForce(a *Activation) *refusal.Refusal {
	r := refusal.Refuse(refusal.MayNotUnassign)
	r.Message = "A licence file of this device is in force, so no call gives up its place."
	r.Help = "Ask your vendor to release the device, or wait until the file has ended."
	if until := a.FileSaid(); !a.RefreshBy.IsZero() && !until.IsZero() {
		r.Help = "Ask your vendor to release the device, or wait until the file has ended, on " + until.Format("2006-01-02 at 15:04 UTC") +
			". A deactivation file of the device frees it at once."
	}
	return r
}
