package show

import (
	"strconv"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
)

// Ends says when licences of a policy end: "31 Dec 2027", "365 days after the first
// activation", "never".
func Ends(page *web.Page, p terms.Policy) string {
	e := licensing.Expiry{Mode: p.ExpiresMode}
	if p.ExpiresAt != nil {
		e.At = *p.ExpiresAt
	}
	if p.ExpiresDays != nil {
		e.Days = *p.ExpiresDays
	}
	text := Rule(page, e)
	if p.TrialDays > 0 {
		text += "; " + trial(p.TrialDays)
	}
	return text
}

// Rule says how an end is reckoned.
func Rule(page *web.Page, e licensing.Expiry) string {
	switch {
	case e.Mode == terms.ExpiresAt && !e.At.IsZero():
		return page.LastDay(e.At).Text
	case e.Mode == terms.ExpiresDaysActivated:
		return AfterActivation(e.Days)
	}
	return "never"
}

// AfterActivation says that something ends so many days after the first activation.
func AfterActivation(days int) string {
	return web.Count(int64(days), "day", "days") + " after the first activation"
}

// End is when a licence ends: its last day, or the rule that the first activation
// is to set going.
func End(l *licensing.License) web.Cell {
	p := l.Terms().Policy
	if end := l.ExpiryOf(p); !end.IsZero() {
		return web.Cell{LastDay: end}
	}
	if e := l.Ends(p); e.Mode == terms.ExpiresDaysActivated {
		return web.Cell{Text: AfterActivation(e.Days), Quiet: true}
	}
	c := web.Cell{Text: "Never", Quiet: true}
	if p.TrialDays > 0 {
		c.Sub = trial(p.TrialDays)
	}
	return c
}

func trial(days int) string { return "trial of " + web.Count(int64(days), "day", "days") }

// Begin is when a licence begins.
func Begin(l *licensing.License) web.Cell {
	if l.StartsAt.IsZero() {
		return web.Cell{Text: "At once", Quiet: true}
	}
	return web.Cell{FirstDay: l.StartsAt}
}

// writtenEnd is the end of a licence in a file, as imports read it: that its contract
// is consumed is no end that it was given.
func writtenEnd(l *licensing.License, zone *time.Location) string {
	p := l.Terms().Policy
	if end := l.TimeEnd(p); !end.IsZero() {
		return calendar.WriteEnd(end, zone)
	}
	if e := l.Ends(p); e.Mode == terms.ExpiresDaysActivated {
		return strconv.Itoa(e.Days) + " days"
	}
	return "never"
}
