package prepaid

import (
	"chancery/internal/ident"
	"chancery/internal/prepaid"
	"chancery/internal/store"
	"chancery/internal/tx"
)

const transferColumns = `r.id, r.uuid, r.at, r.day, r.kind, COALESCE(r.from_id, 0), COALESCE(r.to_id, 0), r.code_id, r.cards, r.days, r.devices,
	r.order_id, r.actor`

func scanTransfer(scan store.Scan) (r prepaid.Transfer, err error) {
	var at int64
	var kind string
	err = scan(&r.ID, &r.UUID, &at, &r.Day, &kind, &r.From, &r.To, &r.Code, &r.Cards, &r.Days, &r.Devices, &r.Order, &r.Actor)
	r.At, r.Kind = store.Instant(at), prepaid.TransferKind(kind)
	return r, err
}

// InsertTransfer implements prepaid.Store.
func (Store) InsertTransfer(t tx.Tx, v ident.VendorID, r prepaid.Transfer) (ident.TransferID, error) {
	id, err := store.On(t).Insert(`INSERT INTO prepaid_transfers
		(vendor_id, uuid, at, day, kind, from_id, to_id, code_id, cards, days, devices, order_id, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`,
		v, r.UUID, r.At.UnixMilli(), r.Day, string(r.Kind), store.OrNull(r.From), store.OrNull(r.To), r.Code, r.Cards, r.Days, r.Devices, r.Order, r.Actor)
	return ident.TransferID(id), err
}

// TransferCards implements prepaid.Store.
func (Store) TransferCards(t tx.Tx, v ident.VendorID, id ident.TransferID, cards []prepaid.Card) error {
	const columns = 4
	values := make([]any, 0, columns*len(cards))
	for _, c := range cards {
		values = append(values, v, id, c.ID, c.Days)
	}
	return store.On(t).InsertMany(`INSERT INTO prepaid_transfer_cards (vendor_id, transfer_id, card_id, days) VALUES`, columns, values, "", nil)
}

// TransferDevices implements prepaid.Store.
func (Store) TransferDevices(t tx.Tx, v ident.VendorID, id ident.TransferID, devices []ident.DeviceID) error {
	const columns = 3
	values := make([]any, 0, columns*len(devices))
	for _, d := range devices {
		values = append(values, v, id, d)
	}
	return store.On(t).InsertMany(`INSERT INTO prepaid_transfer_devices (vendor_id, transfer_id, device_id) VALUES`, columns, values, "", nil)
}

// TransferOfOrder implements prepaid.Store.
func (Store) TransferOfOrder(t tx.Tx, v ident.VendorID, o ident.OrderID, c ident.CodeID, day int64) (*prepaid.Transfer, error) {
	all, err := store.All[prepaid.Transfer](store.On(t).Query(`SELECT `+transferColumns+` FROM prepaid_transfers r
		WHERE r.vendor_id = $1 AND r.order_id = $2 AND r.code_id = $3 AND r.day = $4`, v, o, c, day))(scanTransfer)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// TransfersOfOrder implements prepaid.Store.
func (Store) TransfersOfOrder(t tx.Tx, v ident.VendorID, o ident.OrderID) ([]prepaid.Transfer, error) {
	return store.All[prepaid.Transfer](store.On(t).Query(`SELECT `+transferColumns+` FROM prepaid_transfers r
		WHERE r.vendor_id = $1 AND r.order_id = $2 ORDER BY r.id`, v, o))(scanTransfer)
}

// RaiseTransfer implements prepaid.Store.
func (Store) RaiseTransfer(t tx.Tx, v ident.VendorID, id ident.TransferID, cards, days int64) error {
	return store.On(t).Later(`UPDATE prepaid_transfers SET cards = cards + $1, days = days + $2 WHERE vendor_id = $3 AND id = $4`, cards, days, v, id)
}

// BeginBinding implements prepaid.Store.
func (Store) BeginBinding(t tx.Tx, v ident.VendorID, c prepaid.Card, byItself bool) error {
	return store.On(t).Later(`INSERT INTO prepaid_bindings (vendor_id, card_id, device_id, bound_at, by_itself) VALUES ($1, $2, $3, $4, $5)`,
		v, c.ID, c.Device, t.Now().UnixMilli(), store.Bit(byItself))
}

// EndBindings implements prepaid.Store.
func (Store) EndBindings(t tx.Tx, v ident.VendorID, cards []ident.CardID) error {
	return in(cards, 3, func(list string, args []any) error {
		return store.On(t).Later(`UPDATE prepaid_bindings SET unbound_at = $1 WHERE vendor_id = $2 AND card_id IN (`+list+`) AND unbound_at IS NULL`,
			append([]any{t.Now().UnixMilli(), v}, args...)...)
	})
}

// Count implements prepaid.Store. The changes come in one order, each row once.
func (Store) Count(t tx.Tx, v ident.VendorID, stock []prepaid.StockChange, days []prepaid.DayChange) error {
	const ofStock, ofDays = 6, 10
	q := store.On(t)
	values := make([]any, 0, ofStock*len(stock))
	for _, c := range stock {
		values = append(values, v, c.Holder, c.Code, int(c.Standing), c.Cards, c.Days)
	}
	if err := q.InsertMany(`INSERT INTO prepaid_stock (vendor_id, holder_id, code_id, standing, cards, days) VALUES`, ofStock, values,
		`ON CONFLICT (vendor_id, holder_id, code_id, standing) DO UPDATE SET cards = prepaid_stock.cards + excluded.cards,
			days = prepaid_stock.days + excluded.days`, nil); err != nil {
		return err
	}
	values = make([]any, 0, ofDays*len(days))
	for _, d := range days {
		values = append(values, v, d.Holder, d.Day, d.Code, d.Charged, d.Settled, d.InCards, d.InDays, d.OutCards, d.OutDays)
	}
	return q.InsertMany(`INSERT INTO prepaid_days
		(vendor_id, holder_id, day, code_id, charged, settled, in_cards, in_days, out_cards, out_days) VALUES`, ofDays, values,
		`ON CONFLICT (vendor_id, holder_id, day, code_id) DO UPDATE SET
			charged = prepaid_days.charged + excluded.charged, settled = prepaid_days.settled + excluded.settled,
			in_cards = prepaid_days.in_cards + excluded.in_cards,
			in_days = prepaid_days.in_days + excluded.in_days, out_cards = prepaid_days.out_cards + excluded.out_cards,
			out_days = prepaid_days.out_days + excluded.out_days`, nil)
}
