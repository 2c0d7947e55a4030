package web

import (
	"testing"
)

// The shares of a pie add up to a hundred, and nothing of nothing is no number.
func TestSharesOfAPie(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []int64
		want   []string
	}{
		{[]int64{9366, 8086, 4339, 3865}, []string{"36 %", "32 %", "17 %", "15 %"}},
		{[]int64{1, 1, 1}, []string{"34 %", "33 %", "33 %"}},
		{[]int64{7, 0}, []string{"100 %", "0 %"}},
		{[]int64{0, 0}, []string{"—", "—"}},
	} {
		var p Pie
		for _, v := range c.values {
			p.Slices = append(p.Slices, Slice{Value: v})
		}
		for i, part := range p.Parts(nil) {
			if part.Share != c.want[i] {
				t.Errorf("%v: slice %d is %q, want %q", c.values, i, part.Share, c.want[i])
			}
		}
	}
}
