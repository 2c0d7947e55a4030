package prepaid_test

import (
	"testing"

	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// A page of a list looks at a bounded number of cards, in whatever order and whoever's they
// are; who searches on finds each once.
func TestPagesLookAtABoundedNumberOfCards(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	b := newBench(t, e)
	b.fill(t, store.SearchDepth+2000)
	b.must(t, func(x tx.Tx) error {
		if err := store.On(x).Later(`UPDATE prepaid_cards SET holder_id = $1`, b.shop.ID); err != nil {
			return err
		}
		return store.On(x).Later(`UPDATE prepaid_bound SET days = 900 WHERE card_id IN (11, $1)`, store.SearchDepth+1999)
	})
	days := int64(900)
	for name, h := range map[string]prepaid.Holder{"all": {Everybody: true, IsStaff: true}, "own": own(b.shop), "tree": tree(b.top), "none": own(b.rival)} {
		for _, sort := range []string{"number", "-number", "-created_at"} {
			found, pages := 0, 0
			for cursor := ""; pages == 0 || cursor != ""; pages++ {
				r, err := listing.Parse(10, sort, cursor, prepaid.CardSorts()...)
				if err != nil {
					t.Fatal(err)
				}
				page, err := b.rows.Cards(t.Context(), b.Vendor, prepaid.CardFilter{OfHolders: h, MinDays: &days}, r)
				if err != nil {
					t.Fatal(err)
				}
				found, cursor = found+len(page.Items), page.Next
			}
			wantFound, wantPages := 2, map[string]int{"all": 2, "own": 11, "tree": 11, "none": 1}[name]
			if name == "none" {
				wantFound = 0
			}
			if found != wantFound || pages != wantPages {
				t.Errorf("%s by %s: %d found on %d pages, want %d on %d", name, sort, found, pages, wantFound, wantPages)
			}
		}
	}
}
