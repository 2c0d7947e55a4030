package licensing

import (
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/calendar/calendartest"
	"chancery/internal/fault"
	"chancery/internal/terms"
)

func ending(end time.Time) *License {
	return &License{Edition: &Edition{}, IsActive: true, ExpiresMode: terms.ExpiresAt, ExpiresAt: end}
}

// A year is added to the day, in every zone: not to the instant, which the clocks move.
func TestNextYearKeepsTheDay(t *testing.T) {
	t.Parallel()
	now := calendartest.First().Begins(time.UTC).Add(-48 * time.Hour)
	for _, zone := range calendartest.Zones(t) {
		for d := range calendartest.Days() {
			want := calendar.Day{Year: d.Year + 1, Month: d.Month, Day: d.Day}
			if d.Month == time.February && d.Day == 29 {
				want.Day = 28
			}
			next := NextYear(ending(d.Ends(zone)), now, zone)
			if next != want || calendar.LastDay(next.Ends(zone), zone) != want {
				t.Fatalf("%v in %s is extended to %v", d, zone, next)
			}
		}
	}
}

func TestNextYearFromOtherEnds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	days := func(n int, first time.Time) *License {
		return &License{Edition: &Edition{}, IsActive: true, ExpiresMode: terms.ExpiresDaysActivated, ExpiresDays: n, FirstActivatedAt: first}
	}
	for name, c := range map[string]struct {
		license *License
		want    string
	}{
		"no end":                 {&License{Edition: &Edition{}, IsActive: true}, "2027-03-14"},
		"an end that is past":    {ending(now.AddDate(-1, 0, 0)), "2027-03-14"},
		"an end within a day":    {ending(now.AddDate(0, 1, 0)), "2027-04-14"},
		"days, to be activated":  {days(365, time.Time{}), "2028-03-14"},
		"days, activated before": {days(30, now.AddDate(0, 0, -10)), "2027-04-03"},
	} {
		if got := NextYear(c.license, now, time.UTC).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestExtend(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	in := func(days int) time.Time { return now.AddDate(0, 0, days) }
	waiting := &License{Edition: &Edition{}, IsActive: true, ExpiresMode: terms.ExpiresDaysActivated, ExpiresDays: 365}
	for name, c := range map[string]struct {
		license *License
		until   time.Time
		refused bool
	}{
		"later":                             {ending(in(10)), in(20), false},
		"as it is":                          {ending(in(10)), in(10), true},
		"sooner":                            {ending(in(10)), in(5), true},
		"over":                              {ending(in(-10)), in(-5), true},
		"again":                             {ending(in(-10)), in(5), false},
		"an end where there was none":       {&License{Edition: &Edition{}, IsActive: true}, in(5), false},
		"sooner than activated today":       {waiting, in(364), true},
		"later than if activated today":     {waiting, in(366), false},
		"sooner than its end, switched off": {&License{Edition: &Edition{}, ExpiresMode: terms.ExpiresAt, ExpiresAt: in(10)}, in(5), true},
	} {
		change, err := Extend(c.license, c.until, now)
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err != nil {
			if wrong := fault.As(err); len(wrong.Fields) != 1 || wrong.Fields[0].Name != "expires_at" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if e := change.Expiry; e == nil || e.Mode != terms.ExpiresAt || !e.At.Equal(c.until) {
			t.Errorf("%s: the end becomes %+v", name, change.Expiry)
		}
	}
}

// An extended trial is a full licence: as a trial it would end before its last day.
func TestExtendATrial(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	l := &License{Edition: &Edition{Policy: terms.Policy{TrialDays: 14}}, IsActive: true, FirstActivatedAt: now.AddDate(0, 0, -10)}
	until := now.AddDate(1, 0, 0)
	c, err := Extend(l, until, now)
	if err != nil || c.Overrides == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	own := c.Overrides(terms.Overrides{})
	l.Overrides, l.ExpiresMode, l.ExpiresAt = &own, c.Expiry.Mode, c.Expiry.At
	if end := l.ExpiryOf(l.Terms().Policy); !end.Equal(until) {
		t.Errorf("it ends %v, not %v", end, until)
	}
}
