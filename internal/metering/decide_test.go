package metering

import (
	"math"
	"slices"
	"testing"
	"time"

	"chancery/internal/terms"
)

func TestAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit   int64
		percent int
		want    int64
	}{
		{0, 1000, 0}, {1_000_000, 0, 1_000_000}, {10_000_000, 20, 12_000_000}, {1, 50, 1}, {3, 50, 4},
		{terms.MaxQuantity * terms.Unit, 0, terms.MaxQuantity * terms.Unit}, {terms.MaxQuantity * terms.Unit, 1000, math.MaxInt64},
		{terms.MaxQuantity * terms.Unit, 500, 6 * terms.MaxQuantity * terms.Unit}, {math.MaxInt64, 1000, math.MaxInt64},
	} {
		if got := Allowed(c.limit, c.percent); got != c.want {
			t.Errorf("Allowed(%d, %d) = %d, want %d", c.limit, c.percent, got, c.want)
		}
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	ten := int64(10)
	long := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	limited := terms.Limitation{Limit: &ten, Alerts: []int{100, 50}}
	for name, c := range map[string]struct {
		meter      Meter
		limitation terms.Limitation
		standing   Reason
		value      int64
		want       decision
	}{
		"room":                         {Meter{Consumed: 1}, limited, "", 3, decision{}},
		"an alert":                     {Meter{Consumed: 1}, limited, "", 4, decision{alerts: []int{50}}},
		"both alerts, and used up":     {Meter{}, limited, "", 10, decision{alerts: []int{50, 100}, exhausted: true}},
		"an alert that was given":      {Meter{Consumed: 5, Alerted: 50}, limited, "", 1, decision{}},
		"the last one":                 {Meter{Consumed: 9, Alerted: 50}, limited, "", 1, decision{alerts: []int{100}, exhausted: true}},
		"one too many":                 {Meter{Consumed: 9}, limited, "", 2, decision{refused: Exhausted, exhausted: true}},
		"one too many, told already":   {Meter{Consumed: 9, ExhaustedAt: long}, limited, "", 2, decision{refused: Exhausted}},
		"goodwill":                     {Meter{Consumed: 10, Alerted: 100}, terms.Limitation{Limit: &ten, GoodwillPercent: 20}, "", 1, decision{}},
		"the end of goodwill":          {Meter{Consumed: 10, Alerted: 100}, terms.Limitation{Limit: &ten, GoodwillPercent: 20}, "", 2, decision{exhausted: true}},
		"beyond goodwill":              {Meter{Consumed: 10}, terms.Limitation{Limit: &ten, GoodwillPercent: 20}, "", 3, decision{refused: Exhausted, exhausted: true}},
		"the alert that is not set":    {Meter{Consumed: 7}, terms.Limitation{Limit: &ten}, "", 1, decision{alerts: []int{80}}},
		"no alerts":                    {Meter{Consumed: 7}, terms.Limitation{Limit: &ten, Alerts: []int{}}, "", 1, decision{}},
		"unlimited":                    {Meter{Consumed: 1 << 60}, terms.Limitation{}, "", 1, decision{}},
		"unlimited, at the end of all": {Meter{Consumed: maxGross}, terms.Limitation{}, "", 1, decision{refused: Exhausted}},
		"gross at the end of all":      {Meter{Gross: maxGross}, terms.Limitation{MeasuredOnly: true}, "", 1, decision{refused: Exhausted}},
		"measured above the limit":     {Meter{Consumed: 10, Alerted: 100}, terms.Limitation{Limit: &ten, MeasuredOnly: true}, "", 5, decision{exhausted: true}},
		"expired":                      {Meter{}, limited, Expired, 1, decision{refused: Expired}},
		"expired, measured":            {Meter{}, terms.Limitation{MeasuredOnly: true}, Expired, 1, decision{}},
		"a limit of nothing":           {Meter{}, terms.Limitation{Limit: new(int64)}, "", 1, decision{refused: Exhausted, exhausted: true}},
	} {
		got := decide(c.meter, c.limitation, c.standing, c.value)
		if got.refused != c.want.refused || got.exhausted != c.want.exhausted || !slices.Equal(got.alerts, c.want.alerts) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
