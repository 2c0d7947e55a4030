package prepaid_test

import (
	"testing"

	"chancery/internal/customers"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b *bench) sellCount(by prepaid.By, n int64, to customers.Customer, f prepaid.CardFilter) func(x tx.Tx) (prepaid.Sold, error) {
	return func(x tx.Tx) (prepaid.Sold, error) {
		return b.service.Sell(x, by, prepaid.SellCommand{Count: n, To: to.UUID, Filter: f})
	}
}

// A sale by a filter goes by all of it, as the list does.
func TestASaleGoesByTheWholeFilter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issue(t, "TR-30", 3, 0, nil)
		batch := storetest.Do(t, e, func(x tx.Tx) (prepaid.Issued, error) {
			return b.service.Issue(x, b.staff, prepaid.IssueCommand{Code: "TR-30", Count: 2})
		}).Order
		of := prepaid.CardFilter{OfBatch: batch.UUID.String()}
		storetest.Refuse(t, e, "too_few_cards", b.sellCount(b.staff, 3, b.top, of))
		for _, c := range storetest.Do(t, e, b.sellCount(b.staff, 2, b.top, of)).Cards {
			if c.Batch != batch.ID {
				t.Errorf("sold a card of the batch %d, want %d", c.Batch, batch.ID)
			}
		}
		b.device(t, "1", b.top)
		for _, number := range []string{"1", "no such device"} {
			storetest.Refuse(t, e, "too_few_cards", b.sellCount(b.staff, 1, b.top, prepaid.CardFilter{Device: number}))
		}
	})
}

// When a card was activated is hidden from an owner who had it later, also from a filter.
func TestAFilterDoesNotTellWhatIsHidden(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		card, mid := b.issue(t, "TR-30", 1, 0, &b.mid)[0], b.admin(b.mid)
		b.device(t, "1", b.mid)
		storetest.Do(t, e, b.bind(mid, card, "1"))
		b.report(t, "1")
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, mid, card) })
		f := prepaid.CardFilter{From: e.Clock.Now().Add(-day), To: e.Clock.Now().Add(day)}
		seen := func(h prepaid.Holder) int {
			f.OfHolders = h
			return len(b.cards(t, f))
		}
		if n := seen(own(b.mid)); n != 1 {
			t.Errorf("the owner of that time sees %d cards", n)
		}
		e.Clock.Advance(day)
		storetest.Do(t, e, b.giveBack(mid, card))
		if n := seen(own(b.top)); n != 0 {
			t.Errorf("the next owner sees %d cards", n)
		}
		if n := seen(prepaid.Holder{Everybody: true, IsStaff: true}); n != 1 {
			t.Errorf("the staff sees %d cards", n)
		}
		storetest.Refuse(t, e, "too_few_cards", b.sellCount(b.admin(b.top), 1, b.mid, f))
		b.must(t, func(x tx.Tx) error {
			_, err := b.service.Sell(x, b.staff, prepaid.SellCommand{Count: 1, From: b.top.ID, To: b.mid.UUID, Filter: f})
			return err
		})
	})
}
