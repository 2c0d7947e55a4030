package figures

import (
	"fmt"
	"testing"
	"time"
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
