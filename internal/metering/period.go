package metering

import (
	"time"

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
	return r.around(now, dayOf(now.In(r.Zone)))
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
		n := dayOf(at) - anchor
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
		return dayStart(r.Zone, k, 1, 1)
	case terms.ResetQuarter:
		return dayStart(r.Zone, 0, 3*k+1, 1)
	case terms.ResetDays:
		return dayStart(r.Zone, 1970, 1, 1+anchor+k*r.Days)
	case terms.ResetMonth, terms.ResetNever, terms.ResetNone: // the last two are never asked
	}
	return dayStart(r.Zone, 0, k+1, 1)
}

// nearestDay gives the day whose beginning in the zone is nearest to at.
func (r Rule) nearestDay(at time.Time) int {
	d := dayOf(at.In(r.Zone))
	begun, next := dayStart(r.Zone, 1970, 1, 1+d), dayStart(r.Zone, 1970, 1, 2+d)
	if next.Sub(at) < at.Sub(begun) {
		return d + 1
	}
	return d
}

// dayOf numbers the date that t shows in its zone, 1970-01-01 being 0.
func dayOf(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// dayStart gives the first instant of a date in a zone. Midnight may be missing
// there (the clocks go forward over it) or come twice (they go back over it).
func dayStart(zone *time.Location, year, month, day int) time.Time {
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	year, m, day := date.Date()
	t := time.Date(year, m, day, 0, 0, 0, 0, zone)
	from, until := t.ZoneBounds()
	switch shown := dayOf(t); {
	case shown < dayOf(date):
		t = until
	case shown > dayOf(date) || t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0:
		t = from
	case !from.IsZero():
		_, before := from.Add(-time.Nanosecond).Zone()
		_, now := t.Zone()
		earlier := t.Add(time.Duration(now-before) * time.Second)
		if earlier.Before(from) && dayOf(earlier) == dayOf(date) && earlier.Hour() == 0 && earlier.Minute() == 0 {
			t = earlier
		}
	}
	return t.UTC()
}
