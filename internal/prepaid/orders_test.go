package prepaid_test

import (
	"strings"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b *bench) order(t *testing.T, id ident.OrderID) prepaid.Order {
	t.Helper()
	return *storetest.Do(t, b.Env, func(x tx.Tx) (*prepaid.Order, error) { return b.rows.LockOrder(x, b.Vendor, id) })
}

// issueMany makes more cards than go at once.
func (b *bench) issueMany(t *testing.T, n int64) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (prepaid.Issued, error) {
		return b.service.Issue(x, b.staff, prepaid.IssueCommand{Code: "TR-30", Count: n, Customer: b.top.UUID})
	})
	b.work(t)
}

// A sale of very many cards is told of once for each license code, with all of its cards.
func TestABigSaleIsToldOfAsAWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issueMany(t, 2100)
		storetest.Subscribe(t, e, b.Vendor, prepaid.EventSold)
		storetest.Do(t, e, b.sellCount(b.admin(b.top), 2050, b.mid, prepaid.CardFilter{}))
		b.work(t)
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox WHERE event = $1 AND payload LIKE '%"cards":2050,"days":61500%'`, prepaid.EventSold); n != 1 {
			t.Errorf("told of %d sales of 2,050 cards", n)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM outbox`); n != 1 {
			t.Errorf("told of %d sales", n)
		}
	})
}

// An order that can't be carried out keeps no other one from being carried out.
func TestAFailingOrderHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issueMany(t, 4200)
		sell := b.sellCount(b.admin(b.top), 2050, b.mid, prepaid.CardFilter{})
		broken, good := storetest.Do(t, e, sell), storetest.Do(t, e, sell)
		b.must(t, func(x tx.Tx) error {
			return store.On(x).Later(`UPDATE prepaid_orders SET filter = 'no filter' WHERE id = $1`, broken.Order.ID)
		})
		if _, err := b.service.Work(tx.Hurried(t.Context())); err == nil || !strings.Contains(err.Error(), "order") {
			t.Errorf("the broken order: %v", err)
		}
		if o := b.order(t, good.Order.ID); o.State != prepaid.OrderDone || o.Done != 2050 {
			t.Errorf("the order behind it: %+v", o)
		}
	})
}

// A holder has a bounded number of orders under way, and a customer that a sale under way
// goes to is not deleted.
func TestOpenOrdersAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issue(t, "TR-30", 1, 0, &b.top)
		buyer := b.Create(t, "Buyer", &b.top)
		sell := b.sellCount(b.admin(b.top), 2001, buyer, prepaid.CardFilter{})
		for range 20 {
			storetest.Do(t, e, sell)
		}
		storetest.Refuse(t, e, "too_many_orders", sell)
		remove := func(x tx.Tx) (struct{}, error) { return struct{}{}, b.Customers.Delete(x, b.Vendor, buyer.UUID) }
		storetest.Refuse(t, e, "customer_in_use", remove)
		b.work(t)
		storetest.Do(t, e, sell)
		b.work(t)
		storetest.Do(t, e, remove)
		storetest.Sound(t, e)
	})
}
