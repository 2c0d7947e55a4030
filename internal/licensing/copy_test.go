package licensing

import (
	"testing"
	"time"
)

func TestSecondMachinesUnderOneName(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		room bool
		d    Deactivation
		want CopyVerdict
	}{
		"a free place":            {true, Deactivation{}, CopyTakesPlace},
		"a file that ends":        {false, Deactivation{Waiting: 1, DueAt: due}, CopyWaits},
		"a file without an end":   {false, Deactivation{Waiting: 1}, CopyAsksVendor},
		"no deactivation left":    {false, Deactivation{Refused: DeactivationsUsedUp}, CopyRefused},
		"nothing could be wanted": {false, Deactivation{}, CopyRefused},
	} {
		if got := JudgeCopy(c.room, c.d); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	said := map[string]bool{}
	for _, v := range []CopyVerdict{CopyWaits, CopyAsksVendor, CopyRefused} {
		r := RefuseCopy(v, due)
		if said[r.Message] || r.Help == "" {
			t.Errorf("%s is told as another one: %s", v, r.Message)
		}
		said[r.Message] = true
	}
}
