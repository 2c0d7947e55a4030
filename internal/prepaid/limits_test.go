package prepaid_test

import (
	"fmt"
	"testing"

	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// What is read as a whole is bounded: the cards with days of a device, and the license
// codes of a vendor.
func TestWhatIsReadAsAWholeIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		cards, shop := b.issue(t, "TR-30", 101, 1, &b.shop), b.admin(b.shop)
		b.device(t, "1", b.shop)
		b.must(t, func(x tx.Tx) error {
			for _, c := range cards[:100] {
				if _, err := b.bind(shop, c, "1")(x); err != nil {
					return err
				}
			}
			return nil
		})
		storetest.Refuse(t, e, "device_full", b.bind(shop, cards[100], "1"))
		b.report(t, "1") // uses one card up
		storetest.Do(t, e, b.bind(shop, cards[100], "1"))

		create := func(x tx.Tx, n int) error {
			_, err := b.service.CreateCode(x, b.staff, prepaid.Code{Code: fmt.Sprint("C-", n), Name: "C", Models: []string{"*"}, Days: 1})
			return err
		}
		b.must(t, func(x tx.Tx) error {
			for n := range 499 {
				if err := create(x, n); err != nil {
					return err
				}
			}
			return nil
		})
		storetest.Refuse(t, e, "too_many_license_codes", func(x tx.Tx) (struct{}, error) { return struct{}{}, create(x, 500) })
		storetest.Sound(t, e)
	})
}

// Cards of several customers and codes, bound and not, are withdrawn together: one row of
// the record for each customer and code. All of them or none.
func TestManyAreWithdrawnTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		b.code(t, "A", 5, prepaid.Daily, "*")
		cards := append(b.issue(t, "TR-30", 3, 0, &b.shop), b.issue(t, "A", 2, 0, &b.shop)...)
		cards = append(cards, b.issue(t, "A", 2, 0, &b.rival)...)
		b.device(t, "1", b.shop)
		b.device(t, "2", b.shop)
		for i, number := range []string{"1", "2", "1"} {
			storetest.Do(t, e, b.bind(b.staff, cards[i], number))
		}
		b.report(t, "1")
		withdraw := func(numbers ...string) func(x tx.Tx) ([]prepaid.Card, error) {
			return func(x tx.Tx) ([]prepaid.Card, error) { return b.service.Withdraw(x, b.staff, numbers) }
		}
		storetest.Do(t, e, withdraw(cards[6]))
		if f := storetest.Refuse(t, e, "card_without_days", withdraw(cards...)); len(f) != 1 {
			t.Errorf("the empty card is named by %v", f)
		}
		storetest.Refuse(t, e, "card_not_found", withdraw(append([]string{"0000-0000-0000"}, cards[:6]...)...))
		if gone := storetest.Do(t, e, withdraw(cards[:6]...)); len(gone) != 6 {
			t.Errorf("%d cards were withdrawn", len(gone))
		}
		rows := b.transfers(t, prepaid.TransferFilter{Kind: prepaid.Withdraw, Holders: prepaid.Holder{Everybody: true}})
		days := map[int64]int{}
		for _, r := range rows {
			days[r.Days]++
		}
		if len(rows) != 4 || days[89] != 1 || days[10] != 1 || days[5] != 2 {
			t.Errorf("%d rows, with days %v", len(rows), days)
		}
		for _, number := range cards {
			b.wants(t, number, prepaid.Expired, 0)
		}
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_cards WHERE device_id IS NOT NULL`); n != 0 {
			t.Errorf("%d cards are still on a device", n)
		}
		storetest.Sound(t, e)
	})
}
