package prepaid_test

import (
	"testing"

	"chancery/internal/calendar"
	"chancery/internal/customers"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

func own(c customers.Customer) prepaid.Holder { return prepaid.Holder{Customer: c.ID} }

func tree(c customers.Customer) prepaid.Holder { return prepaid.Holder{Customer: c.ID, Below: true} }

func (b *bench) cards(t *testing.T, f prepaid.CardFilter) []prepaid.CardView {
	t.Helper()
	page, err := b.rows.Cards(t.Context(), b.Vendor, f, listing.Request{Limit: 100, Sort: "created_at", Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

func (b *bench) transfers(t *testing.T, f prepaid.TransferFilter) []prepaid.TransferView {
	t.Helper()
	page, err := b.rows.Transfers(t.Context(), b.Vendor, f, listing.Request{Limit: 100, Sort: "at", Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

// deductions reads the whole ledger, two rows a page.
func (b *bench) deductions(t *testing.T, f prepaid.DeductionFilter) (all []prepaid.DeductionView) {
	t.Helper()
	r := listing.Request{Limit: 2, Sort: "day", Desc: true}
	for range 100 {
		page, err := b.rows.Deductions(t.Context(), b.Vendor, f, r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all
		}
		if r, err = listing.Parse(2, "-day", page.Next, prepaid.DeductionSorts()...); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the ledger has no end")
	return nil
}

// Each side of a sale sees its own part, superiors what is below them, and nobody what was
// before its time. Statistics, forecast and statement agree with the ledgers.
func TestWhoSeesWhat(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards := b.issue(t, "TR-30", 5, 0, &b.shop)
		b.issue(t, "TR-30", 2, 4, &b.rival)
		b.device(t, "501", b.shop)
		b.device(t, "502", b.shop)
		shop := b.admin(b.shop)
		for i, number := range []string{"501", "502"} {
			storetest.Do(t, e, b.bind(shop, cards[i], number))
		}
		for range 3 {
			b.report(t, "501")
			b.report(t, "502")
			e.Clock.Advance(day)
		}
		for who, want := range map[*customers.Customer][2]int{&b.shop: {5, 5}, &b.mid: {0, 5}, &b.top: {0, 5}, &b.rival: {2, 2}} {
			if got := [2]int{len(b.cards(t, prepaid.CardFilter{OfHolders: own(*who)})), len(b.cards(t, prepaid.CardFilter{OfHolders: tree(*who)}))}; got != want {
				t.Errorf("%s sees %v cards, its own and below, want %v", who.CompanyName, got, want)
			}
		}
		for who, want := range map[*customers.Customer]int{&b.shop: 1, &b.mid: 2, &b.top: 2, &b.rival: 1} {
			if got := len(b.transfers(t, prepaid.TransferFilter{Holders: own(*who), Kind: prepaid.Sell})); got != want {
				t.Errorf("%s sees %d sales of its own, want %d", who.CompanyName, got, want)
			}
		}
		if got := len(b.transfers(t, prepaid.TransferFilter{Holders: prepaid.Holder{Everybody: true}, Card: cards[0]})); got != 4 {
			t.Errorf("%d transfers of a card", got)
		}
		if got := b.deductions(t, prepaid.DeductionFilter{Holders: own(b.shop)}); len(got) != 6 || got[0].CardNo != cards[0] || !got[0].ByReport {
			t.Errorf("%d deductions: %+v", len(got), got)
		}
		if got := len(b.deductions(t, prepaid.DeductionFilter{Holders: tree(b.top), Device: "0502"})); got != 3 {
			t.Errorf("%d deductions of a device", got)
		}
		if got := len(b.deductions(t, prepaid.DeductionFilter{Holders: own(b.rival)})); got != 0 {
			t.Errorf("the rival sees %d deductions", got)
		}

		// The device is sold away: what was before stays with who had it then.
		storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Device, error) { return b.service.ReturnDevices(x, shop, []string{"501"}) })
		if err := b.hearings.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		now, err := b.rows.DeviceByNumber(t.Context(), b.Vendor, "501", own(b.mid))
		if err != nil || now == nil || !now.HeardAt.IsZero() || now.BoundCards != 1 || now.DaysLeft != 27 {
			t.Errorf("the device as its next owner sees it: %+v, %v", now, err)
		}
		if d, err := b.rows.DeviceByNumber(t.Context(), b.Vendor, "501", own(b.shop)); err != nil || d != nil {
			t.Errorf("the device as its last owner sees it: %+v, %v", d, err)
		}
		if c, err := b.rows.CardByNumber(t.Context(), b.Vendor, cards[0], own(b.mid)); err != nil || c == nil || !c.ActivatedAt.IsZero() {
			t.Errorf("the card as its next owner sees it: %+v, %v", c, err)
		}
		if got, former := len(b.deductions(t, prepaid.DeductionFilter{Holders: own(b.mid)})), len(b.deductions(t, prepaid.DeductionFilter{Holders: own(b.shop)})); got != 0 || former != 6 {
			t.Errorf("deductions: %d of the next owner, %d of the last one", got, former)
		}
		b.figuresAgree(t)
		storetest.Sound(t, e)
	})
}

func (b *bench) figuresAgree(t *testing.T) {
	t.Helper()
	all, err := b.rows.Statistics(t.Context(), b.Vendor, own(b.shop))
	if err != nil || len(all.Codes) != 1 {
		t.Fatal(all, err)
	}
	if c := all.Total(); c.Total != 4 || c.Days != 117 || c.ByStatus[prepaid.Unused] != 3 || c.ByStatus[prepaid.InUse] != 1 || c.UnderMonth.Bound != 1 || c.UnderMonth.Unbound != 0 {
		t.Errorf("the shop's figures: %+v", c)
	}
	zone := store.ZoneNamed("Europe/Berlin")
	today := calendar.DayOf(b.Clock.Now(), zone).Number()
	lines, err := b.rows.Statement(t.Context(), b.Vendor, b.shop.ID, today-3, today-1)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	for item, want := range map[prepaid.Item]prepaid.Amount{
		prepaid.ItemOpening: {}, prepaid.ItemBought: {Cards: 5, Days: 150}, prepaid.ItemCharged: {Days: 6}, prepaid.ItemClosing: {Cards: 5, Days: 144},
	} {
		if got := lines[0].Of(item); got != want {
			t.Errorf("the statement: %s %+v, want %+v", item, got, want)
		}
	}
	forecast, err := b.rows.Forecast(t.Context(), b.Vendor, own(b.shop), today)
	if err != nil || len(forecast) != 1 {
		t.Fatal(forecast, err)
	}
	if days, ok := forecast[0].LastsDays(); !ok || days != 117*7/6 {
		t.Errorf("it lasts %d days", days)
	}
}
