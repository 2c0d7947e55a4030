package licensing

import (
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/store"
	"chancery/internal/store/pgtest"
	"chancery/internal/tx"
)

// Each kind of thing that a search looks for is a range of an index of its own, on
// both engines: no licence, customer or activation is read that does not begin, or
// end, as asked for.
func TestASearchReadsRangesOfIndexes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]store.Config{"sqlite": {Dir: t.TempDir()}, "postgres": {URL: pgtest.Database(t)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := store.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			c.Clock = ident.SystemClock{}
			db, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			v := ident.VendorOf(1)
			for text, indexes := range map[string][]string{
				"9ca5-47cd-bf56": {"licenses_by_key_block2", "licenses_by_key_block3", "licenses_by_key_end", "tokens_by_key_end"},
				"9ca5":           {"licenses_by_key_block2", "licenses_by_key_block3", "licenses_by_key_block4", "licenses_by_printed_end"},
				"9pmha":          {"licenses_by_printed_block2", "licenses_by_printed_block3", "licenses_by_printed_end"},
			} {
				p, _ := licensing.ParsePrefix(text)
				explain(t, db, partsOfKeys(v, p.Parts), indexes...)
			}
			p, _ := licensing.ParsePrefix("0190a8f0-0000-7000")
			all := words(v, p)
			all.beginningsOfKeys(p)
			explain(t, db, all, "licenses_by_name", "licenses_by_legacy_key_alone", "licenses_by_licensee", "license_words_by_word", "licenses_by_customer")
		})
	}
}

// explain expects a plan that reads these indexes, and no table or index from its
// beginning to its end.
func explain(t *testing.T, db *store.DB, k *kinds, indexes ...string) {
	t.Helper()
	sqltext, args := store.Select(`SELECT l.id FROM licenses l WHERE l.vendor_id =`, k.vendor).And("l.id IN ("+k.text()+")", k.args...).End(" LIMIT 1")
	var steps []string
	err := db.Run(t.Context(), func(x tx.Tx) (err error) {
		q := store.On(x)
		if db.Dialect.Name() == "sqlite" {
			steps, err = store.All[string](q.Query("EXPLAIN QUERY PLAN "+sqltext, args...))(func(scan store.Scan) (step string, err error) {
				var id, parent, unused int
				return step, scan(&id, &parent, &unused, &step)
			})
			return err
		}
		if _, err := q.Exec(`SET LOCAL enable_seqscan = off`); err != nil { // the tables are empty
			return err
		}
		steps, err = store.All[string](q.Query("EXPLAIN "+sqltext, args...))(func(scan store.Scan) (step string, err error) { return step, scan(&step) })
		return err
	})
	plan := strings.Join(steps, "\n")
	if err != nil || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN l") || strings.Contains(plan, "SCAN tokens") || strings.Contains(plan, "SCAN customers") {
		t.Errorf("%v\n%s", err, plan)
	}
	for _, index := range indexes {
		if !strings.Contains(plan, index) {
			t.Errorf("%s is not read:\n%s", index, plan)
		}
	}
}
