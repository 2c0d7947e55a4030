package licensing

import (
	"testing"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/refusal"
	"chancery/internal/terms"
)

// inMarch makes a licence count months, and so many devices in March.
func inMarch(used int64) func(*License) {
	return func(l *License) {
		l.Edition.Policy.ActivationCounting = terms.CountMonthly
		l.ContractTokens, l.Month = 0, Month{Span: calendar.Cycle{Months: 1, Zone: time.UTC}.First(noon), Used: used}
	}
}

func place(number int64, l *License) Place { return Place{Number: number, Until: l.Month.Ends} }

func TestActivationsOfAMonth(t *testing.T) {
	t.Parallel()
	key := []byte("k")
	other := []byte("o")
	for name, c := range map[string]struct {
		used    int64
		change  func(*activationCase)
		refused int // 0: granted
		same    bool
	}{
		"there is room":                          {used: 2},
		"the last of the goodwill":               {used: 5},
		"none is left":                           {used: 6, refused: refusal.NoTokenLeft},
		"more than there are now":                {used: 9, refused: refusal.NoTokenLeft},
		"none is left, and it has one":           {used: 6, change: func(c *activationCase) { c.place = place(3, c.license) }},
		"many are activated, few were counted":   {used: 2, change: func(c *activationCase) { c.license.RegularUsed = 400 }},
		"again, and it has one":                  {used: 6, change: func(c *activationCase) { c.here, c.place = &Activation{}, place(3, c.license) }, same: true},
		"again, and there is room":               {used: 5, change: func(c *activationCase) { c.here = &Activation{} }, same: true},
		"again, and none is left":                {used: 6, change: func(c *activationCase) { c.here = &Activation{} }, refused: refusal.NoTokenLeft},
		"a stranger with its name, none left":    {used: 6, change: func(c *activationCase) { c.here = &Activation{Client: Client{PublicKey: key}} }, refused: refusal.ClientAssigned},
		"with a token key":                       {used: 2, change: func(c *activationCase) { c.token = &Token{ID: 7} }, refused: refusal.InvalidKey},
		"with a token key, none left":            {used: 6, change: func(c *activationCase) { c.token = &Token{ID: 7} }, refused: refusal.InvalidKey},
		"again with its token key":               {used: 2, change: func(c *activationCase) { c.here, c.token = &Activation{}, &Token{ID: 7, Activation: 1} }, same: true},
		"from another licence, and none is left": {used: 6, change: func(c *activationCase) { c.elsewhere, c.old = &Activation{}, c.license }, refused: refusal.NoTokenLeft},
		"by a file":                              {used: 2, change: func(c *activationCase) { c.offline = true }, refused: refusal.OfflineNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := granting(3, 1, 2, inMarch(c.used))
			k := activationCase{now: noon, license: l, policy: l.Edition.Policy, presented: other, proven: nil}
			if c.change != nil {
				c.change(&k)
			}
			d := decideActivation(k)
			switch {
			case c.refused == 0 && d.refusal != nil:
				t.Errorf("refused with %d", d.refusal.ID)
			case c.refused != 0 && (d.refusal == nil || d.refusal.ID != c.refused):
				t.Errorf("got %+v, want the refusal %d", d, c.refused)
			case d.same != c.same || d.role == RoleGoodwill:
				t.Errorf("got %+v", d)
			}
		})
	}
}

func TestHeartbeatsOfAMonth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  []func(*License)
		place   func(*License) Place
		wanted  bool
		version string
	}{
		"counted in this month":      {place: func(l *License) Place { return place(1, l) }},
		"not counted yet":            {place: func(*License) Place { return Place{} }, wanted: true},
		"counted in the last one":    {place: func(l *License) Place { return Place{Number: 1, Until: l.Month.Begins} }, wanted: true},
		"the month ends now":         {place: func(*License) Place { return Place{Number: 1, Until: noon} }, wanted: true},
		"refused in this month":      {place: func(l *License) Place { return place(0, l) }, wanted: true},
		"counted by a leaping clock": {place: func(*License) Place { return Place{Number: 1, Until: noon.AddDate(10, 0, 0)} }, wanted: true},
		"switched off":               {place: func(*License) Place { return Place{} }, change: []func(*License){func(l *License) { l.IsActive = false }}},
		"expired":                    {place: func(*License) Place { return Place{} }, change: []func(*License){func(l *License) { l.ExpiresMode, l.ExpiresAt = terms.ExpiresAt, noon }}},
		"not begun":                  {place: func(*License) Place { return Place{} }, change: []func(*License){func(l *License) { l.StartsAt = noon.Add(time.Hour) }}},
		"of a version that may not":  {place: func(*License) Place { return Place{} }, change: []func(*License){policy(func(p *terms.Policy) { p.ReleaseLimit = "1.0" })}, version: "2.0"},
		"a licence that counts held": {place: func(*License) Place { return Place{} }, change: []func(*License){policy(func(p *terms.Policy) { p.ActivationCounting = terms.CountHeld })}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := granting(3, 1, 2, append([]func(*License){inMarch(2)}, c.change...)...)
			a := &Activation{Place: c.place(l), Pulse: Pulse{LastSeenDay: DayOf(noon), DayCount: 1}}
			said := Client{SoftwareVersion: c.version}
			a.Said = said.Fingerprint()
			d := decideHeartbeat(heartbeatCase{now: noon, license: l, policy: l.Edition.Policy, activation: a, client: said, proven: true})
			if d.refusal != nil || d.history || d.place != c.wanted {
				t.Errorf("got %+v, want a place: %t", d, c.wanted)
			}
		})
	}
}

// What a licence shows of its month compares the month's end with the present.
func TestTheStateOfAMonth(t *testing.T) {
	t.Parallel()
	l := granting(3, 1, 2, inMarch(5))
	l.RegularUsed, l.UsedUpAt = 40, noon
	s := StateOf(l, &Activation{Place: place(5, l)}, "", noon)
	if !s.IsGoodwill || s.Used != 40 || s.Allowed != nil || s.UsedUpAt != noon || s.GoodwillNotice() == "" {
		t.Errorf("in the month: %+v", s)
	}
	if s := StateOf(l, &Activation{Place: place(4, l)}, "", noon); s.IsGoodwill {
		t.Error("the last of the buffer is on goodwill")
	}
	m := l.MonthAt(noon, time.UTC)
	if m.Used != 5 || m.Goodwill != 1 || m.Contract != 3 || m.Allowed != 6 || m.Ends != time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) {
		t.Errorf("the month is %+v", m)
	}
	if s := StateOf(l, &Activation{Place: place(5, l)}, "", m.Ends); s.IsGoodwill || !s.UsedUpAt.IsZero() || s.UsedUpReason != "" {
		t.Errorf("a month later: %+v", s)
	}
	if next := l.MonthAt(m.Ends, time.UTC); next.Used != 0 || next.Begins != m.Ends || l.OnGoodwill(m.Ends) != 0 {
		t.Errorf("the next month is %+v", next)
	}
	l.Edition.Policy.ActivationCounting = terms.CountHeld
	if l.MonthAt(noon, time.UTC) != nil {
		t.Error("a licence that counts activations has a month")
	}
}
