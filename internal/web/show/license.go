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
	case !l.UsedUpAt.IsZero():
		return web.BadgeUsedUp
	case l.GoodwillUsed > 0:
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

// Activations shows how many activations of a licence are in use. Floating
// licences take any number.
func Activations(l *licensing.License) web.Bar {
	used := l.RegularUsed + l.GoodwillUsed
	if l.AnyNumber() {
		return web.Bar{Used: used, Unit: "clients"}
	}
	policy := l.Terms().Policy
	return web.Bar{Used: used, Contract: policy.TokenLimit, Allowed: licensing.Allowed(policy), Unit: "activations"}
}

// Mode is how a licence is provisioned, in words.
func Mode(m terms.Mode) string {
	if m == terms.Floating {
		return "Floating"
	}
	return "Named"
}
