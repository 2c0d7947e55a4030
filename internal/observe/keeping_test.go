package observe_test

import (
	"maps"
	"testing"
	"time"

	"chancery/internal/observe"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Deleting by age takes events and nothing else, and a rebuild afterwards changes nothing.
func TestRetentionAndRebuildChangeNoFigure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := open(t, e, 50)
		first := e.Clock.Now()
		late := sent(e.IDs.V7(), first, "anna", "L", "old-corp")
		b.take(t, late)
		b.catch(t)
		e.Clock.Advance(95 * 24 * time.Hour)
		for range 20 {
			e.Clock.Advance(5 * time.Hour)
			b.take(t, sent(e.IDs.V7(), e.Clock.Now(), "anna", "L", "new-corp"), sent(e.IDs.V7(), e.Clock.Now(), "bob", "M", ""))
		}
		b.catch(t)
		before, asOf := b.all(t, observe.License)
		accounts, _ := b.all(t, observe.Account)
		if l := before["L"]; !l.First.Equal(first.UTC().Truncate(time.Millisecond)) || l.Others != 1 || l.Events != 20 ||
			accounts["old-corp"].Status != observe.Dormant {
			t.Fatalf("%+v, %+v", l, accounts)
		}
		keep := func(days int64) {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.keeping.Set(x, b.v, observe.Settings{RetentionDays: days}) })
			for range 2 {
				if _, err := b.keeping.Round(t.Context()); err != nil {
					t.Fatal(err)
				}
				e.Clock.Advance(2 * time.Minute)
				b.catch(t)
			}
		}
		same := func(what string) {
			t.Helper()
			after, _ := b.all(t, observe.License)
			others, _ := b.all(t, observe.Account)
			if !maps.Equal(after, before) || !maps.Equal(others, accounts) {
				t.Errorf("%s:\n got %+v, %+v\nwant %+v, %+v", what, after, others, before, accounts)
			}
		}
		keep(90)
		same("after deleting")
		page, err := b.rows.Events(t.Context(), b.v, observe.EventFilter{License: "L"}, 100, "")
		if err != nil || len(page.Items) != 20 || page.KeptFrom.IsZero() {
			t.Errorf("%d events, kept from %v, %v", len(page.Items), page.KeptFrom, err)
		}
		rebuild := func() {
			t.Helper()
			storetest.Do(t, e, func(x tx.Tx) (int, error) { return 0, b.folding.BeginRebuild(x, b.v) })
			b.catch(t)
		}
		rebuild()
		same("after a rebuild")
		// What is broken is counted anew.
		storetest.Do(t, e, func(x tx.Tx) (int64, error) {
			return store.On(x).Exec(`UPDATE observe_subjects SET events = 9, actors = 9, others = 9 WHERE vendor_id = $1`, b.v)
		})
		rebuild()
		same("after a rebuild of broken figures")
		keep(30)
		keep(90)
		rebuild()
		same("after a shorter retention")
		again := sent(e.IDs.V7(), e.Clock.Now().Add(-60*24*time.Hour), "anna", "L", "")
		if got := b.take(t, again); got[0].Reason != observe.TimestampOutOfRange {
			t.Errorf("an event of a deleted day is %q", got[0].Reason)
		}
		if _, now := b.all(t, observe.License); !now.After(asOf) {
			t.Errorf("as of %v, after %v", now, asOf)
		}
		storetest.Sound(t, e)
	})
}

// A vendor may take events only of products that it knows.
func TestKnownProductsOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := open(t, e, 50)
		b.take(t, sent(e.IDs.V7(), e.Clock.Now(), "anna", "L", ""))
		b.catch(t)
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			return 0, b.keeping.Set(x, b.v, observe.Settings{RetentionDays: 90, KnownOnly: true})
		})
		other := sent(e.IDs.V7(), e.Clock.Now(), "anna", "L", "")
		other.Product = given("Ap")
		got := b.take(t, other, sent(e.IDs.V7(), e.Clock.Now(), "anna", "L", ""))
		if got[0].Reason != observe.UnrecognizedProduct || got[1].Reason != "" {
			t.Errorf("%+v", got)
		}
		storetest.Refuse(t, e, "invalid_request", func(x tx.Tx) (int, error) {
			return 0, b.keeping.Set(x, b.v, observe.Settings{RetentionDays: 29})
		})
	})
}

// What is refused is kept up to a bound.
func TestRefusedItemsAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := open(t, e, 50)
		bad := make([]observe.Sent, 1000)
		for i := range bad {
			bad[i] = observe.Sent{Broken: true, Payload: "x"}
		}
		for range 130 {
			b.take(t, bad...)
		}
		rows := storetest.Count(t, e, `SELECT COUNT(*) FROM observe_invalid WHERE vendor_id = $1`, b.v)
		counted := storetest.Count(t, e, `SELECT CAST(SUM(items) AS BIGINT) FROM observe_invalid_counts WHERE vendor_id = $1`, b.v)
		if rows > 12_100 || rows < 10_000 || counted != 130_000 {
			t.Errorf("%d rows, %d counted", rows, counted)
		}
	})
}
