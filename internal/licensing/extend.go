package licensing

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/terms"
)

// NextYear is the last day that an extension proposes: a year after the present one,
// or after today where that is over or there is none. An end that the first activation
// is to set going counts as if that were now.
func NextYear(l *License, now time.Time, zone *time.Location) calendar.Day {
	from := calendar.DayOf(now, zone)
	if end := endsBy(l, now); end.After(now) {
		from = calendar.LastDay(end, zone)
	}
	return from.AddYears(1)
}

// Extend is the change that gives a licence another last day, which takes the place of
// how its end was reckoned: a trial becomes a full licence. An end that is no later
// than the present one is Invalid.
func Extend(l *License, until, now time.Time) (Change, error) {
	switch end := endsBy(l, now); {
	case !until.After(now):
		return Change{}, fault.Wrong(fault.Field{Name: "expires_at", Message: "must be today or a day to come; to end the licence, use End it now"})
	case !end.IsZero() && !until.After(end):
		return Change{}, fault.Wrong(fault.Field{Name: "expires_at", Message: "must be later than the present end; to set an earlier one, use Change"})
	}
	c := Change{Expiry: &Expiry{Mode: terms.ExpiresAt, At: until}}
	if l.Terms().Policy.TrialDays > 0 {
		full := 0
		c.Overrides = func(o terms.Overrides) terms.Overrides { o.TrialDays = &full; return o }
	}
	return c, nil
}

func endsBy(l *License, now time.Time) time.Time { return StateOf(l, nil, "", now).EndsBy() }
