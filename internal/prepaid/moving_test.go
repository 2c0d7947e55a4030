package prepaid_test

import (
	"strings"
	"testing"

	"chancery/internal/customers"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func (b *bench) sell(by prepaid.By, to customers.Customer, cards ...string) func(x tx.Tx) (prepaid.Sold, error) {
	return func(x tx.Tx) (prepaid.Sold, error) {
		return b.service.Sell(x, by, prepaid.SellCommand{Cards: cards, To: to.UUID})
	}
}

func (b *bench) giveBack(by prepaid.By, cards ...string) func(x tx.Tx) ([]prepaid.Card, error) {
	return func(x tx.Tx) ([]prepaid.Card, error) { return b.service.Return(x, by, cards) }
}

func (b *bench) lock(by prepaid.By, on bool, cards ...string) func(x tx.Tx) ([]prepaid.Card, error) {
	return func(x tx.Tx) ([]prepaid.Card, error) { return b.service.SetLock(x, by, cards, on) }
}

// Cards go down level by level and come back up, all of them or none; who may not touch
// them is told why, and sees nothing beside or above.
func TestCardsMoveInTheTree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards := b.issue(t, "TR-30", 4, 0, nil)
		top, mid, shop, rival := b.admin(b.top), b.admin(b.mid), b.admin(b.shop), b.admin(b.rival)
		storetest.Refuse(t, e, "not_top_level_customer", b.sell(b.staff, b.mid, cards...))
		storetest.Refuse(t, e, "card_not_found", b.sell(top, b.mid, cards...))
		storetest.Do(t, e, b.sell(b.staff, b.top, cards...))
		storetest.Refuse(t, e, "not_direct_sub_customer", b.sell(top, b.shop, cards...))
		storetest.Refuse(t, e, "customer_not_found", b.sell(top, b.rival, cards...))
		storetest.Refuse(t, e, "card_not_found", b.sell(rival, b.rival, cards...))
		storetest.Refuse(t, e, "card_twice", b.sell(top, b.mid, cards[0], cards[0]))
		storetest.Do(t, e, b.lock(top, true, cards[3]))
		if f := storetest.Refuse(t, e, "card_locked", b.sell(top, b.mid, cards...)); len(f) != 1 {
			t.Errorf("the locked card is named by %v", f)
		}
		storetest.Do(t, e, b.lock(b.person(b.top, prepaid.Operator), false, cards[3]))
		storetest.Refuse(t, e, "role_missing", b.sell(b.person(b.top, prepaid.Viewer), b.mid, cards...))
		storetest.Do(t, e, b.sell(top, b.mid, cards...))
		storetest.Do(t, e, b.sell(mid, b.shop, cards[:2]...))
		storetest.Refuse(t, e, "owners_differ", b.giveBack(b.staff, cards...))
		storetest.Refuse(t, e, "card_not_found", b.lock(shop, true, cards[2]))
		storetest.Refuse(t, e, "superior_not_allowed", b.giveBack(mid, cards[0]))
		storetest.Refuse(t, e, "sell_foreign", b.sell(mid, b.shop, cards[0]))
		storetest.Refuse(t, e, "not_direct_superior", b.giveBack(top, cards[0]))

		yes := true
		allow := func(by prepaid.By) func(x tx.Tx) (prepaid.Customer, error) {
			return func(x tx.Tx) (prepaid.Customer, error) {
				return b.service.SetSwitches(x, by, b.shop.UUID, prepaid.SwitchChange{AllowSuperior: &yes})
			}
		}
		storetest.Refuse(t, e, "switch_foreign", allow(mid))
		storetest.Refuse(t, e, "switch_foreign", allow(b.person(b.shop, prepaid.Operator)))
		storetest.Refuse(t, e, "customer_not_found", allow(rival))
		storetest.Do(t, e, allow(shop))
		storetest.Refuse(t, e, "administrator_only", b.giveBack(b.person(b.mid, prepaid.Operator), cards[0]))
		storetest.Refuse(t, e, "not_direct_superior", b.giveBack(top, cards[0]))
		storetest.Do(t, e, b.giveBack(mid, cards[0]))
		storetest.Do(t, e, b.giveBack(shop, cards[1]))
		storetest.Do(t, e, b.giveBack(mid, cards...))
		storetest.Do(t, e, b.giveBack(top, cards...))
		storetest.Refuse(t, e, "in_vendor_stock", b.giveBack(b.staff, cards...))
		if c := b.card(t, cards[0]); c.Holder != 0 {
			t.Errorf("the card is with %d", c.Holder)
		}
		storetest.Sound(t, e)
	})
}

// A superior's own card passes down with one transfer for each level when it is bound to a
// device far below; a device is sold and returned with the cards on it.
func TestCardsPassDownToDevices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards := b.issue(t, "TR-30", 3, 0, &b.top)
		stock := b.issue(t, "TR-30", 1, 0, nil)[0]
		b.device(t, "00-77", b.shop)
		top, mid, shop := b.admin(b.top), b.admin(b.mid), b.admin(b.shop)
		storetest.Refuse(t, e, "device_not_found", b.bind(b.admin(b.rival), cards[0], "77"))
		storetest.Refuse(t, e, "card_not_found", b.bind(shop, cards[0], "77"))
		storetest.Do(t, e, b.bind(top, cards[0], " 0 7-7"))
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_transfers WHERE kind = 'bind'`); n != 2 {
			t.Errorf("%d transfers for two levels", n)
		}
		storetest.Refuse(t, e, "card_bound", b.bind(shop, cards[0], "77"))
		storetest.Do(t, e, b.bind(b.staff, stock, "77"))
		b.code(t, "VT-1", 5, prepaid.Daily, "VT*")
		other := b.issue(t, "VT-1", 1, 0, &b.top)[0]
		storetest.Refuse(t, e, "model_not_covered", b.bind(top, other, "77"))
		b.report(t, "77")

		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) { return b.service.ReturnDevices(x, shop, []string{"77"}) })
		if c := b.card(t, cards[0]); c.Holder != b.mid.ID || c.Device == 0 {
			t.Errorf("the card of the returned device: %+v", c)
		}
		storetest.Refuse(t, e, "card_not_found", b.sell(shop, b.shop, cards[0]))
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, mid, stock) })
		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) {
			return b.service.SellDevices(x, mid, []string{"077"}, b.shop.UUID)
		})
		if d := b.deviceNow(t, "77"); d.Holder != b.shop.ID {
			t.Errorf("the device sold on is with %d", d.Holder)
		}
		storetest.Refuse(t, e, "device_exists", func(x tx.Tx) (prepaid.Device, error) {
			return b.service.CreateDevice(x, b.staff, prepaid.NewDevice{Number: "0077", Model: "GT06N"})
		})
		yes := true
		rival := storetest.Do(t, e, func(x tx.Tx) (prepaid.Customer, error) {
			return b.service.SetSwitches(x, b.admin(b.rival), b.rival.UUID, prepaid.SwitchChange{AcceptTransfer: &yes})
		})
		transfer := func(code string) func(x tx.Tx) ([]prepaid.Device, error) {
			return func(x tx.Tx) ([]prepaid.Device, error) {
				return b.service.TransferDevices(x, shop, []string{"77"}, code)
			}
		}
		storetest.Refuse(t, e, "unknown_transfer_code", transfer("T-0000-0000-0000"))
		asTyped := " " + strings.NewReplacer("0", "o", "1", "l", "-", " ").Replace(strings.ToLower(rival.TransferCode))
		storetest.Do(t, e, transfer(asTyped))
		if c := b.card(t, cards[0]); c.Holder != b.rival.ID {
			t.Errorf("the card went to %d", c.Holder)
		}
		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Card, error) { return b.service.Withdraw(x, b.staff, []string{cards[0]}) })
		b.wants(t, cards[0], prepaid.Expired, 0)
		storetest.Sound(t, e)
	})
}

// Selling by number takes Unused cards before Deactivated ones. Very many go by an order,
// which hands all of them over, or lets all of them go.
func TestVeryManyCardsAreSold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		made := storetest.Do(t, e, func(x tx.Tx) (prepaid.Issued, error) {
			return b.service.Issue(x, b.staff, prepaid.IssueCommand{Code: "TR-30", Count: 2600, Customer: b.top.UUID})
		})
		if len(made.Cards) != 0 {
			t.Errorf("%d cards at once", len(made.Cards))
		}
		b.work(t)
		top := b.admin(b.top)
		count := func(n int64, to customers.Customer, f prepaid.CardFilter) func(x tx.Tx) (prepaid.Sold, error) {
			return func(x tx.Tx) (prepaid.Sold, error) {
				return b.service.Sell(x, top, prepaid.SellCommand{Count: n, To: to.UUID, Filter: f})
			}
		}
		storetest.Refuse(t, e, "too_few_cards", count(100, b.mid, prepaid.CardFilter{Status: prepaid.Deactivated}))
		if sold := storetest.Do(t, e, count(2000, b.mid, prepaid.CardFilter{})); len(sold.Cards) != 2000 || sold.Days != 60_000 {
			t.Errorf("sold %d cards with %d days", len(sold.Cards), sold.Days)
		}
		storetest.Do(t, e, b.giveBackAll(t, b.mid))
		held := storetest.Do(t, e, count(2601, b.mid, prepaid.CardFilter{}))
		b.work(t)
		state := func(id ident.OrderID) prepaid.Order {
			return *storetest.Do(t, e, func(x tx.Tx) (*prepaid.Order, error) { return b.rows.LockOrder(x, b.Vendor, id) })
		}
		if o := state(held.Order.ID); o.State != prepaid.OrderFailed || o.Problem == "" || b.heldBy(t, b.mid) != 0 {
			t.Errorf("a sale of too many: %+v", o)
		}
		sold := storetest.Do(t, e, count(2500, b.mid, prepaid.CardFilter{Code: "tr-30"}))
		b.work(t)
		if o := state(sold.Order.ID); o.State != prepaid.OrderDone || o.Done != 2500 || b.heldBy(t, b.mid) != 2500 {
			t.Errorf("a sale of 2,500: %+v, %d with the customer", o, b.heldBy(t, b.mid))
		}
		storetest.Sound(t, e)
	})
}

// heldBy counts the cards of a customer.
func (b *bench) heldBy(t *testing.T, c customers.Customer) int {
	t.Helper()
	return storetest.Count(t, b.Env, `SELECT COUNT(*) FROM prepaid_cards WHERE holder_id = $1`, c.ID)
}

// giveBackAll returns all cards of a customer.
func (b *bench) giveBackAll(t *testing.T, c customers.Customer) func(x tx.Tx) ([]prepaid.Card, error) {
	t.Helper()
	cards := storetest.Do(t, b.Env, func(x tx.Tx) ([]prepaid.Card, error) {
		return b.rows.LockToSell(x, b.Vendor, c.ID, prepaid.CardFilter{}, prepaid.MaxAtOnce)
	})
	numbers := make([]string, len(cards))
	for i, one := range cards {
		numbers[i] = one.Number
	}
	return b.giveBack(b.admin(c), numbers...)
}

// Numbers come back from people and spreadsheets in many ways.
func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		card := b.issue(t, "TR-30", 1, 0, &b.shop)[0]
		b.device(t, "356938035643809", b.shop)
		_, _, err := func() (prepaid.Card, prepaid.Device, error) {
			var c prepaid.Card
			var d prepaid.Device
			err := e.DB.Run(t.Context(), func(x tx.Tx) (err error) {
				c, d, err = b.service.Bind(x, b.admin(b.shop), prepaid.BindCommand{Card: card, Device: "3.56938E+14"})
				return err
			})
			return c, d, err
		}()
		if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "device" {
			t.Errorf("a number that a spreadsheet has rounded: %v", err)
		}
		storetest.Do(t, e, b.bind(b.admin(b.shop), card, "35-693803-564380-9"))
		answers, err := b.reports.Answer(t.Context(), b.Vendor, []prepaid.Report{{Device: "0356938035643809"}, {Device: "35 693803 564380 9"}})
		if err != nil || len(answers) != 2 || !answers[0].Allowed || answers[0].Device != "0356938035643809" || !answers[1].Allowed {
			t.Errorf("%+v, %v", answers, err)
		}
		b.wants(t, card, prepaid.InUse, 29)
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_heard`); n != 1 {
			t.Errorf("%d devices were heard", n)
		}
	})
}

// Sold by number, Unused cards go before Deactivated ones, whatever code they are of.
func TestUnusedCardsAreSoldFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.code(t, "A", 5, prepaid.Daily, "*")
		used, top := b.issue(t, "A", 4, 0, &b.top), b.admin(b.top)
		b.issue(t, "TR-30", 4, 0, &b.top)
		b.device(t, "1", b.top)
		for _, card := range used {
			storetest.Do(t, e, b.bind(top, card, "1"))
			e.Clock.Advance(day)
			b.report(t, "1")
			storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, top, card) })
		}
		sold := storetest.Do(t, e, func(x tx.Tx) (prepaid.Sold, error) {
			return b.service.Sell(x, top, prepaid.SellCommand{Count: 4, To: b.mid.UUID})
		})
		for _, c := range sold.Cards {
			if c.Status() != prepaid.Unused {
				t.Errorf("sold %s, which is %s", c.Number, c.Status())
			}
		}
		storetest.Sound(t, e)
	})
}
