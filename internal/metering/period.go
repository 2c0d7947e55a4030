package metering

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/terms"
)

// Rule says when a meter starts anew. Calendar periods and every-n-days periods
// begin when the day does in Zone.
type Rule struct {
	Reset terms.Reset
	Days  int // with terms.ResetDays, at least 1
	Zone  *time.Location
}

// Period is the time in which consumption counts against the limit.
type Period struct {
	StartedAt time.Time
	EndsAt    time.Time // exclusive; zero: it never ends
}

func (p Period) over(now time.Time) bool { return !p.EndsAt.IsZero() && !now.Before(p.EndsAt) }

// first gives the period in which a meter begins that is first used at now.
func (r Rule) first(now time.Time) Period {
	if !r.ends() {
		return Period{StartedAt: now}
	}
	return r.around(now, dayOf(now, r.Zone))
}

// after gives the period that holds at now when the one before ended at end. What
// the zone of that one called midnight may be any hour here: the nearest boundary
// is meant, so that a changed zone makes no period of a few hours.
func (r Rule) after(end, now time.Time) Period {
	if !r.ends() {
		return Period{StartedAt: end}
	}
	anchor := r.nearestDay(end)
	k := r.index(end, anchor)
	if r.boundary(k+1, anchor).Sub(end) < end.Sub(r.boundary(k, anchor)) {
		k++
	}
	if next := r.boundary(k+1, anchor); now.Before(next) {
		return Period{StartedAt: end, EndsAt: next}
	}
	return r.around(now, anchor)
}

// replanned gives the period that began at start as it goes on under this rule,
// when it had another one so far.
func (r Rule) replanned(start, now time.Time) Period {
	if !r.ends() {
		return Period{StartedAt: start}
	}
	return Period{StartedAt: start, EndsAt: r.around(now, r.nearestDay(start)).EndsAt}
}

func (r Rule) ends() bool { return r.Reset != terms.ResetNever && r.Reset != terms.ResetNone }

// around gives the period between boundaries that now lies in.
func (r Rule) around(now time.Time, anchor int) Period {
	k := r.index(now, anchor)
	for !now.Before(r.boundary(k+1, anchor)) {
		k++
	}
	for now.Before(r.boundary(k, anchor)) {
		k--
	}
	return Period{StartedAt: r.boundary(k, anchor), EndsAt: r.boundary(k+1, anchor)}
}

// index numbers the period that a local date lies in; anchor is the day from
// which every-n-days periods are counted. A day that begins twice may make it
// one off, which around corrects.
func (r Rule) index(at time.Time, anchor int) int {
	at = at.In(r.Zone)
	month := at.Year()*12 + int(at.Month()) - 1
	switch r.Reset {
	case terms.ResetYear:
		return at.Year()
	case terms.ResetQuarter:
		return month / 3
	case terms.ResetDays:
		n := dayOf(at, r.Zone) - anchor
		if n < 0 {
			n -= r.Days - 1
		}
		return n / r.Days
	case terms.ResetMonth, terms.ResetNever, terms.ResetNone: // the last two are never asked
	}
	return month
}

// boundary gives the instant at which the period with this number begins.
func (r Rule) boundary(k, anchor int) time.Time {
	switch r.Reset {
	case terms.ResetYear:
		return r.beginning(k, time.January, 1)
	case terms.ResetQuarter:
		return r.beginning(0, time.Month(3*k+1), 1)
	case terms.ResetDays:
		return r.beginning(1970, time.January, 1+anchor+k*r.Days)
	case terms.ResetMonth, terms.ResetNever, terms.ResetNone: // the last two are never asked
	}
	return r.beginning(0, time.Month(k+1), 1)
}

// nearestDay gives the day whose beginning in the zone is nearest to at.
func (r Rule) nearestDay(at time.Time) int {
	d := dayOf(at, r.Zone)
	begun, next := r.beginning(1970, time.January, 1+d), r.beginning(1970, time.January, 2+d)
	if next.Sub(at) < at.Sub(begun) {
		return d + 1
	}
	return d
}

// beginning gives the first instant of a date. Months and days may lie outside their
// year and month, as those of time.Date.
func (r Rule) beginning(year int, m time.Month, day int) time.Time {
	return calendar.DayOf(time.Date(year, m, day, 0, 0, 0, 0, time.UTC), time.UTC).Begins(r.Zone)
}

// dayOf numbers the day that an instant lies in.
func dayOf(t time.Time, zone *time.Location) int { return int(calendar.DayOf(t, zone).Number()) }
