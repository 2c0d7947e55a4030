package prepaid

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
)

// TransferOf gives a transfer; nil where who looks has seen neither side of it.
func (s Store) TransferOf(ctx context.Context, v ident.VendorID, id ident.UUID, h prepaid.Holder) (*prepaid.TransferView, error) {
	sel := store.Select(selectTransferView+`WHERE r.vendor_id =`, v).And("r.uuid = ?", id)
	if !h.Everybody {
		from, args := seen(v, "r.from_id", "r.at", h)
		to, more := seen(v, "r.to_id", "r.at", h)
		sel.And("("+from+" OR "+to+")", append(args, more...)...)
	}
	text, args := sel.End("")
	all, err := store.All[prepaid.TransferView](s.DB.Query(ctx, text, args...))(scanTransferView)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// TransferredCards gives the numbers of the cards of a transfer behind after, in order.
func (s Store) TransferredCards(
	ctx context.Context, v ident.VendorID, id ident.TransferID, after ident.CardID, limit int,
) (numbers []string, last ident.CardID, err error) {
	_, err = store.All[struct{}](s.DB.Query(ctx, `SELECT c.id, c.number FROM prepaid_transfer_cards i JOIN prepaid_cards c
		ON c.vendor_id = i.vendor_id AND c.id = i.card_id WHERE i.vendor_id = $1 AND i.transfer_id = $2 AND i.card_id > $3 ORDER BY i.card_id LIMIT $4`,
		v, id, after, limit))(func(scan store.Scan) (struct{}, error) {
		var number string
		err := scan(&last, &number)
		numbers = append(numbers, number)
		return struct{}{}, err
	})
	return numbers, last, err
}
