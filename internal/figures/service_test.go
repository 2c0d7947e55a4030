package figures

import (
	"context"
	"fmt"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

func TestFoldKeepsTheLargestAndTheSum(t *testing.T) {
	t.Parallel()
	rows := make([]Row, 0, 3*MaxValues+2)
	var all int64
	for i := range 3 * MaxValues {
		rows = append(rows, Row{Figure: Active(Version), Day: 1, Product: 7, Value: fmt.Sprint(i), N: int64(i)})
		all += int64(i)
	}
	rows = append(rows, Row{Figure: Active(Version), Day: 1, Product: 7, Value: Rest, N: 1_000_000}, Row{Figure: Active(Version), Day: 1, Product: 8, Value: "0", N: 5})
	all += 1_000_000
	folded := Fold(rows)
	sums, seen := map[string]int64{}, map[Row]bool{}
	for _, r := range folded {
		key := r
		key.N = 0
		if seen[key] {
			t.Errorf("%+v appears twice", key)
		}
		seen[key] = true
		if r.Product == 7 {
			sums["all"] += r.N
			sums[r.Value] = r.N
		}
	}
	if len(folded) > MaxValues+2 || sums["all"] != all || sums[fmt.Sprint(3*MaxValues-1)] != int64(3*MaxValues-1) || sums["0"] != 0 || sums[Rest] < 1_000_000 {
		t.Errorf("%d rows, %v", len(folded), sums)
	}
	if len(Fold(folded)) != len(folded) {
		t.Error("folding what is folded changes it")
	}
}

func TestADayIsCountedUntilItIsSettled(t *testing.T) {
	t.Parallel()
	end := func(day int64) time.Time { return StartOf(day + 1) }
	counted := map[int64]time.Time{
		98: end(98).Add(Settled),                   // final
		99: end(99).Add(Settled - time.Nanosecond), // a moment too early
		97: end(97).Add(-time.Hour),
	}
	got := fmt.Sprint(due(96, 100, counted))
	if got != "[100 99 97 96]" {
		t.Errorf("due are %s", got)
	}
}

// counts is a store that has counted some days, and tells how often it counts.
type counts struct {
	Store

	before map[int64]time.Time
	n      int
	now    time.Time
}

func (c *counts) Now() time.Time { return c.now }

func (c *counts) Counted(context.Context, ident.VendorID, int64) (map[int64]time.Time, error) {
	return c.before, nil
}

func (c *counts) OfDay(context.Context, ident.VendorID, int64) ([]Row, error) { return nil, nil }

func (c *counts) OfNow(context.Context, ident.VendorID, time.Time) ([]Row, error) {
	c.n++
	c.now = c.now.Add(time.Second)
	return nil, nil
}

func (c *counts) Run(context.Context, func(tx.Tx) error) error { return nil }

// A server that starts burdens its first minute with no count that can wait; a
// page that would show nothing can't.
func TestAStartIsGentle(t *testing.T) {
	t.Parallel()
	start := StartOf(100).Add(12 * time.Hour)
	for name, test := range map[string]struct {
		before map[int64]time.Time
		rounds []time.Duration // since the start
		want   []int           // counts by then
	}{
		"nothing was counted":   {nil, []time.Duration{0, 10 * time.Second, 49 * time.Second, 50 * time.Second}, []int{1, 1, 1, 2}},
		"yesterday was counted": {map[int64]time.Time{99: start.Add(-24 * time.Hour)}, []time.Duration{0}, []int{1}},
		"today was counted":     {map[int64]time.Time{100: start.Add(-time.Second)}, []time.Duration{0, 30 * time.Second, time.Minute, 70 * time.Second}, []int{0, 0, 1, 1}},
	} {
		c := &counts{before: test.before}
		s, err := New(Config{Store: c, Runner: c, Clock: c, Real: c})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range test.rounds {
			c.now = start.Add(at)
			if _, err := s.Round(t.Context(), ident.VendorOf(1), start); err != nil || c.n != test.want[i] {
				t.Errorf("%s: after %v there were %d counts, want %d: %v", name, at, c.n, test.want[i], err)
			}
		}
	}
}
