package calendar

import "time"

// Day is a date of the calendar, in no zone. The zero Day is none.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf gives the day that an instant lies in.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{y, m, d}
}

// LastDay gives the last day that lies, at least in part, before an exclusive end.
func LastDay(end time.Time, zone *time.Location) Day { return DayOf(end.Add(-time.Millisecond), zone) }

// IsLastDay reports whether a day ends at an instant.
func IsLastDay(end time.Time, zone *time.Location) bool {
	return LastDay(end, zone).Ends(zone).Equal(end)
}

// IsFirstDay reports whether a day begins at an instant.
func IsFirstDay(at time.Time, zone *time.Location) bool {
	return DayOf(at, zone).Begins(zone).Equal(at)
}

// Numbered gives the day with a number, 1970-01-01 being 0.
func Numbered(n int64) Day { return DayOf(time.Unix(n*secondsOfDay, 0), time.UTC) }

const secondsOfDay = 86_400

// Number numbers the days, 1970-01-01 being 0.
func (d Day) Number() int64 { return d.utc().Unix() / secondsOfDay }

// IsZero reports whether there is no day.
func (d Day) IsZero() bool { return d == Day{} }

// AddDays gives the day so many days later; before it where n is negative.
func (d Day) AddDays(n int) Day { return DayOf(d.utc().AddDate(0, 0, n), time.UTC) }

// AddYears gives the same day so many years later, and 28 February for a 29th where
// that year has none.
func (d Day) AddYears(n int) Day {
	later := Day{d.Year + n, d.Month, d.Day}
	if DayOf(later.utc(), time.UTC) != later {
		later.Day = 28
	}
	return later
}

// Begins gives the first instant of the day in a zone. Midnight may be missing there
// (the clocks go forward over it) or come twice (they go back over it).
func (d Day) Begins(zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	from, until := t.ZoneBounds()
	switch shown := DayOf(t, zone).Number(); {
	case shown < d.Number():
		t = until
	case shown > d.Number() || !isMidnight(t):
		t = from
	case !from.IsZero():
		_, before := from.Add(-time.Nanosecond).Zone()
		_, now := t.Zone()
		earlier := t.Add(time.Duration(now-before) * time.Second)
		if earlier.Before(from) && DayOf(earlier, zone) == DayOf(t, zone) && isMidnight(earlier) {
			t = earlier
		}
	}
	return t.UTC()
}

// Ends gives the exclusive instant at which the day ends in a zone.
func (d Day) Ends(zone *time.Location) time.Time { return d.AddDays(1).Begins(zone) }

func isMidnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

func (d Day) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// String writes the day for machines: "2027-12-31".
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// Text writes the day as screens do: "31 Dec 2027".
func (d Day) Text() string { return d.utc().Format("2 Jan 2006") }

// Short writes the day as the axes of charts do: "31 Dec".
func (d Day) Short() string { return d.utc().Format("2 Jan") }

// Long writes the day as mails do: "31 December 2027".
func (d Day) Long() string { return d.utc().Format("2 January 2006") }
