package cards_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chancery/internal/owners"
	"chancery/internal/server/servertest"
)

// ticked are the numbers of the cards that are ticked on a page, in order.
func ticked(p *servertest.Page) (numbers []string) {
	for _, box := range p.Find("#rows input[name=id][checked]").EachIter() {
		numbers = append(numbers, box.AttrOr("value", ""))
	}
	return numbers
}

// tick sends a page's list with these rows ticked, by a button.
func tick(t *testing.T, b *servertest.Browser, p *servertest.Page, button string, numbers ...string) *servertest.Page {
	t.Helper()
	form := url.Values{"id": numbers}
	for _, hidden := range p.Find("form[data-bulk] > input[type=hidden]").EachIter() {
		form.Add(hidden.AttrOr("name", ""), hidden.AttrOr("value", ""))
	}
	for _, press := range p.Find("form[data-bulk] button").EachIter() {
		if strings.TrimSpace(press.Text()) == button {
			if name := press.AttrOr("name", ""); name != "" {
				form.Set(name, press.AttrOr("value", ""))
			}
			return b.Post(t, strings.TrimPrefix(press.AttrOr("formaction", ""), b.Base), form)
		}
	}
	t.Fatalf("%s offers no %q: %s", p.Path, button, p.Text("main"))
	return nil
}

// offers are the buttons for ticked rows.
func offers(p *servertest.Page) (all []string) {
	for _, press := range p.Find("form[data-bulk] button").EachIter() {
		all = append(all, strings.TrimSpace(press.Text()))
	}
	return all
}

func owned(t *testing.T, d *servertest.Trade, customer string) (n int) {
	t.Helper()
	var list struct{ Items []any }
	d.API(t, 200, "GET", "/cards?limit=500&customer_id="+d.Customers[customer], nil).JSON(t, &list)
	return len(list.Items)
}

// Who sells many tells how many: the system ticks them, Unused before Deactivated and by
// number, the person changes the ticks, and exactly those that are ticked go.
func TestBatchSelect(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		cards := d.Issue(t, 12)
		d.Hand(t, cards, "top", "mid")
		d.Device(t, "501", "mid")
		used := cards[3]
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": used, "device": "501"})
		d.API(t, 200, "POST", "/reports", servertest.Fields{"reports": []servertest.Fields{{"device": "501"}}})
		d.API(t, 200, "POST", "/cards/unbind", servertest.Fields{"card": used})
		d.API(t, 200, "POST", "/cards/lock", servertest.Fields{"cards": []string{cards[5]}})
		d.API(t, 200, "POST", "/cards/bind", servertest.Fields{"card": cards[6], "device": "501"})
		fresh := slices.DeleteFunc(slices.Sorted(slices.Values(cards)), func(n string) bool { return n == used || n == cards[5] || n == cards[6] })

		mid := d.As(t, "mid", owners.Operator)
		list := mid.Get(t, d.At("mid", "/cards?license_code=TR-30"))
		dialog := mid.Get(t, strings.TrimPrefix(list.Find(".app-actions a:contains('Batch select')").AttrOr("href", ""), mid.Base))
		servertest.Says(t, dialog, "main", "10 cards can be selected", "OK")
		servertest.Refuses(t, mid.Press(t, dialog, "OK", url.Values{"quantity": {"11"}}), "quantity", "must be 10 at most")
		servertest.Refuses(t, mid.Press(t, dialog, "OK", url.Values{"quantity": {"none"}}), "quantity", "whole number")
		all := mid.Press(t, dialog, "OK", url.Values{"quantity": {"10"}})
		if got := ticked(all); !slices.Equal(got, append(slices.Clone(fresh), used)) {
			t.Fatalf("ticked %v, want %v and then %s", got, fresh, used)
		}
		some := mid.Press(t, dialog, "OK", url.Values{"quantity": {"4"}})
		if got := ticked(some); !slices.Equal(got, fresh[:4]) || some.Find("#rows input[name=id]").Length() != 10 {
			t.Fatalf("4 of them: %v of %d", got, some.Find("#rows input[name=id]").Length())
		}
		want := []string{fresh[0], fresh[2], used} // the person has changed the ticks
		ask := tick(t, mid, some, "Sell license", want...)
		servertest.Says(t, ask, "main", "Sell 3 cards", "shop · C-shop", fresh[0])
		servertest.Refuses(t, mid.Press(t, ask, "Sell license", nil), "to", "must name a customer")
		done := mid.Press(t, ask, "Sell license", url.Values{"to": {d.Customers["shop"]}})
		if !strings.Contains(done.Text("#flash"), "3 cards with 89 days are sold.") || done.Path != d.At("mid", "/cards?license_code=TR-30") {
			t.Errorf("%s says %s", done.Path, done.Text("#flash"))
		}
		shop := d.As(t, "shop", owners.Viewer)
		got := shop.Get(t, d.At("shop", "/cards")).Find("#rows td[data-label='Card number']").Text()
		for _, n := range want {
			if !strings.Contains(got, n) || owned(t, d, "shop") != 3 {
				t.Errorf("the shop has %s", got)
			}
		}
	})
}

// Very many are looked at page by page, ticks are kept across the pages, and an order hands
// over exactly those that are ticked.
func TestBatchSelectOfVeryMany(t *testing.T) {
	servertest.Each(t, func(t *testing.T, s *servertest.Server) {
		d := servertest.OpenTrade(t, s)
		for range 3 {
			d.API(t, 201, "POST", "/cards", servertest.Fields{"license_code": "TR-30", "count": 1000, "customer_id": d.Customers["top"]})
		}
		top := d.As(t, "top", owners.Operator)
		first := top.Get(t, d.At("top", "/cards/select?license_code=TR-30&quantity=2500"))
		one := ticked(first)
		if len(one) != 2000 || !strings.Contains(first.Text("main"), "2,500 cards are ticked") || !slices.IsSorted(one) {
			t.Fatalf("the first page has %d ticks: %s", len(one), first.Text(".app-lead"))
		}
		second := tick(t, top, first, "Next page", one[1:]...) // one is unticked
		two := ticked(second)
		if len(two) != 500 || !strings.Contains(second.Text("main"), "2,499 cards are ticked") || two[0] <= one[1999] {
			t.Fatalf("the second page has %d ticks: %s", len(two), second.Text(".app-lead"))
		}
		back := tick(t, top, second, "Page before", two[:498]...)
		if got := ticked(back); !slices.Equal(got, one[1:]) || !strings.Contains(back.Text("main"), "2,497 cards are ticked") {
			t.Fatalf("back on the first page there are %d ticks: %s", len(got), back.Text(".app-lead"))
		}
		ask := tick(t, top, back, "Sell license", one...) // and ticked again
		servertest.Says(t, ask, "main", "Sell 2,498 cards", "in the background")
		under := top.Press(t, ask, "Sell license", url.Values{"to": {d.Customers["mid"]}})
		if !strings.Contains(under.Text("#flash"), "The sale of 2,498 cards is under way.") || !strings.HasPrefix(under.Path, d.At("top", "/orders/")) {
			t.Fatalf("%s says %s", under.Path, under.Text("main"))
		}
		servertest.Shows(t, top, under.Path, func(p *servertest.Page) bool { return strings.Contains(p.Text(".app-head"), "Done") })
		var left struct{ Items []struct{ Number string } }
		d.API(t, 200, "GET", "/cards?limit=500&sort=number&customer_id="+d.Customers["top"], nil).JSON(t, &left)
		numbers := map[string]bool{}
		for _, c := range left.Items {
			numbers[c.Number] = true
		}
		if len(left.Items) != 500 || !numbers[two[498]] || !numbers[two[499]] {
			// 502 cards are left: the 500 behind those chosen, and the two that were unticked.
			if len(left.Items) != 500 {
				t.Errorf("%d cards are listed", len(left.Items))
			}
		}
		stats := top.Get(t, d.At("top", "/licenses")).Find("#rows td[data-label=Total]").Text()
		if n, err := strconv.Atoi(stats); err != nil || n != 502 {
			t.Errorf("%s cards are left", stats)
		}
		for _, kept := range two[498:] {
			if p := top.Get(t, d.At("top", "/cards?number="+kept)); !strings.Contains(p.Text("#rows"), kept) {
				t.Errorf("%s was unticked and is gone", kept)
			}
		}
		mid := d.As(t, "mid", owners.Viewer)
		if p := mid.Get(t, strings.Replace(under.Path, d.Customers["top"], d.Customers["mid"], 1)); p.Status != 404 {
			t.Errorf("the buyer opens the seller's order: %d", p.Status)
		}
	})
}
