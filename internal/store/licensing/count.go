package licensing

import (
	"context"
	"errors"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/store"
)

// CountByState counts all vendors' licences by state, for the operator's
// figures. Nothing in it belongs to a vendor.
func (s *Store) CountByState(ctx context.Context) (map[string]int64, error) {
	type count struct {
		state string
		n     int64
	}
	rows, err := s.db.Query(ctx, `SELECT CASE WHEN is_active = 0 THEN 'off' WHEN goodwill_used > 0 THEN 'goodwill'
			WHEN used_up_at IS NOT NULL THEN 'used_up' WHEN regular_used > 0 THEN 'in_use' ELSE 'unused' END AS state, COUNT(*)
		FROM licenses GROUP BY 1`)
	counts, err := store.All[count](rows, err)(func(scan store.Scan) (c count, err error) { return c, scan(&c.state, &c.n) })
	if err != nil {
		return nil, err
	}
	by := map[string]int64{"off": 0, "goodwill": 0, "used_up": 0, "in_use": 0, "unused": 0}
	for _, c := range counts {
		by[c.state] = c.n
	}
	return by, nil
}

// CountSome counts the licences that match, and stops at most. It takes filters
// that an index serves only.
func (s *Store) CountSome(ctx context.Context, v ident.VendorID, f licensing.Filter, most int) (n int, err error) {
	if !f.Indexed() {
		return 0, errors.New("licensing: licences are counted by what one index serves only")
	}
	q := store.Select(`SELECT l.id FROM licenses l WHERE l.vendor_id =`, v)
	narrowIndexed(f, q, v, false)
	narrowState(f, q)
	if f.Search != nil {
		if err := s.searched(ctx, q, v, *f.Search); err != nil {
			return 0, err
		}
	}
	sqltext, args := q.Page(listing.Request{Limit: most - 1}, store.Column{Name: "l.id"}, "l.id")
	_, err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM (`+sqltext+`) AS counted`, args, &n)
	return n, err
}
