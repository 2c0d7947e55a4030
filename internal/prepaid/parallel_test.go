package prepaid_test

import (
	"fmt"
	"sync"
	"testing"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store/storetest"
	"chancery/internal/tx"
)

// together runs fn many times at once.
func together(many int, fn func(i int)) {
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() { fn(i) })
	}
	all.Wait()
}

// Those that look for the next card of one owner at the same moment get one each, as long as
// there are some.
func TestNextCardsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		const many, each = 6, 10
		b.issue(t, "TR-30", many*each, 0, &b.shop)
		code := storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Code, error) { return b.rows.Codes(x, b.Vendor) })[0].ID
		take := func(x tx.Tx) error {
			card, err := b.rows.LockNext(x, b.Vendor, b.shop.ID, []ident.CodeID{code}, 0)
			if err != nil || card == nil {
				return fmt.Errorf("no card is left, or %w", err)
			}
			return b.rows.Hold(x, b.Vendor, []ident.CardID{card.ID}, 1)
		}
		together(many, func(int) {
			for range each {
				if err := e.DB.Run(t.Context(), take); err != nil {
					t.Error(err)
				}
			}
		})
		if n := storetest.Count(t, e, `SELECT COUNT(*) FROM prepaid_cards WHERE held_by = 1`); n != many*each {
			t.Errorf("%d cards were taken", n)
		}
	})
}

// Sales by number at the same moment do not take each other for a lack of cards.
func TestSalesByNumberAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		const many, each = 8, 10
		b.issue(t, "TR-30", many*each, 0, &b.top)
		together(many, func(int) {
			if err := e.DB.Run(t.Context(), func(x tx.Tx) error {
				_, err := b.sellCount(b.admin(b.top), each, b.mid, prepaid.CardFilter{})(x)
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		storetest.Refuse(t, e, "too_few_cards", b.sellCount(b.admin(b.top), 1, b.mid, prepaid.CardFilter{}))
		storetest.Sound(t, e)
	})
}

// Who changes one switch of a customer, or one thing of a license code, leaves alone what
// somebody else changes at the same moment.
func TestChangesAtOnceAreAllKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Env) {
		b := newBench(t, e)
		code := storetest.Do(t, e, func(x tx.Tx) ([]prepaid.Code, error) { return b.rows.Codes(x, b.Vendor) })[0]
		for round := range 20 {
			on, days, note := round%2 == 0, int64(round+1), fmt.Sprint("price ", round)
			changes := []func(x tx.Tx) error{
				b.switches(b.shop.UUID, prepaid.SwitchChange{AllowSuperior: &on}),
				b.switches(b.shop.UUID, prepaid.SwitchChange{NextCard: &on}),
				b.changeCode(code.UUID, prepaid.CodeChange{Days: &days}),
				b.changeCode(code.UUID, prepaid.CodeChange{PriceNote: &note}),
			}
			together(len(changes), func(i int) {
				if err := e.DB.Run(t.Context(), changes[i]); err != nil {
					t.Error(err)
				}
			})
			c := storetest.Do(t, e, func(x tx.Tx) (*prepaid.Customer, error) { return b.rows.Customer(x, b.Vendor, b.shop.UUID) })
			is := storetest.Do(t, e, func(x tx.Tx) (*prepaid.Code, error) { return b.rows.LockCode(x, b.Vendor, code.UUID) })
			if c.AllowSuperior != on || c.NextCard != on || is.Days != days || is.PriceNote != note {
				t.Fatalf("round %d: %+v, %+v", round, c.Switches, is)
			}
		}
	})
}

func (b *bench) switches(customer ident.UUID, c prepaid.SwitchChange) func(x tx.Tx) error {
	return func(x tx.Tx) error {
		_, err := b.service.SetSwitches(x, b.staff, customer, c)
		return err
	}
}

func (b *bench) changeCode(code ident.UUID, c prepaid.CodeChange) func(x tx.Tx) error {
	return func(x tx.Tx) error {
		_, err := b.service.UpdateCode(x, b.staff, code, c)
		return err
	}
}
