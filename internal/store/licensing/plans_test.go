package licensing

import (
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
)

// What runs now and then finds what is due by an index, and never looks at every
// licence or activation there is.
func TestPeriodicWorkReadsWhatIsDue(t *testing.T) {
	t.Parallel()
	c := store.Config{Dir: t.TempDir()}
	if err := store.Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	c.Clock = ident.NewManualClock(time.Unix(1_800_000_000, 0))
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, q := range map[string]struct {
		text, want string
		args       []any
	}{
		"silent clients":      {selectSilent, "last_seen_day<?", []any{20_000, 1, 100}},
		"ends of their own":   {ownEnd, "licenses_by_end (vendor_id=? AND expires_at>? AND expires_at<?)", []any{1, 2, 3, "a", 5}},
		"days of their own":   {ownDays, "licenses_by_own_days (vendor_id=? AND id>?)", []any{1, 0, 3, "a", 5, 6}},
		"trials of their own": {ownTrial, "licenses_with_overrides (vendor_id=? AND id>?)", []any{1, 0, 3, "a", 5}},
		"an edition's end":    {editionEnd, "licenses_by_edition (vendor_id=? AND edition_id=? AND id>?)", []any{1, 0, 3, "a", 5, 6, 7}},
		"an edition's days":   {editionDays, "licenses_by_first_activation (vendor_id=? AND edition_id=? AND first_activated_at>? AND first_activated_at<?)", []any{1, 2, 3, "a", 5, 6, 7}},
	} {
		rows, err := db.Query(t.Context(), "EXPLAIN QUERY PLAN "+q.text, q.args...)
		steps, err := store.All[string](rows, err)(func(scan store.Scan) (step string, err error) {
			var id, parent, unused int
			return step, scan(&id, &parent, &unused, &step)
		})
		plan := strings.Join(steps, "; ")
		if err != nil || !strings.Contains(plan, q.want) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN a") || strings.Contains(plan, "SCAN l") {
			t.Errorf("%s: %s, %v", name, plan, err)
		}
	}
}
