package metering

import (
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/terms"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// The period that a meter first used at an instant is in.
func TestFirstPeriods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reset           terms.Reset
		days            int
		zone, now       string
		started, endsAt string
	}{
		"month over the start of summer time":  {terms.ResetMonth, 0, "Europe/Berlin", "2026-03-31T21:59:59Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"},
		"month that begins at that instant":    {terms.ResetMonth, 0, "Europe/Berlin", "2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"},
		"month over the end of summer time":    {terms.ResetMonth, 0, "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"},
		"February of a leap year":              {terms.ResetMonth, 0, "America/New_York", "2028-02-29T12:00:00Z", "2028-02-01T05:00:00Z", "2028-03-01T05:00:00Z"},
		"February of another":                  {terms.ResetMonth, 0, "UTC", "2027-02-28T23:59:59Z", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"},
		"first quarter":                        {terms.ResetQuarter, 0, "Europe/Berlin", "2026-03-30T12:00:00Z", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"},
		"last quarter":                         {terms.ResetQuarter, 0, "Europe/Berlin", "2026-10-01T00:00:00Z", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"},
		"year, still the old one to the east":  {terms.ResetYear, 0, "Pacific/Auckland", "2026-12-31T10:59:59Z", "2025-12-31T11:00:00Z", "2026-12-31T11:00:00Z"},
		"leap year":                            {terms.ResetYear, 0, "UTC", "2028-12-31T23:59:59Z", "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"},
		"a day of 23 hours":                    {terms.ResetDays, 1, "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		"a day of 25 hours":                    {terms.ResetDays, 1, "Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		"thirty days over a leap day":          {terms.ResetDays, 30, "UTC", "2028-02-15T08:00:00Z", "2028-02-15T00:00:00Z", "2028-03-16T00:00:00Z"},
		"a day without midnight":               {terms.ResetDays, 1, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		"up to a day without midnight":         {terms.ResetDays, 1, "America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z"},
		"a day whose midnight comes twice":     {terms.ResetDays, 1, "America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		"a month whose midnight comes twice":   {terms.ResetMonth, 0, "America/Havana", "2026-11-01T04:30:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"},
		"a date that a country left out":       {terms.ResetDays, 1, "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		"never":                                {terms.ResetNever, 0, "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-29T10:00:00Z", ""},
		"a zone of half hours":                 {terms.ResetMonth, 0, "Asia/Kolkata", "2026-02-28T18:30:00Z", "2026-02-28T18:30:00Z", "2026-03-31T18:30:00Z"},
		"the last second of a year, leap days": {terms.ResetYear, 0, "Europe/Berlin", "2028-02-29T23:30:00Z", "2027-12-31T23:00:00Z", "2028-12-31T23:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Rule{c.reset, c.days, location(t, c.zone)}.first(instant(t, c.now))
			same(t, p, c.started, c.endsAt)
		})
	}
}

func same(t *testing.T, p Period, started, endsAt string) {
	t.Helper()
	end := time.Time{}
	if endsAt != "" {
		end = instant(t, endsAt)
	}
	if !p.StartedAt.Equal(instant(t, started)) || !p.EndsAt.Equal(end) {
		t.Errorf("%s to %s, want %s to %s", p.StartedAt.Format(time.RFC3339), p.EndsAt.Format(time.RFC3339), started, endsAt)
	}
}

// What follows a period that ended.
func TestNextPeriods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reset           terms.Reset
		days            int
		zone, end, now  string
		started, endsAt string
	}{
		"the next month":                {terms.ResetMonth, 0, "Europe/Berlin", "2026-03-31T22:00:00Z", "2026-04-02T00:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"},
		"after months of silence":       {terms.ResetMonth, 0, "Europe/Berlin", "2026-03-31T22:00:00Z", "2026-12-24T00:00:00Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"},
		"moved west, a whole month yet": {terms.ResetMonth, 0, "America/New_York", "2026-04-30T22:00:00Z", "2026-05-01T01:00:00Z", "2026-04-30T22:00:00Z", "2026-06-01T04:00:00Z"},
		"moved east, a whole month yet": {terms.ResetMonth, 0, "Asia/Tokyo", "2026-04-30T22:00:00Z", "2026-05-01T01:00:00Z", "2026-04-30T22:00:00Z", "2026-05-31T15:00:00Z"},
		"the next quarter, moved":       {terms.ResetQuarter, 0, "America/Los_Angeles", "2026-06-30T15:00:00Z", "2026-06-30T16:00:00Z", "2026-06-30T15:00:00Z", "2026-10-01T07:00:00Z"},
		"seven days over a change":      {terms.ResetDays, 7, "Europe/Berlin", "2026-03-25T23:00:00Z", "2026-03-26T00:00:00Z", "2026-03-25T23:00:00Z", "2026-04-01T22:00:00Z"},
		"seven days, weeks of silence":  {terms.ResetDays, 7, "Europe/Berlin", "2026-03-25T23:00:00Z", "2026-04-20T12:00:00Z", "2026-04-15T22:00:00Z", "2026-04-22T22:00:00Z"},
		"a day, moved by a little":      {terms.ResetDays, 1, "Europe/London", "2026-06-30T22:00:00Z", "2026-06-30T22:30:00Z", "2026-06-30T22:00:00Z", "2026-07-01T23:00:00Z"},
		"never from now on":             {terms.ResetNever, 0, "UTC", "2026-04-30T22:00:00Z", "2026-09-01T00:00:00Z", "2026-04-30T22:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Rule{c.reset, c.days, location(t, c.zone)}.after(instant(t, c.end), instant(t, c.now))
			same(t, p, c.started, c.endsAt)
		})
	}
}

func TestAChangedZoneHoldsFromTheNextPeriod(t *testing.T) {
	t.Parallel()
	berlin, tokyo := location(t, "Europe/Berlin"), location(t, "Asia/Tokyo")
	m := Meter{}.At(Rule{Reset: terms.ResetMonth, Zone: berlin}, instant(t, "2026-05-20T00:00:00Z"))
	m.Consumed, m.Gross, m.Alerted = 5, 9, 80
	before := m.Period
	m = m.At(Rule{Reset: terms.ResetMonth, Zone: tokyo}, instant(t, "2026-05-31T20:00:00Z")) // June in Tokyo, May in Berlin
	if m.Period != before || m.Consumed != 5 || m.Alerted != 80 {
		t.Errorf("a changed zone moved the running period: %+v", m)
	}
	m = m.At(Rule{Reset: terms.ResetMonth, Zone: tokyo}, instant(t, "2026-05-31T22:00:00Z"))
	same(t, m.Period, "2026-05-31T22:00:00Z", "2026-06-30T15:00:00Z")
	if m.Consumed != 0 || m.Gross != 9 || m.Alerted != 0 {
		t.Errorf("the reset left %+v", m)
	}
}

func TestAChangedModeHoldsFromTheNextBoundary(t *testing.T) {
	t.Parallel()
	utc := time.UTC
	m := Meter{}.At(Rule{Reset: terms.ResetNever, Zone: utc}, instant(t, "2026-02-10T12:00:00Z"))
	m.Consumed = 7
	m = m.At(Rule{Reset: terms.ResetMonth, Zone: utc}, instant(t, "2026-05-20T00:00:00Z"))
	same(t, m.Period, "2026-02-10T12:00:00Z", "2026-06-01T00:00:00Z")
	if m.Consumed != 7 {
		t.Error("consumption was forgotten before the boundary")
	}
	m = m.At(Rule{Reset: terms.ResetNever, Zone: utc}, instant(t, "2026-05-21T00:00:00Z"))
	same(t, m.Period, "2026-02-10T12:00:00Z", "")
	m = m.At(Rule{Reset: terms.ResetDays, Days: 10, Zone: utc}, instant(t, "2026-05-21T00:00:00Z"))
	if m.Consumed != 7 || !m.EndsAt.After(instant(t, "2026-05-21T00:00:00Z")) || m.EndsAt.Sub(instant(t, "2026-05-21T00:00:00Z")) > 240*time.Hour {
		t.Errorf("%+v", m)
	}
	if same := m.At(Rule{Reset: terms.ResetNone}, m.EndsAt.AddDate(1, 0, 0)); same != m {
		t.Error("a limitation that turned static lost its meter")
	}
}

// Walks every hour through years of changes in zones of all kinds: periods hold
// the present, follow one another without a gap, and begin when a local day does.
func TestPeriodsFollowOneAnother(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata", "Africa/Cairo", "Australia/Lord_Howe", "Atlantic/Azores"} {
		for _, rule := range []Rule{
			{Reset: terms.ResetDays, Days: 1}, {Reset: terms.ResetDays, Days: 7}, {Reset: terms.ResetMonth}, {Reset: terms.ResetQuarter}, {Reset: terms.ResetYear},
		} {
			t.Run(zone+" "+string(rule.Reset), func(t *testing.T) {
				t.Parallel()
				rule.Zone = location(t, zone)
				now := instant(t, "2006-01-01T00:20:00Z")
				m := Meter{}.At(rule, now)
				for range 9 * 8766 {
					now = now.Add(time.Hour)
					next := m.At(rule, now)
					if now.Before(next.StartedAt) || !now.Before(next.EndsAt) {
						t.Fatalf("at %s the period is %s to %s", now, next.StartedAt, next.EndsAt)
					}
					if next.Period != m.Period {
						local := next.StartedAt.In(rule.Zone)
						before := next.StartedAt.Add(-time.Nanosecond).In(rule.Zone)
						if !next.StartedAt.Equal(m.EndsAt) || calendar.DayOf(before, rule.Zone).Number() >= calendar.DayOf(local, rule.Zone).Number() && local.Hour() != 0 {
							t.Fatalf("after %s to %s comes %s to %s", m.StartedAt, m.EndsAt, local, next.EndsAt)
						}
					}
					m = next
				}
			})
		}
	}
}
