package calendar_test

import (
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/calendar/calendartest"
)

func day(t testing.TB, text string) calendar.Day {
	t.Helper()
	d, wrong := calendar.ParseDay(text)
	if wrong != "" {
		t.Fatalf("%q %s", text, wrong)
	}
	return d
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// In every zone a day ends when the next one begins, which is the first instant at
// which the clocks there show that day; and each is written and read as itself.
func TestDaysOfEveryZone(t *testing.T) {
	t.Parallel()
	zones := calendartest.Zones(t)
	if len(zones) < 50 {
		t.Fatalf("there are %d zones of different clocks only", len(zones))
	}
	for _, zone := range zones {
		t.Run(zone.String(), func(t *testing.T) {
			t.Parallel()
			begins := calendartest.First().Begins(zone)
			for d := range calendartest.Days() {
				ends := d.Ends(zone)
				if calendar.DayOf(ends, zone) != d.AddDays(1) || calendar.DayOf(ends.Add(-time.Nanosecond), zone) == d.AddDays(1) {
					t.Fatalf("%v ends %v, which is not the first instant of the next day", d, ends.In(zone))
				}
				if length := ends.Sub(begins); length < 22*time.Hour || length > 26*time.Hour || !d.Begins(zone).Equal(begins) {
					t.Fatalf("%v begins %v, after the day before has ended %v, and ends %v", d, d.Begins(zone), begins, ends)
				}
				if calendar.LastDay(ends, zone) != d || !calendar.IsLastDay(ends, zone) || !calendar.IsFirstDay(begins, zone) {
					t.Fatalf("the last day before %v is %v, not %v", ends, calendar.LastDay(ends, zone), d)
				}
				if end, beginning := calendar.WriteEnd(ends, zone), calendar.WriteBeginning(begins, zone); end != d.String() || beginning != d.String() {
					t.Fatalf("%v is written %q as a last and %q as a first day", d, end, beginning)
				}
				begins = ends
			}
		})
	}
}

// No instant before a day's beginning shows the day, and none before its end the next
// one: looked at every quarter of an hour around each change of a clock.
func TestADayBeginsWhenItIsFirstShown(t *testing.T) {
	t.Parallel()
	for _, zone := range calendartest.Zones(t) {
		last := calendartest.Last().Ends(zone)
		for at := calendartest.First().Begins(zone); at.Before(last); {
			_, change := at.In(zone).ZoneBounds()
			if change.IsZero() || change.After(last) {
				break
			}
			for near := change.Add(-26 * time.Hour); near.Before(change.Add(26 * time.Hour)); near = near.Add(15 * time.Minute) {
				d := calendar.DayOf(near, zone)
				if d.Begins(zone).After(near) {
					t.Errorf("%s: at %v it is %v already, which begins at %v", zone, near.In(zone), d, d.Begins(zone).In(zone))
				}
			}
			at = change
		}
	}
}

// Where midnight does not exist or comes twice.
func TestMidnightsThatAreOdd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, ends string }{
		{"America/Santiago", "2027-09-04", "2027-09-05T04:00:00Z"}, // the clocks go from 24:00 to 1:00
		{"America/Santiago", "2027-04-03", "2027-04-04T04:00:00Z"}, // and from 24:00 to 23:00
		{"America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"},   // from 1:00 back to 0:00
		{"America/Havana", "2026-03-07", "2026-03-08T05:00:00Z"},
		{"Atlantic/Azores", "2026-10-24", "2026-10-25T00:00:00Z"},
		{"Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z"},
		{"Asia/Beirut", "2026-03-28", "2026-03-28T22:00:00Z"},
		{"America/St_Johns", "2006-10-28", "2006-10-29T02:30:00Z"}, // from 0:01 back to 23:01
		{"Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"},     // the 30th was left out
		{"America/Los_Angeles", "2026-12-31", "2027-01-01T08:00:00Z"},
		{"UTC", "2028-02-28", "2028-02-29T00:00:00Z"},
	} {
		ends, z := day(t, c.day).Ends(zone(t, c.zone)), zone(t, c.zone)
		if got := ends.Format(time.RFC3339); got != c.ends {
			t.Errorf("%s in %s ends %s, want %s", c.day, c.zone, got, c.ends)
		}
		if got := calendar.WriteEnd(ends, z); got != c.day {
			t.Errorf("%s in %s is written %s", c.day, c.zone, got)
		}
	}
}

func TestAddYears(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"2027-03-26": "2028-03-26", "2028-02-29": "2029-02-28", "2027-02-28": "2028-02-28", "2027-12-31": "2028-12-31",
	} {
		if got := day(t, from).AddYears(1).String(); got != want {
			t.Errorf("a year after %s comes %s, want %s", from, got, want)
		}
	}
	if got := day(t, "2024-02-29").AddYears(4).String(); got != "2028-02-29" {
		t.Errorf("four years after a 29 February comes %s", got)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for d := range calendartest.Days() {
		if calendar.Numbered(d.Number()) != d {
			t.Fatalf("%v has the number of %v", d, calendar.Numbered(d.Number()))
		}
	}
	if n := day(t, "1970-01-01").Number(); n != 0 {
		t.Errorf("the first day has the number %d", n)
	}
	if n := (calendar.Day{Year: 1969, Month: time.December, Day: 31}).Number(); n != -1 {
		t.Errorf("the day before has the number %d", n)
	}
}

func TestHowDaysAreWritten(t *testing.T) {
	t.Parallel()
	d := day(t, "2027-01-05")
	for got, want := range map[string]string{d.String(): "2027-01-05", d.Text(): "5 Jan 2027", d.Long(): "5 January 2027", d.Short(): "5 Jan"} {
		if got != want {
			t.Errorf("written %q, want %q", got, want)
		}
	}
}

// Days keep their dates from any zone to any other, and back; what is no day stays.
func TestMove(t *testing.T) {
	t.Parallel()
	zones := calendartest.Zones(t)
	for i, from := range zones {
		m := calendar.Move{From: from, To: zones[(i*7+3)%len(zones)]}
		back := calendar.Move{From: m.To, To: m.From}
		for d := range calendartest.Days() {
			end, beginning := m.End(d.Ends(from)), m.Beginning(d.Begins(from))
			if !end.Equal(d.Ends(m.To)) || !beginning.Equal(d.Begins(m.To)) {
				t.Fatalf("%v moved from %s to %s begins %v and ends %v", d, m.From, m.To, beginning, end)
			}
			if !back.End(end).Equal(d.Ends(from)) || !back.Beginning(beginning).Equal(d.Begins(from)) {
				t.Fatalf("%v does not come back from %s to %s", d, m.To, m.From)
			}
			noon := d.Begins(from).Add(11 * time.Hour)
			if !m.End(noon).Equal(noon) || !m.Beginning(noon).Equal(noon) || *m.EndOrNil(&noon) != noon {
				t.Fatalf("an instant within %v was moved from %s", d, m.From)
			}
		}
		if !m.End(time.Time{}).IsZero() || !m.Beginning(time.Time{}).IsZero() || m.EndOrNil(nil) != nil {
			t.Fatal("what is not there was moved")
		}
	}
}
