package licensing

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"chancery/internal/ident"
	"chancery/internal/terms"
)

func TestExpiryOf(t *testing.T) {
	t.Parallel()
	at := noon.Add(40 * oneDay)
	activated := func(l *License) { l.FirstActivatedAt = noon }
	ends := func(mode terms.ExpiresMode, days int) func(*License) {
		return policy(func(p *terms.Policy) { p.ExpiresMode, p.ExpiresDays, p.ExpiresAt = mode, &days, &at })
	}
	trial := func(days int) func(*License) { return policy(func(p *terms.Policy) { p.TrialDays = days }) }
	for name, c := range map[string]struct {
		change []func(*License)
		want   time.Time
	}{
		"never":                               {nil, time.Time{}},
		"never, whatever else is set":         {[]func(*License){ends(terms.ExpiresNever, 5), activated}, time.Time{}},
		"at an instant":                       {[]func(*License){ends(terms.ExpiresAt, 5)}, at},
		"days after activation, not yet":      {[]func(*License){ends(terms.ExpiresDaysActivated, 5)}, time.Time{}},
		"days after activation":               {[]func(*License){ends(terms.ExpiresDaysActivated, 5), activated}, noon.Add(120 * time.Hour)},
		"the longest":                         {[]func(*License){ends(terms.ExpiresDaysActivated, terms.MaxDays), activated}, noon.AddDate(0, 0, terms.MaxDays)},
		"the licence's own instant":           {[]func(*License){ends(terms.ExpiresDaysActivated, 5), activated, func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }}, noon},
		"the licence's own never":             {[]func(*License){ends(terms.ExpiresAt, 0), func(l *License) { l.ExpiresMode = terms.ExpiresNever }}, time.Time{}},
		"the licence's own days":              {[]func(*License){ends(terms.ExpiresAt, 9), activated, func(l *License) { l.ExpiresMode, l.ExpiresDays = terms.ExpiresDaysActivated, 2 }}, noon.Add(48 * time.Hour)},
		"a trial not begun":                   {[]func(*License){trial(3)}, time.Time{}},
		"a trial of a perpetual licence":      {[]func(*License){trial(3), activated}, noon.Add(72 * time.Hour)},
		"a trial that is shorter":             {[]func(*License){trial(3), activated, ends(terms.ExpiresAt, 0)}, noon.Add(72 * time.Hour)},
		"a trial that is longer":              {[]func(*License){trial(50), activated, ends(terms.ExpiresAt, 0)}, at},
		"a trial not begun, with an end":      {[]func(*License){trial(3), ends(terms.ExpiresAt, 0)}, at},
		"a trial that the licence has ended":  {[]func(*License){trial(3), activated, func(l *License) { l.Overrides = &terms.Overrides{TrialDays: new(0)} }}, time.Time{}},
		"a trial that the licence prolonged":  {[]func(*License){trial(3), activated, func(l *License) { l.Overrides = &terms.Overrides{TrialDays: new(4)} }}, noon.Add(96 * time.Hour)},
		"activated before the clocks changed": {[]func(*License){ends(terms.ExpiresDaysActivated, 30), func(l *License) { l.FirstActivatedAt = noon.Add(-10 * oneDay) }}, noon.Add(20 * oneDay)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := granting(1, 0, 0, c.change...)
			if got := l.ExpiryOf(l.Terms().Policy); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// n days are n × 24 hours, whatever a clock on the wall does meanwhile.
func TestDaysDoNotFollowTheWallClock(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for day := range 366 {
			l := granting(1, 0, 0, func(l *License) {
				l.FirstActivatedAt = time.Date(2027, 9, 1+day, 23, 30, 0, 0, where) // a leap day is ahead
				l.ExpiresMode, l.ExpiresDays = terms.ExpiresDaysActivated, 1
			})
			if end := l.ExpiryOf(l.Terms().Policy); end.Sub(l.FirstActivatedAt) != oneDay {
				t.Fatalf("%v + 1 day = %v", l.FirstActivatedAt, end)
			}
		}
	}
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	over := func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }
	trialOver := func(l *License) {
		l.Edition.Policy.TrialDays, l.FirstActivatedAt = 1, noon.Add(-oneDay)
	}
	later := func(l *License) { l.StartsAt = noon.Add(time.Millisecond) }
	off := func(l *License) { l.IsActive = false }
	usedUp := func(l *License) { l.UsedUpAt = noon.Add(-oneDay) }
	release := policy(func(p *terms.Policy) { p.ReleaseLimit = "2.0" })
	for name, c := range map[string]struct {
		change   []func(*License)
		version  string
		now      time.Time
		validity DateValidity
		valid    bool
		reason   string
		usedUp   bool
	}{
		"in force":                        {valid: true},
		"over this instant":               {change: []func(*License){over}, validity: Over, reason: ReasonExpired},
		"over the next instant":           {change: []func(*License){over}, now: noon.Add(-1), valid: true},
		"starts the next instant":         {change: []func(*License){later}, validity: NotStarted, reason: ReasonNotStarted},
		"started this instant":            {change: []func(*License){later}, now: noon.Add(time.Millisecond), valid: true},
		"over before it started":          {change: []func(*License){over, later}, validity: Over, reason: ReasonExpired},
		"trial over this instant":         {change: []func(*License){trialOver}, validity: Over, reason: ReasonTrialOver},
		"trial over the next instant":     {change: []func(*License){trialOver}, now: noon.Add(-1), valid: true},
		"over before its trial is":        {change: []func(*License){over, trialOver, func(l *License) { l.Edition.Policy.TrialDays = 9 }}, validity: Over, reason: ReasonExpired},
		"off":                             {change: []func(*License){off}, reason: ReasonInactive},
		"off goes before over":            {change: []func(*License){off, over}, validity: Over, reason: ReasonInactive},
		"a version not allowed":           {change: []func(*License){release}, version: "2.0.1", reason: ReasonSoftwareVersion},
		"a version allowed":               {change: []func(*License){release}, version: "2", valid: true},
		"no version is not judged":        {change: []func(*License){release}, valid: true},
		"over goes before the version":    {change: []func(*License){release, over}, version: "3", validity: Over, reason: ReasonExpired},
		"used up stays valid":             {change: []func(*License){usedUp}, valid: true, usedUp: true},
		"used up goes last":               {change: []func(*License){usedUp, release}, version: "3", reason: ReasonSoftwareVersion, usedUp: true},
		"a floating one is never used up": {change: []func(*License){usedUp, func(l *License) { l.Edition.Mode = terms.Floating }}, valid: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := c.now
			if now.IsZero() {
				now = noon
			}
			l := granting(3, 1, 1, append([]func(*License){using(2, 1)}, c.change...)...)
			s := StateOf(l, nil, c.version, now)
			if s.DateValidity != c.validity || s.IsValid != c.valid || s.Reason != c.reason || s.IsExpired != (c.validity == Over) {
				t.Errorf("got %v, valid %t, %q; want %v, %t, %q", s.DateValidity, s.IsValid, s.Reason, c.validity, c.valid, c.reason)
			}
			if s.IsValid != (s.Reason == "") || c.usedUp != (s.UsedUpReason == UsedUpByActivations) || c.usedUp == s.UsedUpAt.IsZero() {
				t.Errorf("valid %t with the reason %q; used up at %v: %q", s.IsValid, s.Reason, s.UsedUpAt, s.UsedUpReason)
			}
			if s.Used != 3 || s.Allowed != nil && *s.Allowed != 5 || (s.Allowed == nil) != l.AnyNumber() || s.Serial != 7 || !s.At.Equal(now) {
				t.Errorf("got %d of %v, serial %d", s.Used, s.Allowed, s.Serial)
			}
		})
	}
}

func TestGoodwillNotice(t *testing.T) {
	t.Parallel()
	l := granting(1, 0, 1)
	notice := func(a *Activation) string { return StateOf(l, a, "", noon).GoodwillNotice() }
	if got := notice(nil) + notice(&Activation{}); got != "" {
		t.Errorf("a regular client is told %q", got)
	}
	open, until := notice(&Activation{GoodwillSince: noon}), notice(&Activation{GoodwillSince: noon, GoodwillUntil: noon.Add(oneDay).In(time.FixedZone("x", 3600))})
	if open == "" || strings.Contains(open, "until") || !strings.Contains(until, "2026-03-21 12:00 UTC") {
		t.Errorf("got %q and %q", open, until)
	}
}

func TestDayOf(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	if DayOf(midnight) != DayOf(midnight.Add(oneDay-1)) || DayOf(midnight.Add(-1)) != DayOf(midnight)-1 || DayOf(time.Unix(0, 0)) != 0 {
		t.Error("a day is not from midnight to midnight UTC")
	}
}

// Whatever keeps a licence from holding, or from taking a client, is told with what
// to do about it; a licence with neither tells nothing.
func TestEachReasonHelps(t *testing.T) {
	t.Parallel()
	pages := terms.Limitation{ID: ident.UUID{1}, Name: "Pages", Reset: terms.ResetMonth, ExpiresLicense: true, ContractAllowed: new(int64(15 * terms.Unit))}
	consumed := func(gross int64) func(*License) {
		return func(l *License) {
			l.Edition.Grants.Limitations = []terms.Limitation{pages}
			l.Measured = map[ident.UUID]Measured{pages.ID: {Gross: gross * terms.Unit, At: noon.Add(-time.Hour).UnixMilli()}}
		}
	}
	told := map[string]bool{}
	for name, c := range map[string]struct {
		change []func(*License)
		reason string
		want   string
	}{
		"valid":           {},
		"inactive":        {[]func(*License){func(l *License) { l.IsActive = false }}, ReasonInactive, "switch it on again"},
		"not started":     {[]func(*License){func(l *License) { l.StartsAt = noon.Add(oneDay) }}, ReasonNotStarted, "2026-03-21 12:00 UTC"},
		"expired":         {[]func(*License){func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }}, ReasonExpired, "2026-03-20 12:00 UTC"},
		"trial over":      {[]func(*License){func(l *License) { l.Edition.Policy.TrialDays, l.FirstActivatedAt = 1, noon.Add(-oneDay) }}, ReasonTrialOver, "trial ended at 2026-03-20 12:00 UTC"},
		"contract":        {[]func(*License){consumed(16)}, ReasonMeasured, `All 15 of "Pages" in the contract are consumed since 2026-03-20 11:00 UTC`},
		"below contract":  {[]func(*License){consumed(14)}, "", ""},
		"version":         {[]func(*License){policy(func(p *terms.Policy) { p.ReleaseLimit = "0.1" })}, ReasonSoftwareVersion, "install one that is"},
		"used up":         {[]func(*License){using(2, 1), func(l *License) { l.UsedUpAt = noon }}, "", "All 3 of 5 activations are in use since 2026-03-20 12:00 UTC"},
		"over or used up": {[]func(*License){consumed(15), func(l *License) { l.UsedUpAt = noon }}, ReasonMeasured, "in the contract"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := StateOf(granting(3, 1, 1, c.change...), nil, "1", noon)
			if s.Reason != c.reason || (s.Help() == "") != (c.want == "") || !strings.Contains(s.Help(), c.want) {
				t.Errorf("%q: %q; want %q: %q", s.Reason, s.Help(), c.reason, c.want)
			}
			if (s.Consumed != nil) != (s.Reason == ReasonMeasured) {
				t.Errorf("%q with the contract %+v", s.Reason, s.Consumed)
			}
		})
		told[c.reason] = true
	}
	for _, r := range Reasons() {
		if !told[r] {
			t.Errorf("nobody was asked to help with %q", r)
		}
	}
}
