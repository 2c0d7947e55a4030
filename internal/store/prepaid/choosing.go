package prepaid

import (
	"cmp"
	"context"
	"slices"

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
		if f.Code != "" && prepaid.CodeKey(f.Code) != prepaid.CodeKey(c.Code) {
			continue
		}
		sel := store.Select(text+`WHERE c.vendor_id =`, v).
			And(`c.holder_id = ? AND c.code_id = ? AND c.device_id IS NULL AND c.is_locked = 0 AND c.days > 0 AND c.held_by IS NULL`, holder, c.ID)
		narrow(keyed(sel, v, f), f)
		all = append(all, sel)
	}
	return all
}

// bySale compares cards in the order of sale: Unused before Deactivated, then by number.
func bySale(a, b prepaid.Card) int {
	return cmp.Or(cmp.Compare(store.Bit(!a.ActivatedAt.IsZero()), store.Bit(!b.ActivatedAt.IsZero())), cmp.Compare(a.Number, b.Number))
}

// LockToSell implements prepaid.Store.
func (s Store) LockToSell(t tx.Tx, v ident.VendorID, holder ident.CustomerID, f prepaid.CardFilter, limit int) ([]prepaid.Card, error) {
	codes, err := s.Codes(t, v)
	if err != nil {
		return nil, err
	}
	q := store.On(t)
	var all []prepaid.Card
	for _, sel := range sellable(selectCard, v, codes, holder, f) {
		// A card that somebody takes meanwhile does not count for the limit: the next ones are read.
		text, args := sel.End(` ORDER BY c.is_used, c.number LIMIT ?`+q.Dialect.ForUpdateOf("c"), limit)
		some, err := store.All[prepaid.Card](q.Query(text, args...))(scanCard)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, bySale)
	return all[:min(limit, len(all))], nil
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
	var all []prepaid.CardView
	for _, sel := range sellable(selectCardView, v, codes, holder, f) {
		if after != nil {
			sel.And("(c.is_used, c.number) > (?, ?)", store.Bit(!after.ActivatedAt.IsZero()), after.Number)
		}
		text, args := sel.End(` ORDER BY c.is_used, c.number LIMIT ?`, limit)
		// The order is by what the card is, also where who looks is not told: see cardView.
		some, err := store.All[prepaid.CardView](s.DB.Query(ctx, text, args...))(cardView(prepaid.Holder{IsStaff: true}))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b prepaid.CardView) int { return bySale(a.Card, b.Card) })
	all = all[:min(limit, len(all))]
	for i := range all {
		all[i] = all[i].Seen(f.OfHolders)
	}
	return all, nil
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
