package licenses

import (
	"strconv"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/terms"
	"chancery/internal/web"
	"chancery/internal/web/show"
)

// brought are the columns that a list has for its file: with them, an import makes the
// same licences of it.
func brought(q *web.Request) []web.Column[*licensing.License] {
	zone := q.VendorZone()
	column := func(name, label string, text func(l *licensing.License) string) web.Column[*licensing.License] {
		return web.Column[*licensing.License]{Name: name, Label: label, Extra: true, Cell: func(l *licensing.License) web.Cell { return web.Cell{Text: text(l)} }}
	}
	return []web.Column[*licensing.License]{
		column("name", "Licence name", func(l *licensing.License) string { return l.Name }),
		column("starts", "Starts", func(l *licensing.License) string {
			if l.StartsAt.IsZero() {
				return ""
			}
			return l.StartsAt.In(zone).Format(time.DateOnly)
		}),
		column("tokens", "Tokens", func(l *licensing.License) string {
			return own(l, func(o *terms.Overrides) *int64 { return o.TokenLimit })
		}),
		column("sessions", "Sessions", func(l *licensing.License) string {
			return own(l, func(o *terms.Overrides) *int64 { return o.FloatingTokenLimit })
		}),
		column("temporary", "Temporary", func(l *licensing.License) string { return yes(l.IsTemporary) }),
		column("active", "Active", func(l *licensing.License) string { return yes(l.IsActive) }),
	}
}

// own is a number that the licence has in place of the edition's.
func own(l *licensing.License, of func(o *terms.Overrides) *int64) string {
	if l.Overrides == nil || of(l.Overrides) == nil {
		return ""
	}
	return strconv.FormatInt(*of(l.Overrides), 10)
}

// endCell is the last day of a licence, or the rule by which it will get one.
func endCell(l *licensing.License, zone *time.Location) string {
	policy := l.Terms().Policy
	if end := l.ExpiryOf(policy); !end.IsZero() {
		return show.LastMoment(end).In(zone).Format(time.DateOnly)
	}
	if rule := l.Ends(policy); rule.Mode == terms.ExpiresDaysActivated {
		return strconv.Itoa(rule.Days) + " days"
	}
	return "never"
}
