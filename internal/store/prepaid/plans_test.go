package prepaid

import (
	"slices"
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
)

// One device is read by its id, however many the vendor has, and whoever looks.
func TestOneDeviceIsReadByItsID(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	for _, h := range []prepaid.Holder{{Everybody: true, IsStaff: true}, {Customer: 1}, {Customer: 1, Below: true}} {
		text, args := deviceOf(ident.VendorOf(1), 7, h)
		steps, err := store.All[string](e.DB.Query(t.Context(), `EXPLAIN QUERY PLAN `+text, args...))(func(scan store.Scan) (step string, err error) {
			var id, parent, unused int
			return step, scan(&id, &parent, &unused, &step)
		})
		if err != nil || !slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "SEARCH d USING INTEGER PRIMARY KEY") }) {
			t.Errorf("%+v: %q, %v", h, steps, err)
		}
	}
}
