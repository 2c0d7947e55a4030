package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/store"
	customerstore "chancery/internal/store/customers"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Names from before their words were kept get them, once, in portions; those that have
// been written since keep theirs.
func TestMissingWordsAreMade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := storetest.NewCustomers(t, e)
		for i := range 130 {
			b.Create(t, fmt.Sprintf("Customer.no%d", i), nil)
		}
		found := func(text string) []string {
			t.Helper()
			page, err := (customerstore.Store{DB: e.DB}).List(t.Context(), b.Vendor, customers.Filter{Search: text}, listing.Request{Limit: 10, Sort: "company_name"})
			if err != nil {
				t.Fatal(err)
			}
			names := make([]string, 0, len(page.Items))
			for _, c := range page.Items {
				names = append(names, c.CompanyName)
			}
			return names
		}
		if got := found("NO77"); !slices.Equal(got, []string{"Customer.no77"}) {
			t.Errorf("at once: %v", got)
		}
		if got := found("customer.no12"); !slices.Equal(got, []string{"Customer.no12", "Customer.no120", "Customer.no121", "Customer.no122", "Customer.no123", "Customer.no124", "Customer.no125", "Customer.no126", "Customer.no127", "Customer.no128"}) {
			t.Errorf("by the beginning: %v", got)
		}
		if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
			_, err := store.On(x).Exec(`DELETE FROM customer_words`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := found("no77"); len(got) != 0 {
			t.Errorf("without words: %v", got)
		}
		if n, err := store.MakeWords(t.Context(), e.DB); err != nil || n == 0 {
			t.Errorf("%d portions, %v", n, err)
		}
		if n, err := store.MakeWords(t.Context(), e.DB); err != nil || n != 0 {
			t.Errorf("a second time: %d portions, %v", n, err)
		}
		if got := found("no77"); !slices.Equal(got, []string{"Customer.no77"}) {
			t.Errorf("made: %v", got)
		}
	})
}

// The list of customers that a search finds is read by ranges of indexes, however
// many there are besides.
func TestASearchForCustomersReadsRangesOfIndexes(t *testing.T) {
	t.Parallel()
	e := storetest.SQLite(t)
	words, more := store.CustomerWords.Begin("no")
	sqltext, args := store.Select(`EXPLAIN QUERY PLAN SELECT c.id FROM customers c WHERE +c.vendor_id =`, ident.VendorOf(1)).
		And(`c.id IN (SELECT id FROM (SELECT id FROM customers WHERE vendor_id = ? AND name_folded >= ? ORDER BY name_folded, id LIMIT 300) AS whole
			UNION SELECT id FROM (`+words+` LIMIT 300) AS words)`, append([]any{1, "no", 1}, more...)...).
		Page(listing.Request{Limit: 50}, store.Column{Name: "c.name_folded"}, "c.id")
	steps, err := store.All[string](e.DB.Query(t.Context(), sqltext, args...))(func(scan store.Scan) (step string, err error) {
		var id, parent, unused int
		return step, scan(&id, &parent, &unused, &step)
	})
	plan := strings.Join(steps, "; ")
	for _, want := range []string{"customers_by_name (vendor_id=? AND name_folded>?)", "customer_words_by_word (vendor_id=? AND word>?", "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"} {
		if err != nil || !strings.Contains(plan, want) || strings.Contains(plan, "SCAN c") {
			t.Errorf("without %s: %s, %v", want, plan, err)
		}
	}
}
