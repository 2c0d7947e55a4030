package invariants

import (
	"context"
	"fmt"
	"slices"

	"chancery/internal/store"
	"chancery/internal/store/figures"
)

// Finding is something that must not be.
type Finding struct {
	Count int64
	What  string // "licences whose ..."
}

// Run checks one state of the whole database. It finds nothing in a sound one.
func Run(ctx context.Context, db *store.DB) ([]Finding, error) {
	var found []Finding
	err := db.Snapshot(ctx, func(query func(string, ...any) (store.Rows, error)) error {
		for _, c := range slices.Concat(checks, prepaidChecks, observeChecks) {
			rows, err := query(c.sqltext)
			counts, err := store.All[int64](rows, err)(func(scan store.Scan) (n int64, err error) { return n, scan(&n) })
			if err != nil {
				return fmt.Errorf("look for %s: %w", c.broken, err)
			}
			if counts[0] > 0 {
				found = append(found, Finding{counts[0], c.broken})
			}
		}
		wrong, err := figures.Recount(query)
		if err != nil {
			return fmt.Errorf("count the daily figures anew: %w", err)
		}
		if wrong > 0 {
			found = append(found, Finding{wrong, "days whose figures are not what counting them anew gives"})
		}
		return nil
	})
	return found, err
}

// Count tells how many statements there are.
func Count() int { return len(checks) + len(prepaidChecks) + len(observeChecks) + 1 }
