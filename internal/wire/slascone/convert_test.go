package slascone

import (
	"math"
	"testing"

	"chancery/internal/terms"
)

// SLASCONE's clients read limits into 32 bits, and fail on decimals.
func TestLimitsFitTheirClients(t *testing.T) {
	t.Parallel()
	for millionths, want := range map[int64]int64{
		100 * terms.Unit:           100,
		100*terms.Unit + 500_000:   100,
		3_000_000_000 * terms.Unit: math.MaxInt32,
	} {
		if got := wholeUnits(millionths); got != want {
			t.Errorf("%d millionths are %d, want %d", millionths, got, want)
		}
	}
}
