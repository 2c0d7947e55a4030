package calendar

import "time"

// Cycle is how one period follows another: after so many months of the calendar, or
// else after so many days. Months of a cycle are counted from January, so that three
// are a quarter and twelve a year.
type Cycle struct {
	Months int // 1, 3 or 12; 0: Days
	Days   int // at least 1, without Months
	Zone   *time.Location
}

// Span is the time of one period: Begins is part of it, Ends is not.
type Span struct{ Begins, Ends time.Time }

// Holds reports whether an instant lies in the period.
func (s Span) Holds(t time.Time) bool { return !t.Before(s.Begins) && t.Before(s.Ends) }

// First gives the period around an instant, when there was none before. One of days
// begins with the day of that instant.
func (c Cycle) First(now time.Time) Span { return c.around(now, DayOf(now, c.Zone).Number()) }

// After gives the period that holds at now when the one before ended at end. What
// the zone of that one called midnight may be any hour here: the nearest boundary
// is meant, so that a changed zone makes no period of a few hours.
func (c Cycle) After(end, now time.Time) Span {
	anchor := c.nearestDay(end)
	k := c.index(end, anchor)
	if c.boundary(k+1, anchor).Sub(end) < end.Sub(c.boundary(k, anchor)) {
		k++
	}
	if next := c.boundary(k+1, anchor); now.Before(next) {
		return Span{end, next}
	}
	return c.around(now, anchor)
}

// Goes gives the period that holds at now where one of this cycle began at start, or
// near to it in another zone.
func (c Cycle) Goes(start, now time.Time) Span { return c.around(now, c.nearestDay(start)) }

// around gives the period between boundaries that now lies in; anchor is the number of
// the day from which days are counted.
func (c Cycle) around(now time.Time, anchor int64) Span {
	k := c.index(now, anchor)
	for !now.Before(c.boundary(k+1, anchor)) {
		k++
	}
	for now.Before(c.boundary(k, anchor)) {
		k--
	}
	return Span{c.boundary(k, anchor), c.boundary(k+1, anchor)}
}

// index numbers the period that an instant lies in. A day that begins twice may make it
// one off, which around corrects.
func (c Cycle) index(at time.Time, anchor int64) int64 {
	if c.Months > 0 {
		return int64(MonthOf(at, c.Zone)) / int64(c.Months)
	}
	n := DayOf(at, c.Zone).Number() - anchor
	if n < 0 {
		n -= int64(c.Days) - 1
	}
	return n / int64(c.Days)
}

// boundary gives the instant at which the period with this number begins.
func (c Cycle) boundary(k, anchor int64) time.Time {
	if c.Months > 0 {
		return Month(k * int64(c.Months)).Begins(c.Zone)
	}
	return Numbered(anchor + k*int64(c.Days)).Begins(c.Zone)
}

// nearestDay gives the number of the day whose beginning in the zone is nearest to at.
func (c Cycle) nearestDay(at time.Time) int64 {
	d := DayOf(at, c.Zone)
	if d.Ends(c.Zone).Sub(at) < at.Sub(d.Begins(c.Zone)) {
		return d.Number() + 1
	}
	return d.Number()
}
