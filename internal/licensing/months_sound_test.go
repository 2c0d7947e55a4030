package licensing_test

import (
	"strings"
	"testing"

	"chancery/internal/store"
	"chancery/internal/store/invariants"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// `chancery verify` finds a count of a month that is not what its places say.
func TestVerifyFindsMonthsThatAreWrong(t *testing.T) {
	t.Parallel()
	for broken, what := range map[string]string{
		`UPDATE licenses SET month_used = month_used + 1`:                                  "licences whose counter of this month's devices",
		`UPDATE licenses SET goodwill_used = 9`:                                            "licences whose counter of this month's devices",
		`DELETE FROM month_places WHERE place = 1 AND begins_at > 1774000000000`:           "licences whose counter of this month's devices",
		`UPDATE license_months SET used = used + 1`:                                        "past months whose count of devices",
		`DELETE FROM license_months`:                                                       "places of months that no licence counts",
		`UPDATE activations SET month_place = 7 WHERE month_place = 2 AND client_id = 'a'`: "present activations that have a place",
	} {
		t.Run(what, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, e storetest.Env) {
				b, l := monthly(t, e, "UTC", 2, 0, 0)
				b.Granted(t, l.LicenseKey, "a")
				b.Granted(t, l.LicenseKey, "b")
				b.goTo(t, "2026-04-05T00:00:00Z")
				b.calls(t, "b")
				b.calls(t, "a")
				storetest.Sound(t, e)
				storetest.Do(t, e, func(x tx.Tx) (int64, error) { return store.On(x).Exec(broken) })
				found, err := invariants.Run(t.Context(), e.DB)
				if err != nil || len(found) == 0 || !strings.HasPrefix(found[0].What, what) {
					t.Errorf("found %v, %v", found, err)
				}
			})
		})
	}
}
