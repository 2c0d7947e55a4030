package demo

import (
	"time"

	"chancery/internal/calendar"
)

// Zone is where the demo's vendor is: its licences begin and end with days there.
const Zone = "Europe/London"

func home() *time.Location {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return time.UTC // the vendor's own zone falls back to it too
	}
	return zone
}

// endOfDay is when the day of an instant ends there.
func endOfDay(t time.Time) time.Time { return calendar.DayOf(t, home()).Ends(home()) }

// startOfDay is when the day of an instant begins there.
func startOfDay(t time.Time) time.Time { return calendar.DayOf(t, home()).Begins(home()) }
