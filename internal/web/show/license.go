package show

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// ExpiringWithin is how near its end a licence is called expiring.
const ExpiringWithin = 30 * 24 * time.Hour

// LicenseBadge is the state of a licence: the one that matters most.
func LicenseBadge(l *licensing.License, now time.Time) web.Badge {
	policy := l.Terms().Policy
	ends := l.ExpiryOf(policy)
	switch {
	case !l.IsActive:
		return web.BadgeInactive
	case !ends.IsZero() && !now.Before(ends):
		return web.BadgeExpired
	case !l.StartsAt.IsZero() && now.Before(l.StartsAt):
		return web.BadgeNotStarted
	case !l.UsedUpSince(now).IsZero():
		return web.BadgeUsedUp
	case l.OnGoodwill(now) > 0:
		return web.BadgeGoodwill
	case !ends.IsZero() && ends.Sub(now) <= ExpiringWithin:
		return web.BadgeExpiring
	}
	return web.BadgeValid
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
