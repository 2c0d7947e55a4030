package prepaid_test

import (
	"slices"
	"testing"

	"chancery/internal/calendar"
	"chancery/internal/customers"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// Customers are chosen by a part of their name or number, at any depth or directly below,
// two a page; nobody beside or above is among them.
func TestCustomersToChoose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issue(t, "TR-30", 3, 0, &b.mid)
		names := func(f prepaid.CustomerFilter) (names []string) {
			r := listing.Request{Limit: 2, Sort: "name"}
			for {
				page, err := b.rows.Customers(t.Context(), b.Vendor, f, r)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Items {
					names = append(names, c.Name)
					if c.Name == "Mid" && (c.Cards != 3 || c.Days != 90 || c.Below != 1 || c.Above.Name != "Top") {
						t.Errorf("mid: %+v", c)
					}
				}
				if page.Next == "" {
					return names
				}
				if r, err = listing.Parse(2, "name", page.Next, prepaid.CustomerSorts()...); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, c := range []struct {
			f    prepaid.CustomerFilter
			want []string
		}{
			{prepaid.CustomerFilter{}, []string{"Mid", "Rival", "Shop", "Top"}},
			{prepaid.CustomerFilter{Direct: true}, []string{"Rival", "Top"}},
			{prepaid.CustomerFilter{Within: b.top.ID}, []string{"Mid", "Shop"}},
			{prepaid.CustomerFilter{Within: b.top.ID, Direct: true}, []string{"Mid"}},
			{prepaid.CustomerFilter{Within: b.top.ID, Text: "HO"}, []string{"Shop"}},
			{prepaid.CustomerFilter{Within: b.top.ID, Text: "riv"}, nil},
			{prepaid.CustomerFilter{Text: "%"}, nil},
			{prepaid.CustomerFilter{Text: b.rival.Number}, []string{"Rival"}},
		} {
			if got := names(c.f); !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.f, got, c.want)
			}
		}
	})
}

// The sales record of the vendor's stock is its own, and is narrowed by the other side.
func TestSalesOfTheStock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.issue(t, "TR-30", 3, 0, &b.mid)
		b.issue(t, "TR-30", 1, 0, &b.rival)
		for _, c := range []struct {
			f    prepaid.TransferFilter
			want int
		}{
			{prepaid.TransferFilter{}, 4}, // two issues, two sales
			{prepaid.TransferFilter{Kind: prepaid.Sell}, 2},
			{prepaid.TransferFilter{Party: "riv"}, 1},
			{prepaid.TransferFilter{Party: b.top.Number}, 1},
			{prepaid.TransferFilter{Holders: prepaid.Holder{Everybody: true}, Party: "TOP"}, 2},
			{prepaid.TransferFilter{Party: "nobody"}, 0},
		} {
			if got := len(b.transfers(t, c.f)); got != c.want {
				t.Errorf("%+v: %d, want %d", c.f, got, c.want)
			}
		}
		page, err := b.rows.OrdersOf(t.Context(), b.Vendor, prepaid.Holder{Everybody: true}, listing.Request{Limit: 10, Sort: "created_at", Desc: true})
		if err != nil || len(page.Items) != 2 || page.Items[0].LicenseCode != "TR-30" || page.Items[0].State != prepaid.OrderDone || page.Items[0].Wanted != 1 {
			t.Errorf("orders: %+v, %v", page.Items, err)
		}
	})
}

// A device goes dark soon at the days that are left on all of its cards. A failed deduction
// names the license code of the used-up card, and so whom to ask for more.
func TestGoingDark(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		few, many := b.issue(t, "TR-30", 3, 2, &b.shop), b.issue(t, "TR-30", 1, 20, &b.shop)
		for i, number := range []string{"601", "602", "603", "604"} {
			b.device(t, number, b.shop)
			if i < len(few) {
				storetest.Do(t, e, b.bind(b.staff, few[i], number))
			}
		}
		storetest.Do(t, e, b.bind(b.staff, many[0], "602"))
		b.report(t, "601")
		b.report(t, "602") // has 20 days more; 603 never reported, 604 has no card
		going := func(c customers.Customer) (int64, int) {
			t.Helper()
			now := b.Clock.Now()
			soon := prepaid.SoonDark(now)
			n, err := b.rows.GoingDark(t.Context(), b.Vendor, c.ID, soon)
			if err != nil {
				t.Fatal(err)
			}
			page, err := b.rows.Devices(t.Context(), b.Vendor, prepaid.DeviceFilter{Soon: soon, Holders: own(c)}, listing.Request{Limit: 10, Sort: "created_at", Desc: true})
			if err != nil {
				t.Fatal(err)
			}
			return n, len(page.Items)
		}
		if n, listed := going(b.shop); n != 1 || listed != 1 {
			t.Errorf("%d go dark soon, %d are listed", n, listed)
		}
		if n, listed := going(b.mid); n != 0 || listed != 0 {
			t.Errorf("mid: %d, %d", n, listed)
		}
		e.Clock.Advance(day)
		b.round(t)
		if n, _ := going(b.shop); n != 1 {
			t.Errorf("on its last day: %d", n)
		}
		spare := b.issue(t, "TR-30", 1, 2, &b.shop)[0]
		b.must(t, func(x tx.Tx) error {
			_, _, err := b.service.Bind(x, b.staff, prepaid.BindCommand{Card: spare, Device: "604", From: b.Clock.Now()})
			return err
		})
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, b.staff, spare) })
		e.Clock.Advance(day)
		today := calendar.DayOf(b.Clock.Now(), store.ZoneNamed("Europe/Berlin"))
		if r, err := b.rows.RunFigures(t.Context(), b.Vendor, b.Clock.Now(), today); err != nil || r != (prepaid.RunFigures{Due: 3}) {
			t.Errorf("before the round: %+v, %v", r, err)
		}
		b.round(t)
		if n, _ := going(b.shop); n != 0 {
			t.Errorf("dark ones go dark: %d", n)
		}
		if r, err := b.rows.RunFigures(t.Context(), b.Vendor, b.Clock.Now(), today); err != nil || r != (prepaid.RunFigures{Dark: 2, Charged: 1}) {
			t.Errorf("after the round: %+v, %v", r, err)
		}
		if r, err := b.rows.RunFigures(t.Context(), ident.VendorOf(b.Vendor.Int64()+1), b.Clock.Now(), today); err != nil || r != (prepaid.RunFigures{}) {
			t.Errorf("another vendor: %+v, %v", r, err)
		}
		failed := prepaid.Failed
		for _, d := range b.deductions(t, prepaid.DeductionFilter{Holders: own(b.shop), Kind: &failed}) {
			want := map[prepaid.Dark]string{prepaid.DarkNoDays: "TR-30", prepaid.DarkNoCard: ""}[d.Reason]
			if d.LicenseCode != want || d.CardNo != "" {
				t.Errorf("failed for device %s: %+v", d.DeviceNo, d)
			}
		}
		storetest.Sound(t, e)
	})
}

// A transfer code can be made anew: the one before is good no longer. Without the switch
// there is none to be made anew.
func TestRenewedTransferCode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.device(t, "701", b.top)
		set := func(change prepaid.SwitchChange) string {
			t.Helper()
			return storetest.Do(t, e, func(x tx.Tx) (prepaid.Customer, error) {
				return b.service.SetSwitches(x, b.admin(b.rival), b.rival.UUID, change)
			}).TransferCode
		}
		if code := set(prepaid.SwitchChange{RenewCode: true}); code != "" {
			t.Errorf("a code without the switch: %s", code)
		}
		first := set(prepaid.SwitchChange{AcceptTransfer: new(true)})
		second := set(prepaid.SwitchChange{RenewCode: true})
		if first == "" || second == "" || first == second {
			t.Errorf("the codes: %q, then %q", first, second)
		}
		send := func(code string) error {
			return b.DB.Run(t.Context(), func(x tx.Tx) error {
				_, err := b.service.TransferDevices(x, b.admin(b.top), []string{"701"}, code)
				return err
			})
		}
		if send(first) == nil {
			t.Error("the old code is still good")
		}
		if err := send(second); err != nil {
			t.Error(err)
		}
	})
}
