package calendartest

import (
	_ "embed"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // as the server has it

	"chancery/internal/calendar"
)

//go:embed zones.txt
var names string

// First and Last are the days that tests look at, with all between them.
func First() calendar.Day { return calendar.Day{Year: 2026, Month: time.January, Day: 1} }

// Last is the last of them.
func Last() calendar.Day { return calendar.Day{Year: 2032, Month: time.December, Day: 31} }

// Days gives the days from First to Last.
func Days() iter.Seq[calendar.Day] {
	return func(yield func(calendar.Day) bool) {
		for d, last := First(), Last().Number(); d.Number() <= last; d = d.AddDays(1) {
			if !yield(d) {
				return
			}
		}
	}
}

// Zones gives all zones of the tz database, but only one of those whose clocks are
// alike in all these years and in the one before and after them.
func Zones(t testing.TB) []*time.Location {
	t.Helper()
	return ZonesOf(t, First().AddYears(-1), Last().AddYears(2))
}

// ZonesOf gives all zones of the tz database, but only one of those whose clocks are
// alike from one day to another.
func ZonesOf(t testing.TB, from, to calendar.Day) []*time.Location {
	t.Helper()
	var zones []*time.Location
	known := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if clocks := clocksOf(zone, from, to); !known[clocks] {
			known[clocks] = true
			zones = append(zones, zone)
		}
	}
	return zones
}

// clocksOf tells apart zones whose clocks differ.
func clocksOf(zone *time.Location, from, to calendar.Day) string {
	var b strings.Builder
	at, end := from.Begins(time.UTC), to.Begins(time.UTC)
	for at.Before(end) {
		_, offset := at.In(zone).Zone()
		_, until := at.In(zone).ZoneBounds()
		fmt.Fprintf(&b, "%d to %d;", offset, until.Unix())
		if until.IsZero() {
			break
		}
		at = until
	}
	return b.String()
}
