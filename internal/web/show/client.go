package show

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/language"
	"chancery/internal/licensing"
	"chancery/internal/web"
)

// ClientBadge is the state of a client: the one that matters most.
func ClientBadge(s licensing.Seat, now time.Time) web.Badge {
	a := s.Activation
	switch {
	case !a.ReleasedAt.IsZero():
		return web.BadgeReleased
	case a.Device.SuspendedAt(now):
		return web.BadgeSuspended
	case s.License != nil && a.PlaceRefused(now):
		return web.BadgeNoPlace
	case a.IsGoodwill() || s.License != nil && a.GoodwillAt(s.License, now):
		return web.BadgeGoodwill
	case s.License != nil && Silent(s, now):
		return web.BadgeSilent
	case a.IsTemporary:
		return web.BadgeTemporary
	}
	return web.BadgeActive
}

// Silent reports whether a client has not called for longer than its licence's
// heartbeat period and a day.
func Silent(s licensing.Seat, now time.Time) bool {
	days := s.License.Terms().Policy.HeartbeatPeriodDays + 1
	return now.Sub(s.Activation.Pulse.LastSeenAt) > time.Duration(days)*24*time.Hour
}

// ClientName is what a device is called: by the owner's name for it, else as it says.
func ClientName(a *licensing.Activation) string { return a.Called() }

// Beside is what a device says that it is called, where ClientName is the owner's name.
func Beside(a *licensing.Activation) string {
	if a.DisplayName == "" {
		return ""
	}
	return a.SaidName()
}

// ReleaseReason says why an activation ended, for Language.Word.
func ReleaseReason(r licensing.Reason) string {
	switch r {
	case licensing.ByClient:
		return language.Mark("given up by the client")
	case licensing.ByStaff:
		return language.Mark("released by staff")
	case licensing.ByDashboard:
		return language.Mark("released by the owner in the dashboard")
	case licensing.ByAPI:
		return language.Mark("released by the owner's access token")
	case licensing.ByOffline:
		return language.Mark("given up by a file")
	case licensing.ByOtherLicense:
		return language.Mark("activated with another licence")
	case licensing.ByInactivity:
		return language.Mark("silent for too long")
	case licensing.ByReinstall:
		return language.Mark("reinstalled with a new key pair")
	case licensing.ByGoodwillEnded:
		return language.Mark("its goodwill ended")
	}
	return string(r)
}

// Place is where a client calls from; empty where nobody knows, or where the vendor
// stores no location.
func Place(q *web.Request, a *licensing.Activation) web.Cell {
	c := a.Client
	switch {
	case c.OnLocalNetwork():
		return web.Cell{Text: q.T("Local network"), Quiet: true}
	case c.City.Known():
		return web.Cell{Flag: c.Country, Text: cityName(q, c)}
	case c.Country != "":
		return web.Cell{Flag: c.Country, Text: q.Language().Country(c.Country)}
	}
	return web.Cell{}
}

// Version is a client's version of the software. One that can't be read is said to be
// so: no setting of releases judges it.
func Version(version string) web.Cell {
	c := web.Cell{Text: version}
	if _, ok := entry.ReadVersion(version); !ok && version != "" {
		c.Sub = "can't be read as a version, and is not judged"
	}
	return c
}
