package licensing

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"chancery/internal/ident"
	"chancery/internal/store"
	"chancery/internal/terms"
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
	type query struct {
		text, want string
		args       []any
	}
	at := c.Clock.Now()
	ending := func(w way, want string) query {
		text, args := w.find(ident.VendorOf(1), endsAfter(at), at.UnixMilli(), 10, notNoted("a"))
		return query{text, want, args}
	}
	for name, q := range map[string]query{
		"silent clients":      {selectSilent, "last_seen_day<?", []any{20_000, 1, 100}},
		"ends of their own":   ending(ownEnd, "licenses_by_end (vendor_id=? AND expires_at>? AND expires_at<?)"),
		"days of their own":   ending(ownDays, "licenses_by_own_end (vendor_id=? AND <expr>>? AND <expr><?)"),
		"trials of their own": ending(ownTrial, "licenses_by_own_trial (vendor_id=? AND <expr>>? AND <expr><?)"),
		"an edition's end": ending(editionWays(7, terms.Policy{ExpiresMode: terms.ExpiresAt, ExpiresAt: &at})[0],
			"licenses_by_edition (vendor_id=? AND edition_id=? AND id>?)"),
		"an edition's days": ending(editionWays(7, terms.Policy{TrialDays: 3})[0],
			"licenses_by_first_activation (vendor_id=? AND edition_id=? AND first_activated_at>? AND first_activated_at<?)"),
		"a customer's":         {selectOfCustomer, "licenses_by_customer (vendor_id=? AND customer_id=?)", []any{1, "", "K-1", 0, 10}},
		"a user's":             {selectOfUser, "license_users_by_user (vendor_id=? AND user_id=?)", []any{1, "", "u1", "u1", "u1", 0, 10}},
		"above their contract": {selectPressed, "licenses_above_contract (vendor_id=? AND id>?)", []any{1, 7, 0, 100}},
		"in somebody's reach":  {selectLicense + ` $1 AND ` + numbered(inReach), "licenses_by_licensee (vendor_id=? AND licensee_email=?)", []any{1, 1, "a", "b", 1, 2}},
		"of somebody's firms":  {selectLicense + ` $1 AND ` + numbered(inReach), "licenses_by_customer (vendor_id=? AND customer_id=?)", []any{1, 1, "a", "b", 1, 2}},
		"present devices":      {presentActivations, "activations_present_of (vendor_id=? AND license_id=?)", []any{1, 7, 0, 100, 20}},
		"the newest device":    {newestPresent, "activations_present_of (vendor_id=? AND license_id=?)", []any{1, 7}},
		"devices with a file":  {countFiles, "activations_offline_of (vendor_id=? AND license_id=?)", []any{1, 7}},
		"a release under way":  {selectReleaseOrder, "(vendor_id=? AND license_id=?)", []any{1, 7}},
		"chosen devices":       {chosenOf, "(vendor_id=? AND order_id=? AND activation_id>?)", []any{1, 7, 0, 20}},
		"deletions due":        {selectDeletionsDue, "offline_deletions_due (due_at>? AND due_at<?)", []any{1, 100}},
		"the next deletion":    {selectNextDeletion, "offline_deletions_due (due_at>?)", []any{1}},
		"measured":             {selectPressed, "licenses_measured (vendor_id=? AND id>?)", []any{1, 7, 0, 100}},
		"refusing":             {selectPressed, "licenses_refusing (vendor_id=? AND id>?)", []any{1, 7, 0, 100}},
	} {
		rows, err := db.Query(t.Context(), "EXPLAIN QUERY PLAN "+q.text, q.args...)
		steps, err := store.All[string](rows, err)(func(scan store.Scan) (step string, err error) {
			var id, parent, unused int
			return step, scan(&id, &parent, &unused, &step)
		})
		plan := strings.Join(steps, "; ")
		sorted := strings.Contains(plan, "TEMP B-TREE") && q.text != selectPressed // which sorts a page at most
		if err != nil || !strings.Contains(plan, q.want) || sorted || strings.Contains(plan, "SCAN a") || strings.Contains(plan, "SCAN l") {
			t.Errorf("%s: %s, %v", name, plan, err)
		}
	}
}

// numbered gives the places of a condition the numbers from 2 on.
func numbered(condition string) string {
	for n := 2; strings.Contains(condition, "?"); n++ {
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(n), 1)
	}
	return condition
}
