package web_test

import (
	"net/url"
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/calendar/calendartest"
	"chancery/internal/web"
)

// A field that holds a day gives the instants at which it ends and begins, and pages
// show those as that day again, in every zone and wherever the viewer is.
func TestDaysOfFormsAndPages(t *testing.T) {
	t.Parallel()
	zones := calendartest.Zones(t)
	for i, zone := range zones {
		page := web.Page{Zone: zones[len(zones)-1-i], VendorZone: zone}
		values := web.NewValues(url.Values{}, zone)
		for d := range calendartest.Days() {
			values.Set("day", d.String())
			end, beginning := values.LastDay("day", time.Time{}), values.FirstDay("day", time.Time{})
			if end == nil || beginning == nil || !end.Equal(d.Ends(zone)) || !beginning.Equal(d.Begins(zone)) {
				t.Fatalf("%v in %s is read as ending %v and beginning %v", d, zone, end, beginning)
			}
			if got := page.LastDay(*end); got.Text != d.Text() || got.Machine != d.String() {
				t.Fatalf("%v in %s is shown as %+v", d, zone, got)
			}
			if got := page.FirstDay(*beginning); got.Text != d.Text() || got.Machine != d.String() {
				t.Fatalf("the beginning of %v in %s is shown as %+v", d, zone, got)
			}
			if web.LastDayValue(*end, zone) != d.String() || web.FirstDayValue(*beginning, zone) != d.String() {
				t.Fatalf("the field of %v in %s holds %s and %s", d, zone, web.LastDayValue(*end, zone), web.FirstDayValue(*beginning, zone))
			}
		}
		if err := values.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// What is no whole day is an instant, which the viewer's zone shows, and a form that
// was not changed leaves it.
func TestEndsWithinADay(t *testing.T) {
	t.Parallel()
	berlin, york := load(t, "Europe/Berlin"), load(t, "America/New_York")
	page := web.Page{Zone: york, VendorZone: berlin}
	noon := time.Date(2027, 6, 30, 10, 0, 0, 0, time.UTC)
	for got, want := range map[string]string{
		page.LastDay(noon).Text:                                      "30 Jun 2027, 06:00",
		page.FirstDay(noon).Text:                                     "30 Jun 2027, 06:00",
		page.Until(noon):                                             "until 30 Jun 2027, 06:00",
		page.Until(noon.Add(12 * time.Hour)):                         "until the end of 30 Jun 2027",
		page.LastDay(noon.Add(12 * time.Hour)).Title:                 "until 30 Jun 2027, 18:00 · 2027-06-30 22:00:00 UTC",
		page.LastDay(time.Time{}).Text:                               "—",
		page.DaysZoneName():                                          "Europe/Berlin",
		(&web.Page{Zone: york}).DaysZoneName():                       "",
		page.ZoneName():                                              "America/New York",
		web.LastDayValue(time.Time{}, berlin):                        "",
		web.FirstDayValue(time.Time{}, berlin):                       "",
		web.UTCDay(calendar.Day{Year: 2027, Month: 6, Day: 30}).Text: "30 Jun 2027",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	values := web.NewValues(url.Values{"same": {"2027-06-30"}, "other": {"2027-07-01"}, "wrong": {"30.06.2027"}}, berlin)
	if at := values.LastDay("same", noon); !at.Equal(noon) {
		t.Errorf("the end that the field showed is now %v", at)
	}
	if at := values.LastDay("other", noon); !at.Equal(time.Date(2027, 7, 1, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("another end is %v", at)
	}
	if at := values.FirstDay("same", noon); !at.Equal(noon) {
		t.Errorf("the beginning that the field showed is now %v", at)
	}
	if at := values.LastDay("none", noon); at != nil || values.Err() != nil {
		t.Errorf("an empty field gives %v, %v", at, values.Err())
	}
	if at := values.LastDay("wrong", noon); at != nil || values.Err() == nil {
		t.Errorf("a wrong field gives %v", at)
	}
}

// A chart's days are the viewer's, each once, also where the clocks change.
func TestDaysSince(t *testing.T) {
	t.Parallel()
	page := web.Page{Zone: load(t, "Europe/Berlin"), Now: time.Date(2026, 10, 26, 12, 0, 0, 0, time.UTC)}
	labels, place := page.DaysSince(time.Date(2026, 10, 23, 22, 30, 0, 0, time.UTC))
	if len(labels) != 3 || labels[0] != "24 Oct 2026" || labels[2] != "26 Oct 2026" {
		t.Errorf("the days are %q", labels)
	}
	for text, want := range map[string]int{
		"2026-10-23T21:59:00Z": -1, "2026-10-23T22:00:00Z": 0, "2026-10-25T22:59:00Z": 1, "2026-10-25T23:00:00Z": 2, "2026-10-26T23:00:00Z": -1,
	} {
		at, _ := calendar.ParseInstant(text)
		if got := place(at); got != want {
			t.Errorf("%s is at %d, want %d", text, got, want)
		}
	}
}

func load(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// A chart of what is counted by the vendor's days has as many as are asked for, whoever
// looks from where: the first one whole, today among them, over days of 23 and 25 hours.
func TestLastDaysAreTheVendors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, now, begins, first, last string }{
		"the clocks go back":      {"Europe/Berlin", "2026-10-26T12:00:00Z", "2026-10-23T22:00:00Z", "24 Oct 2026", "26 Oct 2026"},
		"the clocks go forward":   {"Europe/Berlin", "2026-03-30T12:00:00Z", "2026-03-27T23:00:00Z", "28 Mar 2026", "30 Mar 2026"},
		"a zone of half hours":    {"Asia/Kolkata", "2026-03-30T18:29:00Z", "2026-03-27T18:30:00Z", "28 Mar 2026", "30 Mar 2026"},
		"tomorrow has begun here": {"Pacific/Auckland", "2026-03-30T12:00:00Z", "2026-03-28T11:00:00Z", "29 Mar 2026", "31 Mar 2026"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, _ := calendar.ParseInstant(c.now)
			page := web.Page{Zone: load(t, "America/New_York"), VendorZone: load(t, c.zone), Now: now}
			from, labels, place := page.LastDays(3)
			if len(labels) != 3 || labels[0] != c.first || labels[2] != c.last || calendar.WriteInstant(from) != c.begins {
				t.Errorf("from %v: %q", from, labels)
			}
			if place(from) != 0 || place(from.Add(-time.Millisecond)) != -1 || place(now) != 2 {
				t.Errorf("places: %d, %d, %d", place(from), place(from.Add(-time.Millisecond)), place(now))
			}
		})
	}
}
