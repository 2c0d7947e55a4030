package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"chancery/internal/calendar"
)

func TestParse(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	for _, c := range []struct{ text, ends, begins string }{
		{"2027-06-30", "2027-06-30T22:00:00Z", "2027-06-29T22:00:00Z"},
		{"2027-06-30T12:00:00+02:00", "2027-06-30T10:00:00Z", "2027-06-30T10:00:00Z"},
		{"2027-06-30T12:00:00.123456Z", "2027-06-30T12:00:00.123Z", "2027-06-30T12:00:00.123Z"},
		{"9998-12-31", "9998-12-31T23:00:00Z", "9998-12-30T23:00:00Z"},
	} {
		g, wrong := calendar.Parse(c.text)
		ends, begins := calendar.WriteInstant(g.Ends(berlin)), calendar.WriteInstant(g.Begins(berlin))
		if wrong != "" || ends != c.ends || begins != c.begins {
			t.Errorf("%s ends %s and begins %s, want %s and %s: %s", c.text, ends, begins, c.ends, c.begins, wrong)
		}
	}
	for _, text := range []string{
		"", "31.12.2027", "2027-13-01", "2027-02-29", "2027-6-30", "2027-06-30T12:00", "2027-06-30 12:00:00Z", "2027-06-30T1:00:00Z",
		"2027-06-30T12:00:00,5Z", "2027-06-30T24:00:00Z", "20270630", "never",
	} {
		if _, wrong := calendar.Parse(text); wrong != calendar.MustBeGiven {
			t.Errorf("%q: %q", text, wrong)
		}
	}
	for _, text := range []string{"9999-12-31", "1969-12-31", "0000-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"} {
		if _, wrong := calendar.Parse(text); wrong != calendar.MustBeNear() {
			t.Errorf("%q: %q", text, wrong)
		}
	}
	if _, wrong := calendar.ParseDay("2027-06-30T12:00:00Z"); wrong != calendar.MustBeDay {
		t.Errorf("an instant is read as a day: %q", wrong)
	}
}

// Whatever is read can be written and is then read as the same, in every zone.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"2027-06-30", "2027-06-30T12:00:00+02:00", "2028-02-29", "2027-09-04", "9998-12-31", "1970-01-01", "2027-06-30T12:00:00.123456789Z",
		"9998-12-31T23:59:59.999-23:59", "31.12.2027", "",
	} {
		for _, name := range []string{"UTC", "America/Santiago", "Pacific/Kiritimati", "America/Havana", "Asia/Kolkata"} {
			f.Add(text, name)
		}
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			return
		}
		g, wrong := calendar.Parse(text)
		if wrong != "" {
			return
		}
		for _, at := range []time.Time{g.Ends(zone), g.Begins(zone)} {
			if _, err := json.Marshal(at); err != nil {
				t.Fatalf("%q gives an instant that can't be written: %v", text, err)
			}
			if kept := time.UnixMilli(at.UnixMilli()); !kept.Equal(at) {
				t.Fatalf("%q gives %v, and %v is kept of it", text, at, kept)
			}
		}
		if g.Ends(zone).Before(g.Begins(zone)) {
			t.Fatalf("%q ends before it begins", text)
		}
		end, wrong := calendar.Parse(calendar.WriteEnd(g.Ends(zone), zone))
		if wrong != "" || !end.Ends(zone).Equal(g.Ends(zone)) {
			t.Fatalf("%q ends %v in %s, is written %s and read as %v: %s", text, g.Ends(zone), name, calendar.WriteEnd(g.Ends(zone), zone), end.Ends(zone), wrong)
		}
		beginning, wrong := calendar.Parse(calendar.WriteBeginning(g.Begins(zone), zone))
		if wrong != "" || !beginning.Begins(zone).Equal(g.Begins(zone)) {
			t.Fatalf("%q begins %v in %s, is written %s and read as %v: %s", text, g.Begins(zone), name,
				calendar.WriteBeginning(g.Begins(zone), zone), beginning.Begins(zone), wrong)
		}
	})
}
