package calendar

import (
	"strconv"
	"strings"
	"time"
)

// The years that are read. Ends of them and what is reckoned from those can be written
// everywhere: RFC 3339 knows no year above 9999.
const (
	firstYear = 1970
	lastYear  = 9998
)

// Given is a beginning or an end as somebody gives it: a day, or an instant.
type Given struct {
	day Day
	at  time.Time // where day is zero
}

// What is said of a text that is not read, after the name of its field.
const (
	MustBeDay   = "must be a date written year-month-day, such as 2027-12-31"
	MustBeGiven = MustBeDay + ", or an instant such as 2027-12-31T17:00:00Z"
)

// MustBeNear is what is said of years that are not read.
func MustBeNear() string {
	return "must lie between the years " + strconv.Itoa(firstYear) + " and " + strconv.Itoa(lastYear)
}

// ParseDay reads a day as String writes it. What is wrong is empty, or what to say
// after the name of its field.
func ParseDay(text string) (d Day, wrong string) {
	t, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		return Day{}, MustBeDay
	case t.Year() < firstYear || t.Year() > lastYear:
		return Day{}, MustBeNear()
	}
	return DayOf(t, time.UTC), ""
}

// ParseInstant reads an instant of RFC 3339, to the millisecond. What is wrong is
// empty, or what to say after the name of its field.
func ParseInstant(text string) (at time.Time, wrong string) {
	// The library takes an hour of one digit and a comma before the fraction.
	if err := at.UnmarshalText([]byte(text)); err != nil || text[13] != ':' || strings.Contains(text, ",") {
		return time.Time{}, "must be an instant such as 2026-03-14T09:26:53Z"
	}
	if at = at.UTC().Truncate(time.Millisecond); at.Year() < firstYear || at.Year() > lastYear {
		return time.Time{}, MustBeNear()
	}
	return at, ""
}

// Parse reads a day or an instant. What is wrong is empty, or what to say after the
// name of its field.
func Parse(text string) (g Given, wrong string) {
	if len(text) > len(time.DateOnly) {
		if g.at, wrong = ParseInstant(text); wrong != "" && wrong != MustBeNear() {
			wrong = MustBeGiven
		}
		return g, wrong
	}
	if g.day, wrong = ParseDay(text); wrong == MustBeDay {
		wrong = MustBeGiven
	}
	return g, wrong
}

// Ends gives the exclusive end that is meant: that of the day in the zone, or the
// instant.
func (g Given) Ends(zone *time.Location) time.Time {
	if g.day.IsZero() {
		return g.at
	}
	return g.day.Ends(zone)
}

// Begins gives the beginning that is meant: that of the day in the zone, or the
// instant.
func (g Given) Begins(zone *time.Location) time.Time {
	if g.day.IsZero() {
		return g.at
	}
	return g.day.Begins(zone)
}

// WriteEnd writes an exclusive end as Parse reads it: a last day where it is one in
// the zone, else an instant; empty for none.
func WriteEnd(end time.Time, zone *time.Location) string {
	switch {
	case end.IsZero():
		return ""
	case IsLastDay(end, zone):
		return LastDay(end, zone).String()
	}
	return WriteInstant(end)
}

// WriteBeginning writes a beginning as Parse reads it: a first day where it is one in
// the zone, else an instant; empty for none.
func WriteBeginning(at time.Time, zone *time.Location) string {
	switch {
	case at.IsZero():
		return ""
	case IsFirstDay(at, zone):
		return DayOf(at, zone).String()
	}
	return WriteInstant(at)
}

// WriteInstant writes an instant for machines, to the millisecond where it has some.
func WriteInstant(at time.Time) string {
	return at.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
}

// Minute writes an instant in sentences for clients, whose zone nobody knows:
// "2026-03-14 09:26 UTC".
func Minute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04") + " UTC" }
