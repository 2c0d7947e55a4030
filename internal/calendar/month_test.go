package calendar_test

import (
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/calendar/calendartest"
)

// In every zone, from 2020 to 2035, a month begins at the first instant at which the
// clocks there show its first day, and ends when the next one begins.
func TestMonthsOfEveryZone(t *testing.T) {
	t.Parallel()
	first, last := calendar.MonthOfYear(2020, time.January), calendar.MonthOfYear(2035, time.December)
	zones := calendartest.ZonesOf(t, first.First().AddDays(-2), last.Last().AddDays(2))
	if len(zones) < 80 {
		t.Fatalf("there are %d zones of different clocks only", len(zones))
	}
	for _, zone := range zones {
		t.Run(zone.String(), func(t *testing.T) {
			t.Parallel()
			for m := first; m <= last; m++ {
				begins, ends := m.Begins(zone), m.Ends(zone)
				if shown := firstShown(m, zone); !begins.Equal(shown) {
					t.Fatalf("%v begins %v, and the clocks first show it at %v", m, begins.In(zone), shown.In(zone))
				}
				if !ends.Equal((m + 1).Begins(zone)) {
					t.Fatalf("%v ends %v, and the next one begins %v", m, ends, (m + 1).Begins(zone))
				}
				for at, want := range map[time.Time]calendar.Month{
					begins.Add(-time.Nanosecond): m - 1, begins: m, begins.Add(90 * time.Minute): m, ends.Add(-time.Nanosecond): m, ends: m + 1,
				} {
					if got := calendar.MonthOf(at, zone); got != want {
						t.Fatalf("%v lies in %v, want %v", at.In(zone), got, want)
					}
				}
			}
		})
	}
}

// firstShown looks through the hours around a month's beginning for the first second at
// which a clock shows the month, or a later one.
func firstShown(m calendar.Month, zone *time.Location) time.Time {
	shows := func(at time.Time) bool {
		y, month, _ := at.In(zone).Date()
		return calendar.MonthOfYear(y, month) >= m
	}
	year, month := m.First().Year, m.First().Month
	at := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Add(-26 * time.Hour)
	const step = 15 * time.Minute // no clock is changed for less
	for !shows(at) {
		at = at.Add(step)
	}
	for at = at.Add(-step); !shows(at); {
		at = at.Add(time.Second)
	}
	return at
}

// Months whose beginning is odd.
func TestBeginningsOfMonthsThatAreOdd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, month, begins string
		days                float64
	}{
		{"America/Havana", "2026-11", "2026-11-01T04:00:00Z", 30 + 1./24}, // the clocks go back at 1:00, so that midnight comes twice
		{"America/Havana", "2026-10", "2026-10-01T04:00:00Z", 31},         // and this one ends with the first of the two
		{"America/Asuncion", "2023-10", "2023-10-01T04:00:00Z", 31 - 1./24},
		{"America/Sao_Paulo", "1998-03", "1998-03-01T03:00:00Z", 31},        // from 24:00 back to 23:00: February has an hour more
		{"America/St_Johns", "2009-11", "2009-11-01T02:30:00Z", 30 + 1./24}, // from 0:01 back to 23:01, after it has begun
		{"Asia/Amman", "2022-04", "2022-03-31T21:00:00Z", 30},
		{"Asia/Gaza", "2020-10", "2020-09-30T21:00:00Z", 31 + 1./24},
		{"Australia/Lord_Howe", "2024-04", "2024-03-31T13:00:00Z", 30 + 1./48}, // half an hour
		{"Australia/Lord_Howe", "2028-10", "2028-09-30T13:30:00Z", 31 - 1./48}, // on the first
		{"Asia/Kathmandu", "2026-11", "2026-10-31T18:15:00Z", 30},
		{"America/St_Johns", "2026-11", "2026-11-01T02:30:00Z", 30 + 1./24},
		{"Europe/Berlin", "2026-03", "2026-02-28T23:00:00Z", 31 - 1./24}, // lacks an hour
		{"Europe/Berlin", "2028-02", "2028-01-31T23:00:00Z", 29},
		{"Asia/Pyongyang", "2018-05", "2018-04-30T15:30:00Z", 31 - 1./48},
		{"Pacific/Apia", "2012-01", "2011-12-31T10:00:00Z", 31},
		{"UTC", "2027-01", "2027-01-01T00:00:00Z", 31},
	} {
		at, err := time.Parse("2006-01", c.month)
		if err != nil {
			t.Fatal(err)
		}
		m, z := calendar.MonthOfYear(at.Year(), at.Month()), zone(t, c.zone)
		begins := m.Begins(z)
		if got := begins.Format(time.RFC3339); got != c.begins || !begins.Equal(firstShown(m, z)) {
			t.Errorf("%s in %s begins %s, want %s", c.month, c.zone, got, c.begins)
		}
		if got := m.Ends(z).Sub(begins).Hours() / 24; got != c.days {
			t.Errorf("%s in %s has %v days, want %v", c.month, c.zone, got, c.days)
		}
	}
}

// A device in Havana that calls in the night in which 00:30 comes twice.
func TestMonthOfAnInstant(t *testing.T) {
	t.Parallel()
	havana := zone(t, "America/Havana")
	for text, want := range map[string]string{
		"2026-11-01T03:59:59Z": "2026-10", "2026-11-01T04:00:00Z": "2026-11", "2026-11-01T04:30:00Z": "2026-11",
		"2026-11-01T05:30:00Z": "2026-11", "2026-12-01T04:59:59Z": "2026-11", "2026-12-01T05:00:00Z": "2026-12",
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.MonthOf(at, havana).String(); got != want {
			t.Errorf("%s lies in %s, want %s", text, got, want)
		}
	}
	// In St John's the clocks once went back at one minute past midnight: what they showed
	// until the second one belongs to the month that had begun.
	if got := calendar.MonthOf(time.Date(2009, time.November, 1, 2, 45, 0, 0, time.UTC), zone(t, "America/St_Johns")).String(); got != "2009-11" {
		t.Errorf("the hour before the second midnight lies in %s", got)
	}
}

func TestHowMonthsAreWritten(t *testing.T) {
	t.Parallel()
	m := calendar.MonthOfYear(2027, time.December)
	for got, want := range map[string]string{
		m.String(): "2027-12", m.Text(): "December 2027", m.Short(): "Dec 2027", (m + 1).String(): "2028-01",
		m.First().String(): "2027-12-01", m.Last().String(): "2027-12-31", calendar.MonthOfYear(2028, time.February).Last().String(): "2028-02-29",
	} {
		if got != want {
			t.Errorf("written %q, want %q", got, want)
		}
	}
	if got, ok := calendar.ParseMonth(m.String()); !ok || got != m {
		t.Errorf("read %v, %t", got, ok)
	}
	for _, text := range []string{"", "2027", "2027-13", "2027-12-01", "27-12", "December 2027"} {
		if got, ok := calendar.ParseMonth(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// The next month begins where the one before has ended, whatever became of the zone.
func TestMonthsAfterAChangedZone(t *testing.T) {
	t.Parallel()
	end := zone(t, "Europe/Berlin")
	october := calendar.MonthOfYear(2026, time.October).Ends(end)
	for name, ends := range map[string]string{
		"Europe/Berlin": "2026-11-30T23:00:00Z", "America/New_York": "2026-12-01T05:00:00Z", "Pacific/Kiritimati": "2026-11-30T10:00:00Z",
		"America/Havana": "2026-12-01T05:00:00Z",
	} {
		c := calendar.Cycle{Months: 1, Zone: zone(t, name)}
		got := c.After(october, october.Add(time.Hour))
		if !got.Begins.Equal(october) || got.Ends.Format(time.RFC3339) != ends {
			t.Errorf("%s: after October comes %v to %v, want an end at %s", name, got.Begins, got.Ends, ends)
		}
		if !got.Holds(got.Begins) || got.Holds(got.Ends) {
			t.Errorf("%s: %v does not hold its beginning, or holds its end", name, got)
		}
	}
}
