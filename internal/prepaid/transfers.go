package prepaid

import (
	"maps"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// transfer writes cards, of any codes, and devices that pass from one holder to another
// into the sales record: a row for each code, the devices with the first of them, and the
// counters of the day.
func (d *desk) transfer(by By, kind TransferKind, from, to ident.CustomerID, cards []Card, devices []ident.DeviceID) error {
	codes := byCode(cards)
	if len(cards) == 0 {
		codes[0] = nil
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if err := d.transferOf(by, Transfer{Kind: kind, From: from, To: to, Code: code}, codes[code], devices); err != nil {
			return err
		}
		devices = nil
	}
	return nil
}

func (d *desk) transferOf(by By, r Transfer, cards []Card, devices []ident.DeviceID) error {
	r.UUID, r.At, r.Day, r.Actor = d.c.IDs.V7(), d.now, d.day, actorOf(by)
	r.Cards, r.Days, r.Devices = int64(len(cards)), daysOn(cards), int64(len(devices))
	id, err := d.c.Store.InsertTransfer(d.t, d.v, r)
	if err != nil {
		return err
	}
	if err := d.c.Store.TransferCards(d.t, d.v, id, cards); err != nil {
		return err
	}
	if err := d.c.Store.TransferDevices(d.t, d.v, id, devices); err != nil {
		return err
	}
	d.countMove(r, r.Cards, r.Days)
	if r.Order != 0 {
		return nil // told of as a whole: see tellOrder
	}
	return d.tellMove(r)
}

// countMove counts cards of a transfer for the day: those that came and those that went.
func (d *desk) countMove(r Transfer, cards, days int64) {
	sum := Amount{cards, days}
	if e, gets := Transferred(r.Kind, true, r.Code, sum); gets {
		in := d.tally.day(r.To, d.day, r.Code)
		in.InCards, in.InDays = in.InCards+e.Cards, in.InDays+e.Days
	}
	if e, gives := Transferred(r.Kind, false, r.Code, sum); gives {
		out := d.tally.day(r.From, d.day, r.Code)
		out.OutCards, out.OutDays = out.OutCards+e.Cards, out.OutDays+e.Days
	}
}

// raise adds cards to the transfer that an order has begun today, or begins it.
func (d *desk) raise(by By, r Transfer, cards []Card) error {
	begun, err := d.c.Store.TransferOfOrder(d.t, d.v, r.Order, r.Code, d.day)
	if err != nil {
		return err
	}
	if begun == nil {
		return d.transferOf(by, r, cards, nil)
	}
	n, days := int64(len(cards)), daysOn(cards)
	if err := d.c.Store.TransferCards(d.t, d.v, begun.ID, cards); err != nil {
		return err
	}
	d.countMove(r, n, days)
	return d.c.Store.RaiseTransfer(d.t, d.v, begun.ID, n, days)
}

func byCode(cards []Card) map[ident.CodeID][]Card {
	codes := map[ident.CodeID][]Card{}
	for _, c := range cards {
		codes[c.Code] = append(codes[c.Code], c)
	}
	return codes
}

func idsOf(cards []Card) []ident.CardID {
	ids := make([]ident.CardID, len(cards))
	for i, c := range cards {
		ids[i] = c.ID
	}
	return ids
}

func daysOn(cards []Card) (days int64) {
	for _, c := range cards {
		days += c.Days
	}
	return days
}

// tellOrder tells of all that an order has handed over.
func (d *desk) tellOrder(o ident.OrderID) error {
	all, err := d.c.Store.TransfersOfOrder(d.t, d.v, o)
	if err != nil {
		return err
	}
	for _, r := range all {
		if err := d.tellMove(r); err != nil {
			return err
		}
	}
	return nil
}

// tellMove tells of cards that were sold or came back.
func (d *desk) tellMove(r Transfer) error {
	kind := EventSold
	switch r.Kind {
	case Sell:
	case Return:
		kind = EventReturned
	case BindDown, DeviceSale, Issue, TopUp, Withdraw:
		return nil
	}
	code, err := d.code(r.Code)
	if err != nil {
		return err
	}
	from, err := d.numberOf(r.From)
	if err != nil {
		return err
	}
	to, err := d.numberOf(r.To)
	if err != nil {
		return err
	}
	d.t.Enqueue(tx.Event{Vendor: d.v, Type: kind, Stream: r.UUID, Payload: cardsMoved{r.UUID, string(r.Kind), from, to, code.Code, r.Cards, r.Days}})
	return nil
}

func (d *desk) numberOf(c ident.CustomerID) (string, error) {
	line, err := d.line(c)
	if err != nil || len(line) == 0 {
		return "", err
	}
	return line[0].Number, nil
}
