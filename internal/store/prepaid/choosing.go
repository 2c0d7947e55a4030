package prepaid

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

// sellable are, one code at a time, selections of the cards of a holder that can be sold
// and match a filter: an index holds those of a code in the order of sale.
func sellable(text string, v ident.VendorID, codes []prepaid.Code, holder ident.CustomerID, f prepaid.CardFilter) (all []*store.Selection) {
	if f.Device != "" {
		return nil // a card that can be sold is on none
	}
	for _, c := range codes {
		if f.Code == "" || prepaid.CodeKey(f.Code) == prepaid.CodeKey(c.Code) {
			all = append(all, sellableOf(text, v, holder, f).And("c.code_id = ?", c.ID))
		}
	}
	return all
}

func sellableOf(text string, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter) *store.Selection {
	sel := store.Select(text+`WHERE c.vendor_id =`, v).
		And(`c.holder_id = ? AND c.device_id IS NULL AND c.is_locked = 0 AND c.days > 0 AND c.held_by IS NULL`, holder)
	narrow(keyed(sel, v, f), f)
	return sel
}

// bySale compares cards in the order of sale: Unused before Deactivated, then by number.
func bySale(a, b prepaid.Card) int {
	return cmp.Or(cmp.Compare(isUsed(a), isUsed(b)), cmp.Compare(a.Number, b.Number))
}

func isUsed(c prepaid.Card) int { return store.Bit(!c.ActivatedAt.IsZero()) }

// firstOf gives the first cards of selections in the order of sale, behind a card of that
// order unless that is nil.
func firstOf[T any](
	query ask, codes []*store.Selection, scan func(store.Scan) (T, error), card func(T) prepaid.Card, after *prepaid.Card, limit int,
) (first []T, err error) {
	for _, sel := range codes {
		if after != nil {
			sel.And("(c.is_used, c.number) > (?, ?)", isUsed(*after), after.Number)
		}
		if len(first) == limit { // what comes behind all of them is not read
			last := card(first[limit-1])
			sel.And("(c.is_used, c.number) < (?, ?)", isUsed(last), last.Number)
		}
		text, args := sel.End(` ORDER BY c.is_used, c.number LIMIT ?`, limit)
		some, err := store.All[T](query(text, args...))(scan)
		if err != nil {
			return nil, err
		}
		first = append(first, some...)
		slices.SortFunc(first, func(a, b T) int { return bySale(card(a), card(b)) })
		first = first[:min(limit, len(first))]
	}
	return first, nil
}

// LockToSell implements prepaid.Store. Cards are chosen first, then locked by id; in place of
// those that somebody has taken meanwhile the ones behind them are chosen.
func (s Store) LockToSell(
	t tx.Tx, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, limit int,
) (all []prepaid.Card, err error) {
	codes, err := s.Codes(t, v)
	if err != nil {
		return nil, err
	}
	q := store.On(t)
	self := func(c prepaid.Card) prepaid.Card { return c }
	for after := (*prepaid.Card)(nil); len(all) < limit; {
		chosen, err := firstOf(q.Query, sellable(selectCard, v, codes, holder, f), scanCard, self, after, limit-len(all))
		if err != nil || len(chosen) == 0 {
			return all, err
		}
		after = &chosen[len(chosen)-1]
		if lock := q.Dialect.ForUpdateOf("c"); lock != "" {
			if chosen, err = stillToSell(q, v, holder, f, chosen, lock); err != nil {
				return nil, err
			}
		}
		all = append(all, chosen...)
	}
	slices.SortFunc(all, bySale)
	return all, nil
}

// stillToSell locks chosen cards, and gives those that can still be sold.
func stillToSell(
	q *store.Tx, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, chosen []prepaid.Card, lock string,
) (all []prepaid.Card, err error) {
	ids := make([]ident.CardID, len(chosen))
	for i, c := range chosen {
		ids[i] = c.ID
	}
	slices.Sort(ids)
	for len(ids) > 0 {
		var args []any
		args, ids = portion(ids)
		list := strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ")
		text, values := sellableOf(selectCard, v, holder, f).And("c.id IN ("+list+")", args...).End(" ORDER BY c.id" + lock)
		some, err := store.All[prepaid.Card](q.Query(text, values...))(scanCard)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// ToSell gives at most limit cards of a holder that can be sold and match a filter, in the
// order of sale, behind a card of that order; from the first one on where after is nil. Who
// looks sees what the filter's holder says.
func (s Store) ToSell(
	ctx context.Context, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, after *prepaid.Card, limit int,
) ([]prepaid.CardView, error) {
	codes, err := s.CodesOf(ctx, v)
	if err != nil {
		return nil, err
	}
	// The order is by what the card is, also where who looks is not told: see cardView.
	all, err := firstOf(s.asking(ctx), sellable(selectCardView, v, codes, holder, f), cardView(prepaid.Holder{IsStaff: true}),
		func(w prepaid.CardView) prepaid.Card { return w.Card }, after, limit)
	for i := range all {
		all[i] = all[i].Seen(f.OfHolders)
	}
	return all, err
}

// CountToSell counts the cards of a holder that can be sold and match a filter: most at most.
func (s Store) CountToSell(ctx context.Context, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, most int64) (n int64, err error) {
	codes, err := s.CodesOf(ctx, v)
	if err != nil {
		return 0, err
	}
	for _, sel := range sellable(`SELECT COUNT(*) FROM (SELECT 1`+cardFrom, v, codes, holder, f) {
		var some int64
		text, args := sel.End(` LIMIT ?) AS sellable`, most-n)
		if _, err = s.DB.QueryRow(ctx, text, args, &some); err != nil {
			return 0, err
		}
		if n += some; n >= most {
			break
		}
	}
	return n, nil
}

// CardsNamed gives the cards of these numbers, as printed, that who looks sees, by number.
func (s Store) CardsNamed(ctx context.Context, v ident.VendorID, numbers []string, h prepaid.Holder) (all []prepaid.CardView, err error) {
	err = store.Among(slices.Compact(slices.Sorted(slices.Values(numbers))), func(list string, some []any) error {
		text, args := within(store.Select(selectCardView+`WHERE c.vendor_id =`, v), v, "c.holder_id", h).
			And("c.number IN ("+list+")", some...).End(" ORDER BY c.number")
		found, err := store.All[prepaid.CardView](s.DB.Query(ctx, text, args...))(cardView(h))
		all = append(all, found...)
		return err
	})
	return all, err
}

// SubCustomers gives at most limit customers directly below one, or those without a superior
// where that is 0, whose name or number begins with a text: by name.
func (s Store) SubCustomers(ctx context.Context, v ident.VendorID, superior ident.CustomerID, text string, limit int) ([]prepaid.Customer, error) {
	children := func() *store.Selection {
		sel := store.Select(selectCustomer+`WHERE c.vendor_id =`, v)
		if superior == 0 {
			return sel.And("c.superior_id IS NULL")
		}
		return sel.And("c.superior_id = ?", superior)
	}
	read := func(sel *store.Selection, order string) ([]prepaid.Customer, error) {
		text, args := sel.End(order+" LIMIT ?", limit)
		return store.All[prepaid.Customer](s.DB.Query(ctx, text, args...))(scanCustomer)
	}
	all, err := read(children().Prefix("c.name_folded", listing.Fold(text)), " ORDER BY c.name_folded, c.id")
	if err != nil || text == "" {
		return all, err
	}
	more, err := read(children().Prefix("c.customer_number", text), " ORDER BY c.customer_number")
	for _, c := range more {
		if len(all) < limit && !slices.ContainsFunc(all, func(o prepaid.Customer) bool { return o.ID == c.ID }) {
			all = append(all, c)
		}
	}
	return all, err
}
