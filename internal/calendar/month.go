package calendar

import "time"

// Month is a month of the calendar, in no zone: its number, that of January of the
// year 0 being 0. What asks when a month begins or ends asks here: meters, the months
// in which devices count, statements and charts.
type Month int

const monthsOfYear = 12

// MonthOfYear gives a month by its year.
func MonthOfYear(year int, m time.Month) Month { return Month(year*monthsOfYear + int(m) - 1) }

// MonthOf gives the month that an instant lies in: the one that began last in the
// zone. Where the clocks go back over the midnight in which it began, they show the
// month before once more, which is over.
func MonthOf(t time.Time, zone *time.Location) Month {
	d := DayOf(t, zone)
	m := MonthOfYear(d.Year, d.Month)
	if !t.Before(m.Ends(zone)) {
		m++
	}
	return m
}

// ParseMonth reads a month as String writes it; ok is false for anything else.
func ParseMonth(text string) (m Month, ok bool) {
	t, err := time.Parse("2006-01", text)
	return MonthOfYear(t.Year(), t.Month()), err == nil
}

// First gives the first day of the month.
func (m Month) First() Day {
	return Day{Year: int(m) / monthsOfYear, Month: time.Month(int(m)%monthsOfYear + 1), Day: 1}
}

// Last gives the last day of the month.
func (m Month) Last() Day { return (m + 1).First().AddDays(-1) }

// Begins gives the first instant of the month in a zone: the first at which clocks
// there show its first day.
func (m Month) Begins(zone *time.Location) time.Time { return m.First().Begins(zone) }

// Ends gives the exclusive instant at which the month ends in a zone, at which the next
// one begins.
func (m Month) Ends(zone *time.Location) time.Time { return (m + 1).Begins(zone) }

// String writes the month for machines: "2027-12".
func (m Month) String() string { return m.First().utc().Format("2006-01") }

// Text writes the month as screens do: "December 2027".
func (m Month) Text() string { return m.First().utc().Format("January 2006") }

// Short writes the month as the axes of charts do: "Dec 2027".
func (m Month) Short() string { return m.First().utc().Format("Jan 2006") }
