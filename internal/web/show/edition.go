package show

import (
	"fmt"
	"strings"

	"chancery/internal/entry"
	"chancery/internal/language"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// ClientType says who holds a token, in a word.
func ClientType(c terms.ClientType) string {
	if c == terms.Users {
		return "Users"
	}
	return "Devices"
}

// LicenseType is the commercial kind of a licence, in words, for Language.Word.
func LicenseType(l terms.LicenseType) string {
	switch l {
	case terms.TimeLimited:
		return language.Mark("Time-limited")
	case terms.Subscription:
		return language.Mark("Subscription")
	case terms.Consumption:
		return language.Mark("Consumption")
	case terms.Perpetual:
	}
	return language.Mark("Perpetual")
}

// Reset says when a limitation's consumption starts anew, in words.
func Reset(r terms.Reset, days int) string {
	switch r {
	case terms.ResetNever:
		return "Consumed once, for life"
	case terms.ResetDays:
		return "Consumed, anew every " + web.Count(int64(days), "day", "days")
	case terms.ResetMonth:
		return "Consumed, anew each month"
	case terms.ResetQuarter:
		return "Consumed, anew each quarter"
	case terms.ResetYear:
		return "Consumed, anew each year"
	case terms.ResetNone:
	}
	return "A fixed number"
}

// Quantity writes a limit in millionths; nil is unlimited.
func Quantity(millionths *int64) string {
	if millionths == nil {
		return "Unlimited"
	}
	text := string(terms.AppendQuantity(nil, *millionths))
	_, rest, dotted := strings.Cut(text, ".")
	grouped := web.Number(*millionths / terms.Unit)
	if dotted {
		return grouped + "." + rest
	}
	return grouped
}

// Summary says in sentences what a licence with these terms may do.
func Summary(page *web.Page, mode terms.Mode, clients terms.ClientType, p terms.Policy) []string {
	said := []string{howMany(mode, clients, p)}
	if s := spare(mode, p); s != "" {
		said = append(said, s)
	}
	if p.ActivationOnCreation != terms.ActivateNone {
		said = append(said, "With each licence a client is activated whose id is "+activated(p.ActivationOnCreation)+".")
	}
	said = append(said, heartbeats(p), howLong(page, p))
	if s := versions(p); s != "" {
		said = append(said, s)
	}
	if p.StrictHeartbeats {
		said = append(said, "A heartbeat of a software version that is not allowed is refused.")
	}
	if mode == terms.Named && !p.ClientMayUnassign {
		said = append(said, "A client can't give its activation up by itself: only you can release it.")
	}
	said = append(said, releases(p)...)
	if p.OfflineAllowed {
		s := "A device without a network can be activated and renewed by a file"
		if p.OfflineDays != nil {
			s += ", and needs a new one every " + days(*p.OfflineDays)
		}
		if p.XMLFilesAllowed {
			s += "; SLASCONE’s XML files work, too"
		}
		said = append(said, s+".")
	}
	return said
}

// OfflineForever warns of files that are good as long as the licence; ok is false where
// there are none.
func OfflineForever(p terms.Policy) (n web.Notice, ok bool) {
	return web.Notice{
		Tone: web.Bad, Title: "Its files are good as long as the licence.",
		Text: "A device whose disk and clock are put back to before runs on by an old file, and so does one that has been given up or copied; nothing " +
			"here can end that. Set for how many days a file is good: then such a device stops when that time is over.",
	}, p.OfflineAllowed && p.OfflineDays == nil
}

// releases says how many devices the owner and its clients may release.
func releases(p terms.Policy) (said []string) {
	all, share := p.DeactivationAllowance, p.DashboardDeactivationAllowance
	switch {
	case all != nil && share != nil:
		said = append(said, "Its owner and clients release up to "+web.Count(*all, "device", "devices")+" in its life, at most "+
			web.Number(*share)+" of them in the dashboard.")
	case all != nil:
		said = append(said, "Its owner and clients release up to "+web.Count(*all, "device", "devices")+" in its life.")
	case share != nil:
		said = append(said, "Its owner releases up to "+web.Count(*share, "device", "devices")+" in the dashboard.")
	}
	if p.APIDeactivationAllowed {
		said = append(said, "The owner's access tokens may release devices, too.")
	}
	return said
}

// Activation says which client is activated together with a licence.
func Activation(a terms.ActivationOnCreation) string {
	if a == terms.ActivateNone {
		return "None: clients activate themselves"
	}
	return "Client id: " + activated(a)
}

func activated(a terms.ActivationOnCreation) string {
	switch a {
	case terms.ActivateTokenKey:
		return "its token key"
	case terms.ActivateCustomerNumber:
		return "the customer's number"
	case terms.ActivateCustomerEmail:
		return "the customer's e-mail address"
	case terms.ActivateNone:
	}
	return string(a)
}

func howMany(mode terms.Mode, clients terms.ClientType, p terms.Policy) string {
	one, many := "device", "devices"
	if clients == terms.Users {
		one, many = "user", "users"
	}
	if mode == terms.Named {
		if p.ActivationCounting == terms.CountMonthly {
			return "In each calendar month up to " + web.Count(p.TokenLimit, one, many) + " may use it; any number may be activated."
		}
		if p.TokenLimit == 0 {
			return "By contract it activates no " + one + " at all."
		}
		return "It activates up to " + web.Count(p.TokenLimit, one, many) + "."
	}
	s := fmt.Sprintf("Any number of %s, with up to %s open at once", many, web.Count(p.FloatingTokenLimit, "session", "sessions"))
	if p.MaxSessionsPerClient > 0 {
		s += ", at most " + web.Number(p.MaxSessionsPerClient) + " for each " + one
	}
	s += "; a session that is not renewed within " + Minutes(p.SessionPeriodMinutes) + " is over."
	if !p.EnforceFloatingLimit {
		s += " More are let in and recorded as overuse."
	}
	if p.CheckoutPeriodMinutes > 0 {
		s += " A session can be taken along for up to " + Minutes(p.CheckoutPeriodMinutes) + "."
	}
	return s
}

// spare tells of what there is above the contract.
func spare(mode terms.Mode, p terms.Policy) string {
	if mode != terms.Named {
		return ""
	}
	var parts []string
	if p.ActivationBuffer > 0 {
		parts = append(parts, web.Number(p.ActivationBuffer)+" more without a word to anybody")
	}
	if p.GoodwillTokenLimit > 0 {
		s := "then " + web.Number(p.GoodwillTokenLimit) + " on goodwill, which you see in the yellow zone"
		if p.GoodwillDays != nil {
			s += " and which end after " + web.Count(int64(*p.GoodwillDays), "day", "days")
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return "Nothing is allowed above that."
	}
	return "Above that: " + strings.Join(parts, ", ") + "."
}

func heartbeats(p terms.Policy) string {
	s := "A client calls every " + days(p.HeartbeatPeriodDays)
	if p.FreerideDays == 0 {
		return s + " and may not run without an answer."
	}
	return s + " and may run for " + web.Count(int64(p.FreerideDays), "day", "days") + " without an answer."
}

func howLong(page *web.Page, p terms.Policy) string {
	var s string
	switch {
	case p.ExpiresMode == terms.ExpiresAt && p.ExpiresAt != nil:
		s = "It holds " + page.Until(*p.ExpiresAt)
	case p.ExpiresMode == terms.ExpiresDaysActivated && p.ExpiresDays != nil:
		s = "It ends " + web.Count(int64(*p.ExpiresDays), "day", "days") + " after its first activation"
	default:
		s = "It never ends"
	}
	if p.TrialDays > 0 {
		s += "; as a trial it is over " + web.Count(int64(p.TrialDays), "day", "days") + " after its first activation"
	}
	return s + "."
}

func versions(p terms.Policy) string {
	var s string
	switch {
	case p.MinimumRelease != "" && p.ReleaseLimit != "":
		s = "It runs releases " + p.MinimumRelease + " to " + p.ReleaseLimit + "."
	case p.ReleaseLimit != "":
		s = "It runs releases up to " + p.ReleaseLimit + "."
	case p.MinimumRelease != "":
		s = "It runs releases from " + p.MinimumRelease + "."
	}
	s += unreadable(p.MinimumRelease) + unreadable(p.ReleaseLimit)
	if p.EnforceUpgrade {
		s = strings.TrimSpace(s + " Clients are told to upgrade.")
	}
	return s
}

// Minutes writes a span in the largest unit that is exact.
func Minutes(n int) string {
	switch {
	case n > 0 && n%1440 == 0:
		return web.Count(int64(n/1440), "day", "days")
	case n > 0 && n%60 == 0:
		return web.Count(int64(n/60), "hour", "hours")
	}
	return web.Count(int64(n), "minute", "minutes")
}

// days is "day" or "3 days", after "every".
func days(n int) string {
	if n == 1 {
		return "day"
	}
	return web.Count(int64(n), "day", "days")
}

// unreadable says that a release that was set before can't be read.
func unreadable(release string) string {
	if _, ok := entry.ReadVersion(release); ok || release == "" {
		return ""
	}
	return " “" + release + "” can't be read as a version, and judges no client: correct it."
}
