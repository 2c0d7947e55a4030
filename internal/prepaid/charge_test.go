package prepaid

import (
	"testing"
	"time"

	"chancery/internal/fault"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

func ago(d time.Duration) time.Time { return noon.Add(-d) }

// Of several cards exactly one is charged: docs/rules/prepaid.md, rule 8.
func TestToCharge(t *testing.T) {
	t.Parallel()
	card := func(number string, days int64, activated, bound time.Duration) Bound {
		b := Bound{Number: number, Days: days, BoundAt: ago(bound)}
		if activated > 0 {
			b.ActivatedAt = ago(activated)
		}
		return b
	}
	for name, c := range map[string]struct {
		cards []Bound
		want  string
	}{
		"none":                             {nil, ""},
		"one":                              {[]Bound{card("A", 1, 0, 1)}, "A"},
		"without days":                     {[]Bound{card("A", 0, 5, 1)}, ""},
		"the earlier activated":            {[]Bound{card("A", 9, 5, 9), card("B", 1, 6, 1)}, "B"},
		"an activated one before new ones": {[]Bound{card("A", 9, 0, 99), card("B", 1, 1, 1)}, "B"},
		"the earlier bound of new ones":    {[]Bound{card("A", 9, 0, 1), card("B", 1, 0, 2)}, "B"},
		"else by number":                   {[]Bound{card("B", 9, 0, 1), card("A", 1, 0, 1)}, "A"},
		"the earlier bound at one time":    {[]Bound{card("A", 9, 5, 1), card("B", 1, 5, 2)}, "B"},
		"not one that is used up":          {[]Bound{card("A", 0, 9, 1), card("B", 1, 0, 2)}, "B"},
	} {
		got := ""
		if b := toCharge(c.cards); b != nil {
			got = b.Number
		}
		if got != c.want {
			t.Errorf("%s: charged %q, want %q", name, got, c.want)
		}
	}
}

// What is charged, and when a device goes dark: docs/rules/prepaid.md, rules 6 to 12.
func TestDecideCharge(t *testing.T) {
	t.Parallel()
	daily, report := []Bound{{Card: 1, Days: 2}}, []Bound{{Card: 1, Days: 2, OnReport: true}}
	over := State{UsableUntil: noon, DueAt: noon, GraceLeft: FullGrace}
	for name, c := range map[string]struct {
		state    State
		cards    []Bound
		grace    int64
		byReport bool

		kinds    []DeductionKind
		charged  bool
		due      time.Time
		dark     Dark
		darkened bool
	}{
		"usable":                        {state: State{UsableUntil: noon.Add(1)}, cards: daily, byReport: true, due: noon.Add(1)},
		"the first report":              {state: State{}, cards: daily, byReport: true, kinds: []DeductionKind{Charge}, charged: true, due: noon.Add(PaidTime)},
		"due by the millisecond":        {state: over, cards: daily, kinds: []DeductionKind{Charge}, charged: true, due: noon.Add(PaidTime)},
		"the run and a card on reports": {state: over, cards: report},
		"a report and such a card":      {state: over, cards: report, byReport: true, kinds: []DeductionKind{Charge}, charged: true, due: noon.Add(PaidTime)},
		"no card":                       {state: over, kinds: []DeductionKind{Failed}, dark: DarkNoCard, darkened: true},
		"dark already":                  {state: State{Dark: DarkNoDays}, byReport: true, dark: DarkNoDays},
		"grace":                         {state: over, grace: 3, kinds: []DeductionKind{Grace}, charged: true, due: noon.Add(PaidTime)},
		"no grace without a paid day":   {state: State{}, grace: 3, byReport: true, kinds: []DeductionKind{Failed}, dark: DarkNoCard, darkened: true},
		"the run and grace on reports":  {state: State{UsableUntil: noon, GraceLeft: FullGrace, OnReport: true}, grace: 3},
		"a used-up card":                {state: over, cards: []Bound{{Card: 1}}, kinds: []DeductionKind{Failed}, dark: DarkNoCard, darkened: true},
	} {
		o := decideCharge(c.state, c.cards, c.grace, noon, c.byReport)
		kinds := len(o.Rows) == len(c.kinds)
		for i := range min(len(o.Rows), len(c.kinds)) {
			kinds = kinds && o.Rows[i].Kind == c.kinds[i]
		}
		if !kinds || o.Charged != c.charged || !o.State.DueAt.Equal(c.due) || o.State.Dark != c.dark || o.Darkened != c.darkened {
			t.Errorf("%s: %+v", name, o)
		}
		if c.charged && (!o.State.UsableUntil.Equal(noon.Add(PaidTime)) || len(c.cards) > 0 && o.Cards[0].Days != c.cards[0].Days-1) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// A card pays the grace that is owed first: docs/rules/prepaid.md, rules 10 and 13.
func TestArrive(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state  State
		days   int64
		first  time.Time
		left   int64
		owed   int64
		lifted bool
		due    time.Time
	}{
		"to a device on the shelf":   {State{}, 5, time.Time{}, 5, 0, false, time.Time{}},
		"with a start":               {State{}, 5, noon.Add(9), 5, 0, false, noon.Add(9)},
		"to a usable device":         {State{UsableUntil: noon.Add(3), DueAt: noon.Add(3)}, 5, noon, 5, 0, false, noon.Add(3)},
		"to a dark one":              {State{Dark: DarkNoDays, UsableUntil: ago(9)}, 5, time.Time{}, 5, 0, true, noon},
		"to one that owes":           {State{Dark: DarkNoDays, GraceOwed: 3}, 5, time.Time{}, 2, 0, true, noon},
		"with too few days":          {State{Dark: DarkNoDays, GraceOwed: 3}, 2, time.Time{}, 0, 1, false, time.Time{}},
		"with exactly what is owed":  {State{Dark: DarkNoDays, GraceOwed: 3}, 3, time.Time{}, 0, 0, false, time.Time{}},
		"in the middle of the grace": {State{UsableUntil: noon.Add(3), GraceOwed: 1}, 3, time.Time{}, 2, 0, false, noon.Add(3)},
	} {
		o := arrive(c.state, Bound{Card: 1, Days: c.days}, c.first, noon)
		left := c.days
		if len(o.Cards) > 0 {
			left = o.Cards[0].Days
		}
		if left != c.left || o.State.GraceOwed != c.owed || o.Lifted != c.lifted || !o.State.DueAt.Equal(c.due) || int64(len(o.Rows)) != c.days-c.left {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// Who may do what, and what a refusal says: docs/rules/prepaid.md, rule 20.
func TestMay(t *testing.T) {
	t.Parallel()
	person := func(r Role) By { return By{Customer: 1, Role: r} }
	for _, c := range []struct {
		by     By
		act    Act
		kin    Kin
		allows bool
		want   string
	}{
		{By{}, OnlyVendor, Stranger, false, ""},
		{person(Administrator), See, Stranger, true, "card_not_found"},
		{person(Administrator), Bind, Stranger, true, "card_not_found"},
		{person(Viewer), See, Below, false, ""},
		{person(Viewer), Bind, Own, false, "role_missing"},
		{person(""), Bind, Own, false, "role_missing"},
		{person(Operator), Bind, Own, false, ""},
		{person(Operator), SellOn, Own, false, ""},
		{person(Operator), SetSwitch, Own, false, "switch_foreign"},
		{person(Administrator), SetSwitch, Own, false, ""},
		{person(Administrator), SetSwitch, Direct, true, "switch_foreign"},
		{person(Administrator), OnlyVendor, Own, true, "vendor_only"},
		{person(Administrator), Unbind, Direct, false, "superior_not_allowed"},
		{person(Administrator), Unbind, Direct, true, ""},
		{person(Administrator), SendBack, Direct, true, ""},
		{person(Operator), Unbind, Direct, true, "administrator_only"},
		{person(Administrator), SellOn, Direct, true, "sell_foreign"},
		{person(Administrator), Unbind, Below, true, "not_direct_superior"},
		{person(Administrator), See, Below, false, ""},
	} {
		code := ""
		if err := may(c.by, c.act, c.kin, c.allows, "card"); err != nil {
			code = fault.As(err).Code
			if f := fault.As(err); f.Message == "" || f.Help == "" {
				t.Errorf("%s says nothing", code)
			}
		}
		if code != c.want {
			t.Errorf("%+v: %q", c, code)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	for pattern, models := range map[string]map[string]bool{
		"GT06*":    {"GT06": true, "gt06n": true, " GT06E ": true, "XGT06": false, "GT0": false},
		"GT06N":    {"GT06N": true, "gt06n": true, "GT06NX": false},
		"*":        {"anything": true},
		"VT*-*-EU": {"VT-1-EU": true, "VT9--EU": true, "VT-EU": false, "VT-1-EUX": false},
		"*cam*":    {"cam": true, "DashCam 2": true, "ca": false},
		"A*A":      {"AA": true, "ABA": true, "A": false},
	} {
		for model, want := range models {
			if got := (Code{Models: []string{"none", pattern}}).Fits(model); got != want {
				t.Errorf("%s fits %s: %t", pattern, model, got)
			}
		}
	}
}

// The table of states: docs/rules/prepaid.md, rule 3.
func TestStatusIsTheTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bound, used bool
		days        int64
		want        Status
		charged     bool
	}{
		{false, false, 5, Unused, false}, {true, false, 5, Inactive, true}, {true, true, 5, InUse, true}, {false, true, 5, Deactivated, false},
		{false, false, 0, Expired, false}, {true, false, 0, Expired, false}, {true, true, 0, Expired, false}, {false, true, 0, Expired, false},
	} {
		if got := StandingOf(c.bound, c.used, false, c.days).Status(); got != c.want || got.MayIncurCharges() != c.charged {
			t.Errorf("%+v is %s", c, got)
		}
	}
	for days, want := range map[int64]Band{0: NoDays, 1: UnderWeek, 6: UnderWeek, 7: UnderMonth, 29: UnderMonth, 30: Plenty} {
		if s := StandingOf(true, true, true, days); s.Band() != want || !s.Bound() || !s.Used() || !s.Locked() {
			t.Errorf("%d days are in the band %d", days, s.Band())
		}
	}
}

// Card numbers are read in any case with any blanks; a slip of the pen is noticed.
func TestNumbers(t *testing.T) {
	t.Parallel()
	number := newNumber([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	for _, text := range []string{number, " " + number + "\n", number[:4] + number[5:], "\u201c" + number + "\u201d", number[:7] + " " + number[7:]} {
		if got, ok := ParseNumber(text); !ok || got != number {
			t.Errorf("%q is read as %q, %t", text, got, ok)
		}
	}
	if got, ok := ParseNumber("O1L3-4567-89A" + number[len(number)-1:]); ok && got != "0113-4567-89A"+number[len(number)-1:] {
		t.Errorf("confusable letters are read as %q", got)
	}
	wrong := 0
	for i, r := range number {
		for _, other := range numberAlphabet {
			if r == '-' || r == other {
				continue
			}
			if _, ok := ParseNumber(number[:i] + string(other) + number[i+1:]); ok {
				wrong++
			}
		}
	}
	if wrong != 0 {
		t.Errorf("%d numbers with one wrong character were taken", wrong)
	}
	for _, text := range []string{"", "K7MD", number + "0", "U" + number[1:]} {
		if _, ok := ParseNumber(text); ok {
			t.Errorf("%q was taken", text)
		}
	}
}
