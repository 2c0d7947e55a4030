package language

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"chancery/internal/calendar"
)

// dates is how a language writes days.
type dates struct {
	Months []string `json:"months"` // "December"
	Short  []string `json:"short"`  // "Dec"

	// Of {day}, {month}, {short} and {year}.
	Day  string `json:"day"`  // on screens: "31 Dec 2027"
	Long string `json:"long"` // in sentences: "31 December 2027"
	Axis string `json:"axis"` // along charts: "31 Dec"
	Of   string `json:"of"`   // a month: "December 2027"

	Minute string `json:"minute"` // of {day} and {time}: "31 Dec 2027, 15:04"
}

func (d dates) check() error {
	if len(d.Months) != 12 || len(d.Short) != 12 {
		return errors.New("dates need twelve months, in full and short")
	}
	if d.Day == "" || d.Long == "" || d.Axis == "" || d.Of == "" || d.Minute == "" {
		return errors.New("dates lack a form")
	}
	return nil
}

func (d dates) write(form string, day calendar.Day) string {
	return strings.NewReplacer("{day}", strconv.Itoa(day.Day), "{month}", d.Months[day.Month-1], "{short}", d.Short[day.Month-1],
		"{year}", strconv.Itoa(day.Year)).Replace(form)
}

// Day writes a day as screens do: "31 Dec 2027".
func (l *Language) Day(d calendar.Day) string { return l.or().dates.write(l.or().dates.Day, d) }

// LongDay writes a day as sentences do: "31 December 2027".
func (l *Language) LongDay(d calendar.Day) string { return l.or().dates.write(l.or().dates.Long, d) }

// ShortDay writes a day as the axes of charts do: "31 Dec".
func (l *Language) ShortDay(d calendar.Day) string { return l.or().dates.write(l.or().dates.Axis, d) }

// Month writes the month of a day: "December 2027".
func (l *Language) Month(d calendar.Day) string { return l.or().dates.write(l.or().dates.Of, d) }

// Minute writes an instant to the minute: "31 Dec 2027, 15:04".
func (l *Language) Minute(t time.Time, zone *time.Location) string {
	return strings.NewReplacer("{day}", l.Day(calendar.DayOf(t, zone)), "{time}", t.In(zone).Format("15:04")).Replace(l.or().dates.Minute)
}

// Relative is how far t is from now, in words; empty beyond 30 days.
func (l *Language) Relative(t, now time.Time) string {
	d := now.Sub(t)
	past := d >= 0
	if !past {
		d = -d
	}
	switch {
	case d < time.Minute && past:
		return l.T("just now")
	case d < time.Minute:
		return l.T("in a moment")
	case d >= 30*24*time.Hour:
		return ""
	}
	minutes, hours, days := int(d/time.Minute), int(d/time.Hour), int(d/(24*time.Hour))
	switch {
	case past && hours == 0:
		return l.T("%d minutes ago", minutes)
	case past && days == 0:
		return l.T("%d hours ago", hours)
	case past:
		return l.T("%d days ago", days)
	case hours == 0:
		return l.T("in %d minutes", minutes)
	case days == 0:
		return l.T("in %d hours", hours)
	}
	return l.T("in %d days", days)
}
