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
	cycle, ends := r.cycle()
	if !ends {
		return Period{StartedAt: now}
	}
	return periodOf(cycle.First(now))
}

// after gives the period that holds at now when the one before ended at end.
func (r Rule) after(end, now time.Time) Period {
	cycle, ends := r.cycle()
	if !ends {
		return Period{StartedAt: end}
	}
	return periodOf(cycle.After(end, now))
}

// replanned gives the period that began at start as it goes on under this rule,
// when it had another one so far.
func (r Rule) replanned(start, now time.Time) Period {
	cycle, ends := r.cycle()
	if !ends {
		return Period{StartedAt: start}
	}
	return Period{StartedAt: start, EndsAt: cycle.Goes(start, now).Ends}
}

func periodOf(s calendar.Span) Period { return Period{StartedAt: s.Begins, EndsAt: s.Ends} }

// cycle gives how the meter's periods follow one another, and whether they end at all.
func (r Rule) cycle() (c calendar.Cycle, ends bool) {
	c.Zone = r.Zone
	switch r.Reset {
	case terms.ResetMonth:
		c.Months = 1
	case terms.ResetQuarter:
		c.Months = 3
	case terms.ResetYear:
		c.Months = 12
	case terms.ResetDays:
		c.Days = r.Days
	case terms.ResetNever, terms.ResetNone:
		return c, false
	}
	return c, true
}
