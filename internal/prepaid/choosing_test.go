package prepaid_test

import (
	"slices"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What a page shows before a sale by number is what the sale takes: the same cards, in the
// order of sale, page by page, without those that are left out.
func TestWhatIsChosenIsWhatIsSold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.code(t, "TR-90", 90, prepaid.Daily, "GT06*")
		cards := slices.Concat(b.issue(t, "TR-30", 6, 0, &b.mid), b.issue(t, "TR-90", 4, 0, &b.mid))
		mid := b.admin(b.mid)
		b.device(t, "501", b.mid)
		used := cards[:2] // Deactivated: charged, and taken off again
		for _, number := range used {
			storetest.Do(t, e, b.bind(mid, number, "501"))
			e.Clock.Advance(day)
			b.report(t, "501")
			storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, mid, number) })
		}
		storetest.Do(t, e, b.lock(mid, true, cards[2]))
		storetest.Do(t, e, b.bind(mid, cards[3], "501"))
		fresh := slices.Sorted(slices.Values(cards[4:]))
		want := slices.Concat(fresh, slices.Sorted(slices.Values(used)))

		chosen := func(f prepaid.CardFilter, pages int) (all []string) {
			f.OfHolders = own(b.mid)
			var after *prepaid.Card
			for {
				some, err := b.rows.ToSell(t.Context(), b.Vendor, b.mid.ID, f, after, pages)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range some {
					all = append(all, c.Number)
				}
				if len(some) < pages {
					return all
				}
				after = &some[len(some)-1].Card
			}
		}
		for _, pages := range []int{1, 3, 100} {
			if got := chosen(prepaid.CardFilter{}, pages); !slices.Equal(got, want) {
				t.Errorf("chosen, %d a page: %v, want %v", pages, got, want)
			}
		}
		for _, f := range []prepaid.CardFilter{
			{}, {Code: "tr-90"}, {Status: prepaid.Deactivated}, {Except: fresh[:2]}, {Device: "501"}, {OfBatch: "no batch"}, {MinDays: new(int64(31))},
		} {
			n, err := b.rows.CountToSell(t.Context(), b.Vendor, b.mid.ID, f, 100)
			if got := chosen(f, 100); err != nil || int64(len(got)) != n {
				t.Errorf("%+v: %d are counted, %d chosen, %v", f, n, len(got), err)
			}
			if n == 0 {
				storetest.Refuse(t, e, "too_few_cards", b.sellTheFirst(mid, b.shop.UUID, 1, f))
			}
		}
		if n, err := b.rows.CountToSell(t.Context(), b.Vendor, b.mid.ID, prepaid.CardFilter{}, 3); err != nil || n != 3 {
			t.Errorf("3 at most: %d, %v", n, err)
		}
		but := prepaid.CardFilter{Except: []string{fresh[0], fresh[2]}}
		sold := storetest.Do(t, e, b.sellTheFirst(mid, b.shop.UUID, 3, but))
		var got []string
		for _, c := range sold.Cards {
			got = append(got, c.Number)
		}
		if left := []string{fresh[1], fresh[3], fresh[4]}; !slices.Equal(got, left) {
			t.Errorf("sold %v, want %v", got, left)
		}
		storetest.Refuse(t, e, "invalid_request", b.sellTheFirst(mid, b.shop.UUID, 1, prepaid.CardFilter{Except: make([]string, prepaid.MaxExcept+1)}))
		storetest.Sound(t, e)
	})
}

// A card that was charged before its present owner's time is Deactivated for that owner,
// too, who is not told when it was activated.
func TestASoldCardStaysDeactivated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards := b.issue(t, "TR-30", 1, 0, &b.mid)
		mid := b.admin(b.mid)
		b.device(t, "501", b.mid)
		storetest.Do(t, e, b.bind(mid, cards[0], "501"))
		b.report(t, "501")
		storetest.Do(t, e, func(x tx.Tx) (prepaid.Card, error) { return b.service.Unbind(x, mid, cards[0]) })
		e.Clock.Advance(day)
		storetest.Do(t, e, b.sell(mid, b.shop, cards[0]))
		for _, f := range []prepaid.CardFilter{{}, {Status: prepaid.Deactivated}} {
			f.OfHolders = own(b.shop)
			if got := b.cards(t, f); len(got) != 1 || got[0].Status() != prepaid.Deactivated || !got[0].ActivatedAt.IsZero() || len(got[0].Models) != 1 {
				t.Errorf("%+v: %+v", f, got)
			}
		}
	})
}

// Who sells chooses among the customers directly below, by name or number.
func TestSubCustomers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.Create(t, "Shopkeepers", &b.mid)
		names := func(c prepaid.Holder, text string, limit int) (all []string) {
			found, err := b.rows.SubCustomers(t.Context(), b.Vendor, c.Customer, text, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range found {
				all = append(all, one.Name)
			}
			return all
		}
		for _, c := range []struct {
			of    prepaid.Holder
			text  string
			limit int
			want  []string
		}{
			{prepaid.Holder{}, "", 9, []string{"Rival", "Top"}},
			{own(b.top), "", 9, []string{"Mid"}},
			{own(b.mid), "", 9, []string{"Shop", "Shopkeepers"}},
			{own(b.mid), "", 1, []string{"Shop"}},
			{own(b.mid), "shopk", 9, []string{"Shopkeepers"}},
			{own(b.mid), b.shop.Number, 9, []string{"Shop"}},
			{own(b.shop), "", 9, nil},
		} {
			if got := names(c.of, c.text, c.limit); !slices.Equal(got, c.want) {
				t.Errorf("below %d, %q: %v, want %v", c.of.Customer, c.text, got, c.want)
			}
		}
	})
}

func (b *bench) sellTheFirst(by prepaid.By, to ident.UUID, n int64, f prepaid.CardFilter) func(x tx.Tx) (prepaid.Sold, error) {
	return func(x tx.Tx) (prepaid.Sold, error) {
		return b.service.Sell(x, by, prepaid.SellCommand{Count: n, To: to, Filter: f})
	}
}
