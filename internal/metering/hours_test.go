package metering_test

import (
	"slices"
	"testing"
	"time"

	"chancery/internal/metering"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
	"chancery/internal/vendors"
)

// What a meter counted by the hour is the ledger's, with what was taken back taken off;
// hours from before they were added up are told by the ledger itself.
func TestHours(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000))
		since := e.Clock.Now().Truncate(time.Hour)
		b.consume(t, 3*unit, "a")
		b.consume(t, 2*unit, "b")
		e.Clock.Advance(2 * time.Hour)
		last := b.consume(t, 7*unit, "c")
		b.rollback(t, last.Transaction)
		b.consume(t, unit, "d")
		e.Clock.Advance(26 * time.Hour)
		b.consume(t, 4*unit, "e")
		want := []metering.Hour{{At: since, Amount: 5 * unit}, {At: since.Add(2 * time.Hour), Amount: unit}, {At: since.Add(28 * time.Hour), Amount: 4 * unit}}
		hours := func(what string, since time.Time, want []metering.Hour) {
			t.Helper()
			got, more, err := b.rows.Hours(t.Context(), b.Vendor, b.license.ID, b.pages.ID, since)
			if err != nil || more || len(got) != len(want) {
				t.Fatalf("%s: %+v, %v, %v", what, got, more, err)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%s: %+v, want %+v", what, got[i], want[i])
				}
			}
		}
		hours("all", since, want)
		hours("since", since.Add(time.Hour), want[1:])

		// An upgraded server: the first two hours were written by the release before.
		storetest.Do(t, e, func(x tx.Tx) (int, error) {
			q := store.On(x)
			if _, err := q.Exec(`DELETE FROM meter_hours WHERE begins_at < $1`, since.Add(3*time.Hour).Unix()); err != nil {
				return 0, err
			}
			_, err := q.Exec(`INSERT INTO meter_hours_from (at) VALUES ($1)`, since.Add(3*time.Hour).Unix())
			return 0, err
		})
		for i := range 2 {
			want[i].At = want[i].At.Add(15 * time.Minute) // the ledger tells quarters of hours
		}
		hours("upgraded", since, want)
		hours("upgraded, since", since.Add(time.Hour), want[1:])
	})
}

// In a zone of half hours a day begins in the middle of an hour of UTC: what is consumed
// on both sides of that midnight is of two hours, and so of two days.
func TestHoursAreTheVendors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newMeters(t, e, limitOf(1000))
		zone := "Asia/Kolkata"
		storetest.Do(t, e, func(x tx.Tx) (vendors.Vendor, error) {
			return storetest.Vendors(t, e).Update(x, b.Vendor, vendors.Change{Zone: &zone})
		})
		midnight := time.Date(2026, 3, 31, 18, 30, 0, 0, time.UTC)
		e.Clock.Advance(midnight.Add(-time.Minute).Sub(e.Clock.Now()))
		b.consume(t, 3*unit, "a")
		e.Clock.Advance(time.Minute)
		b.consume(t, 4*unit, "b")
		e.Clock.Advance(59 * time.Minute)
		b.consume(t, unit, "c")
		got, _, err := b.rows.Hours(t.Context(), b.Vendor, b.license.ID, b.pages.ID, midnight.Add(-24*time.Hour))
		want := []metering.Hour{{At: midnight.Add(-time.Hour), Amount: 3 * unit}, {At: midnight, Amount: 5 * unit}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	})
}
