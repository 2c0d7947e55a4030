package prepaid_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"

	"chancery/internal/prepaid"
	prepaidstore "chancery/internal/store/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// The numbers that are no devices are each vendor's own list, of those heard last; they are
// kept where they can't be written at once.
func TestUnknownNumbers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		var down atomic.Bool
		down.Store(true)
		hearings := prepaidstore.NewHearings(runnerFunc(func(fn func(tx.Tx) error) error {
			if down.Load() {
				return errors.New("the database is away")
			}
			return e.DB.Run(context.WithoutCancel(t.Context()), fn)
		}), slog.New(slog.DiscardHandler))
		other := storetest.Vendor(t, e, "Bolt").ID
		heard := func(n int) {
			for i := range n {
				hearings.Unknown(b.Vendor, strconv.Itoa(i+1), strconv.Itoa(i+1), e.Clock.Now())
			}
		}
		heard(1200)
		hearings.Unknown(other, "7", "0-07", e.Clock.Now())
		if err := hearings.Flush(t.Context()); err == nil {
			t.Error("written to no database")
		}
		down.Store(false)
		heard(1)
		if err := hearings.Close(); err != nil {
			t.Fatal(err)
		}
		list := func() []prepaid.Unknown {
			all, err := b.rows.Unknown(t.Context(), b.Vendor)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		if all := list(); len(all) != 1000 {
			t.Errorf("%d numbers of the one vendor", len(all))
		}
		if n := storetest.Count(t, e, `SELECT times FROM prepaid_unknown WHERE vendor_id = $1 AND number_key = '1'`, b.Vendor); n != 2 {
			t.Errorf("the first number was heard %d times", n)
		}
		theirs, err := b.rows.Unknown(t.Context(), other)
		if err != nil || len(theirs) != 1 || theirs[0].Number != "0-07" || theirs[0].Times != 1 {
			t.Errorf("the other vendor's: %+v, %v", theirs, err)
		}

		// Behind a restart the list is there, and those heard longest ago go.
		e.Clock.Advance(day)
		if _, err := b.reports.Answer(t.Context(), b.Vendor, []prepaid.Report{{Device: "x-1"}}); err != nil {
			t.Fatal(err)
		}
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all := list(); len(all) != 1000 || all[0].Number != "x-1" {
			t.Errorf("%d numbers, the last one %s", len(all), all[0].Number)
		}
	})
}
