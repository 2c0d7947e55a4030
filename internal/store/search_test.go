package store_test

import (
	"fmt"
	"testing"

	"chancery/internal/listing"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
)

// A search over more rows than one page looks at finds each exactly once, in
// both directions, and its every page looks at a bounded number of rows.
func TestBoundedSearchFindsEachOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCustomers(t, e)
		for i := range 23 {
			b.Create(t, fmt.Sprintf("c%d", i), nil)
		}
		const deep = 5
		for _, desc := range []bool{false, true} {
			found, pages := []string{}, 0
			for r := (listing.Request{Limit: 2, Sort: "created_at", Desc: desc}); ; pages++ {
				looked := store.Select(`SELECT c.id FROM customers c WHERE c.vendor_id =`, b.Vendor)
				search, err := e.DB.Bound(t.Context(), looked, "c.id", r, deep)
				if err != nil {
					t.Fatal(err)
				}
				q := store.Select(`SELECT c.id, c.company_name FROM customers c WHERE c.vendor_id =`, b.Vendor).
					And("(c.company_name = ? OR c.company_name = ? OR c.company_name = ? OR c.company_name = ?)", "c0", "c11", "c12", "c22")
				search.Within(q, "c.id")
				sqltext, args := q.Page(r, store.Column{Name: "c.id"}, "c.id")
				type row struct {
					id   int64
					name string
				}
				rows, err := store.All[row](e.DB.Query(t.Context(), sqltext, args...))(func(scan store.Scan) (v row, err error) {
					err = scan(&v.id, &v.name)
					return v, err
				})
				if err != nil || pages > 23 {
					t.Fatalf("after %d pages: %v", pages, err)
				}
				page := listing.Cut(r, rows, func(v row) listing.Mark { return r.Mark(v.id) })
				for _, v := range page.Items {
					found = append(found, v.name)
				}
				next := search.Next(page.Next)
				if next == "" {
					break
				}
				sort := "created_at"
				if desc {
					sort = "-created_at"
				}
				if r, err = listing.Parse(2, sort, next, "created_at"); err != nil {
					t.Fatal(err)
				}
			}
			want := "[c0 c11 c12 c22]"
			if desc {
				want = "[c22 c12 c11 c0]"
			}
			if fmt.Sprint(found) != want || pages < 3 {
				t.Errorf("found %v on %d pages", found, pages)
			}
		}
	})
}
