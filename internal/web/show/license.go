package show

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// ExpiringWithin is how near its end a licence is called expiring.
const ExpiringWithin = 30 * 24 * time.Hour

// LicenseBadge is the state of a licence: the one that matters most. Its hint says why.
func LicenseBadge(l *licensing.License, now time.Time) web.Badge {
	s := licensing.StateOf(l, nil, "", now)
	badge := stateBadge(s)
	if help := s.Help(); help != "" {
		badge.Hint = help
	}
	return badge
}

// IsIn reports whether the badge is the one of a state, whatever its hint says.
func IsIn(badge, state web.Badge) bool { return badge.Word == state.Word }

func stateBadge(s licensing.State) web.Badge {
	l := s.License
	switch {
	case !l.IsActive:
		return web.BadgeInactive
	case s.IsExpired:
		return web.BadgeExpired
	case s.DateValidity == licensing.NotStarted:
		return web.BadgeNotStarted
	case s.UsedUpReason != "":
		return web.BadgeUsedUp
	case l.OnGoodwill(s.At) > 0:
		return web.BadgeGoodwill
	case !s.ExpiresAt.IsZero() && s.ExpiresAt.Sub(s.At) <= ExpiringWithin:
		return web.BadgeExpiring
	}
	return web.BadgeValid
}

// why says in a few words what the end's own column of a list does not; empty where
// there is nothing more to say. Days are those of the zone.
func why(l *licensing.License, now time.Time, zone *time.Location) string {
	s := licensing.StateOf(l, nil, "", now)
	switch {
	case s.Consumed != nil:
		return "contract of " + s.Consumed.Limitation.Name + " consumed"
	case s.Reason == licensing.ReasonTrialOver:
		return "trial over"
	case s.Reason == licensing.ReasonNotStarted:
		return "from " + calendar.DayOf(l.StartsAt, zone).Text()
	case s.Reason == "" && s.UsedUpReason != "":
		return "since " + calendar.DayOf(s.UsedUpAt, zone).Text()
	}
	return ""
}

// LicenseName is what a licence is called: its name, or its key's beginning.
func LicenseName(l *licensing.License) string {
	if l.Name != "" {
		return l.Name
	}
	return ShortKey(l.LicenseKey)
}

// ShortKey is enough of a key to tell it from others in a list.
func ShortKey(k ident.UUID) string { return k.String()[:13] + "…" }

// Activations shows how many activations of a licence are in use, or how many devices
// this month where it counts those. Floating licences take any number.
func Activations(l *licensing.License, now time.Time) web.Bar {
	used, policy := l.Held(), l.Terms().Policy
	switch {
	case l.AnyNumber():
		return web.Bar{Used: used, Unit: "clients"}
	case l.CountsMonths():
		return web.Bar{Used: l.UsedInMonth(now), Contract: policy.TokenLimit, Allowed: licensing.Allowed(policy), Unit: "devices this month"}
	}
	return web.Bar{Used: used, Contract: policy.TokenLimit, Allowed: licensing.Allowed(policy), Unit: "activations"}
}

// HowUsed is how a licence is provisioned and what it counts, in words.
func HowUsed(m terms.Mode, p terms.Policy) string {
	if p.ActivationCounting == terms.CountMonthly {
		return Mode(m) + ", by the month"
	}
	return Mode(m)
}

// Mode is how a licence is provisioned, in words.
func Mode(m terms.Mode) string {
	if m == terms.Floating {
		return "Floating"
	}
	return "Named"
}
