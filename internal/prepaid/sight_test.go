package prepaid_test

import (
	"fmt"
	"testing"

	"chancery/internal/calendar"
	"chancery/internal/customers"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// rehang puts a customer below another superior.
func (b *bench) rehang(t *testing.T, c, superior customers.Customer) {
	t.Helper()
	storetest.Do(t, b.Env, func(x tx.Tx) (customers.Customer, error) {
		return b.Customers.Update(x, b.Vendor, c.UUID, customers.Change{Superior: new(&superior.UUID)})
	})
}

// Who is above a customer that was moved sees its records from the move on, and who was
// above it before and still is all of them; the customer itself too.
func TestRecordsOfAMovedCustomer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		other := b.Create(t, "Other", &b.top)
		cards := b.issue(t, "TR-30", 2, 0, &b.shop)
		b.device(t, "1", b.shop)
		shop := b.admin(b.shop)
		storetest.Do(t, e, b.bind(shop, cards[0], "1"))
		b.report(t, "1")
		e.Clock.Advance(day)
		sees := func(what string, who customers.Customer, transfers, deductions int) {
			t.Helper()
			for way, h := range map[string]prepaid.Holder{
				"with all below": tree(who),
				"by its picker":  {Customer: b.shop.ID, Seer: who.ID},
				"by both":        {Customer: b.shop.ID, Below: true, Seer: who.ID},
			} {
				of := len(b.transfers(t, prepaid.TransferFilter{Holders: h, With: b.shop.ID}))
				charged := len(b.deductions(t, prepaid.DeductionFilter{Holders: h}))
				if of != transfers || charged != deductions {
					t.Errorf("%s, %s sees %d transfers and %d deductions %s, want %d and %d", what, who.CompanyName, of, charged, way, transfers, deductions)
				}
			}
		}
		sees("before", b.mid, 2, 1)
		sees("before", other, 0, 0)
		b.rehang(t, b.shop, other)
		sees("moved", b.shop, 2, 1)
		sees("moved", b.top, 2, 1)
		sees("moved", other, 0, 0)
		e.Clock.Advance(day)
		b.report(t, "1")
		storetest.Do(t, e, b.giveBack(shop, cards[1]))
		sees("a day later", other, 1, 1)
		sees("a day later", b.top, 3, 2)
		sees("a day later", b.shop, 3, 2)
		e.Clock.Advance(day)
		b.rehang(t, other, b.rival)
		sees("moved with its superior", b.rival, 0, 0)
		sees("moved with its superior", other, 1, 1)
		if n := len(b.deductions(t, prepaid.DeductionFilter{Holders: tree(b.top)})); n != 0 {
			t.Errorf("who was above it sees %d deductions", n)
		}
		if since, err := b.rows.SeenSince(t.Context(), b.Vendor, b.shop.ID, other.ID); err != nil || !since.Equal(e.Clock.Now().Add(-2*day)) {
			t.Errorf("below the other one since %v, %v", since, err)
		}
		storetest.Sound(t, e)
	})
}

// Devices and cards that leave the vendor's stock, or come back to it, stand in its record.
func TestTheStocksOwnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		stock := prepaid.Holder{IsStaff: true}
		b.device(t, "1", customers.Customer{})
		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) {
			return b.service.SellDevices(x, b.staff, []string{"1"}, b.top.UUID)
		})
		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) {
			return b.service.ReturnDevices(x, b.admin(b.top), []string{"1"})
		})
		b.issue(t, "TR-30", 1, 0, &b.shop)
		if n := len(b.transfers(t, prepaid.TransferFilter{Holders: stock, Kind: prepaid.DeviceSale})); n != 2 {
			t.Errorf("%d transfers of the device", n)
		}
		all := b.transfers(t, prepaid.TransferFilter{Holders: stock})
		if len(all) != 5 {
			t.Errorf("%d transfers of the stock", len(all))
		}
		r, err := listing.Parse(2, "at", "", "-at", "at")
		if err != nil {
			t.Fatal(err)
		}
		for i := len(all) - 1; i >= 0; {
			page, err := b.rows.Transfers(t.Context(), b.Vendor, prepaid.TransferFilter{Holders: stock}, r)
			if err != nil || len(page.Items) == 0 {
				t.Fatalf("the oldest first: %d rows are left, %v", i+1, err)
			}
			for _, w := range page.Items {
				if w.ID != all[i].ID {
					t.Fatalf("the oldest first: transfer %d, want %d", w.ID, all[i].ID)
				}
				i--
			}
			if i >= 0 {
				if r, err = listing.Parse(2, "at", page.Next, "-at", "at"); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// A card and a device together narrow the ledger to what both have to do with.
func TestDeductionsOfACardOnADevice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards, shop := b.issue(t, "TR-30", 2, 0, &b.shop), b.admin(b.shop)
		for i, number := range []string{"1", "2"} {
			b.device(t, number, b.shop)
			storetest.Do(t, e, b.bind(shop, cards[i], number))
			b.report(t, number)
		}
		e.Clock.Advance(day)
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, shop, cards[1]) })
		storetest.Do(t, e, b.bind(shop, cards[1], "1"))
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, shop, cards[0]) })
		b.report(t, "1")
		for _, want := range []struct {
			card, device string
			n            int
		}{{cards[0], "", 1}, {cards[1], "", 2}, {"", "1", 2}, {cards[0], "1", 1}, {cards[1], "1", 1}, {cards[0], "2", 0}, {cards[1], "no such device", 0}} {
			got := b.deductions(t, prepaid.DeductionFilter{Card: want.card, Device: want.device, Holders: own(b.shop)})
			if len(got) != want.n {
				t.Errorf("card %q, device %q: %d rows, want %d", want.card, want.device, len(got), want.n)
			}
		}
	})
}

// The figures of one answer are of one moment, whatever is issued meanwhile.
func TestFiguresAreOfOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		today := calendar.DayOf(b.Clock.Now(), store.ZoneNamed("Europe/Berlin")).Number()
		issued := make(chan struct{})
		together(2, func(i int) {
			if i == 0 {
				defer close(issued)
				for n := range 30 {
					b.issue(t, b.code(t, fmt.Sprint("C", n), int64(n+1), prepaid.Daily, "*").Code, 3, 0, &b.top)
				}
				return
			}
			for {
				b.figuresAreSound(t, today)
				select {
				case <-issued:
					return
				default:
				}
			}
		})
	})
}

// figuresAreSound looks at figures of cards that are all new.
func (b *bench) figuresAreSound(t *testing.T, today int64) {
	t.Helper()
	lines, err := b.rows.Statement(t.Context(), b.Vendor, b.top.ID, today, today)
	if err != nil {
		t.Error(err)
	}
	for _, l := range lines {
		if l.Of(prepaid.ItemOpening) != (prepaid.Amount{}) || l.Of(prepaid.ItemClosing) != l.Of(prepaid.ItemBought) {
			t.Errorf("the statement of a day that began with nothing: %+v", l)
		}
	}
	all, rates, err := b.rows.Figures(t.Context(), b.Vendor, prepaid.Holder{Everybody: true, IsStaff: true}, today)
	if err != nil || len(all.Codes) != len(rates) {
		t.Errorf("%d codes, %d rates, %v", len(all.Codes), len(rates), err)
		return
	}
	for i, c := range all.Codes {
		if c.Days != c.Total*c.Code.Days || rates[i].Days != c.Days {
			t.Errorf("%s has %d cards of %d days, and %d days in all; the forecast says %d", c.Code.Code, c.Total, c.Code.Days, c.Days, rates[i].Days)
		}
	}
}
