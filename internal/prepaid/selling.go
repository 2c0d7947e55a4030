package prepaid

import (
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// soldRecord is what the log says of cards or devices that moved.
type soldRecord struct {
	Customer string   `json:"customer,omitempty"`
	Cards    int      `json:"cards,omitempty"`
	Devices  int      `json:"devices,omitempty"`
	Numbers  []string `json:"numbers,omitempty"` // the first of them
}

const numbersInLog = 20

func recordOf(customer string, cards []Card) soldRecord {
	r := soldRecord{Customer: customer, Cards: len(cards)}
	for _, c := range cards[:min(len(cards), numbersInLog)] {
		r.Numbers = append(r.Numbers, c.Number)
	}
	return r
}

// SellCommand hands chosen cards down. The filter and the count choose where no cards are
// named: among the rows of the filter that can be sold, Unused before Deactivated, then by
// number.
type SellCommand struct {
	Cards  []string
	Filter CardFilter
	Count  int64
	From   ident.CustomerID // whose cards the count is of; the seller's own where 0. 0 of staff is the vendor's stock
	To     ident.UUID       // the customer that gets them
}

// Sold is what came of a sale: the cards, or the order that hands them over.
type Sold struct {
	Cards []Card
	Days  int64
	Order *Order // more than 2,000 go by an order
}

// Sell hands cards down to a direct sub-customer of their holder; the vendor's stock to a
// customer without a superior (docs/rules/prepaid.md, rule 21). All of them or none.
func (s *Service) Sell(t tx.Tx, by By, c SellCommand) (sold Sold, err error) {
	if len(c.Cards) > 0 && c.Count != 0 {
		return Sold{}, fault.Wrong(fault.Field{Name: "count", Message: "must be left out where cards are named"})
	}
	return sold, s.work(t, by.Vendor, func(d *desk) error {
		to, err := d.seen(by, c.To)
		if err != nil {
			return err
		}
		if len(c.Cards) == 0 {
			sold, err = d.sellCount(by, c, *to)
			return err
		}
		cards, err := d.lockMovable(by, SellOn, c.Cards)
		if err != nil {
			return err
		}
		sold, err = d.sell(by, cards, *to)
		return err
	})
}

// lockMovable gives the cards that somebody names, all of one holder, which can be moved.
func (d *desk) lockMovable(by By, act Act, texts []string) ([]Card, error) {
	numbers, err := readCards("cards", texts)
	if err != nil {
		return nil, err
	}
	cards, err := d.lockNamed(by, act, numbers)
	if err != nil {
		return nil, err
	}
	for _, c := range cards {
		if refused := movable(c); refused != "" {
			return nil, refuseAt(refused, "cards", c.Number)
		}
	}
	return cards, nil
}

// lockNamed gives cards of one holder with which somebody may do something.
func (d *desk) lockNamed(by By, act Act, numbers []string) ([]Card, error) {
	cards, err := d.c.Store.LockCards(d.t, d.v, numbers)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, c := range cards {
		if err := d.may(by, See, c.Holder, aCard); err == nil {
			found[c.Number] = true
		}
	}
	if err := missing(numbers, found); err != nil {
		return nil, err
	}
	for _, c := range cards {
		if c.Holder != cards[0].Holder {
			return nil, refuseAt(ownersDiffer, "cards", c.Number)
		}
	}
	return cards, d.may(by, act, cards[0].Holder, aCard)
}

// missing names the first card that was not found.
func missing(numbers []string, found map[string]bool) error {
	for _, n := range numbers {
		if !found[n] {
			e := fault.Missing(aCard)
			e.Fields = []fault.Field{{Name: "cards", Message: n + ": there is no such card"}}
			return e
		}
	}
	return nil
}

// movable tells what keeps a card from being sold or returned; "" for nothing.
func movable(c Card) refusalCode {
	switch {
	case c.HeldBy != 0:
		return cardHeld
	case c.Device != 0:
		return cardBound
	case c.Locked:
		return cardLocked
	case c.Days == 0:
		return cardEmpty
	}
	return ""
}

// sellsTo tells whether a holder may sell to a customer.
func sellsTo(holder ident.CustomerID, to Customer) error {
	switch {
	case to.Superior == holder:
		return nil
	case holder == 0:
		return refuse(notTopLevel)
	}
	return refuse(notSubCustomer)
}

func (d *desk) sell(by By, cards []Card, to Customer) (Sold, error) {
	from := cards[0].Holder
	if err := sellsTo(from, to); err != nil {
		return Sold{}, err
	}
	moved, err := d.move(by, Sell, cards, to.ID)
	if err != nil {
		return Sold{}, err
	}
	d.t.Journal(tx.Entry{Vendor: d.v, Action: "cards.sold", Subject: aCustomer, ID: to.UUID, After: recordOf(to.Number, cards)})
	return Sold{Cards: moved, Days: daysOn(moved)}, nil
}

// move gives unbound cards of one holder to another one, and gives them as they are then.
func (d *desk) move(by By, kind TransferKind, cards []Card, to ident.CustomerID) ([]Card, error) {
	from := cards[0].Holder
	if err := d.transfer(by, kind, from, to, cards, nil); err != nil {
		return nil, err
	}
	moved, ids := d.handOver(cards, to)
	return moved, d.c.Store.HandOver(d.t, d.v, ids, to)
}

// handOver counts cards for their next holder, and gives them as they are then.
func (d *desk) handOver(cards []Card, to ident.CustomerID) ([]Card, []ident.CardID) {
	moved, ids := make([]Card, len(cards)), make([]ident.CardID, len(cards))
	for i, c := range cards {
		is := c
		is.Holder, is.HeldSince, is.HeldBy = to, d.now, 0
		d.tally.changed(c, is)
		moved[i], ids[i] = is, c.ID
	}
	return moved, ids
}

// sellCount sells so many cards that match a filter: at once, or by an order.
func (d *desk) sellCount(by By, c SellCommand, to Customer) (Sold, error) {
	if c.Count < 1 || c.Count > mostOfOrder {
		return Sold{}, fault.Wrong(fault.Field{Name: "count", Message: "must be a whole number from 1 to 1,000,000"})
	}
	if err := c.Filter.Check(); err != nil {
		return Sold{}, err
	}
	c.Filter.OfHolders = Holder{IsStaff: by.IsStaff()}
	from := c.From
	if from == 0 {
		from = by.Customer
	}
	if err := d.may(by, SellOn, from, aCard); err != nil {
		return Sold{}, err
	}
	if err := sellsTo(from, to); err != nil {
		return Sold{}, err
	}
	if c.Count > MaxAtOnce {
		order, err := d.openOrder(by, Order{Kind: OrderSell, From: from, To: to.ID, Wanted: c.Count, Filter: c.Filter})
		if err != nil {
			return Sold{}, err
		}
		return Sold{Order: &order}, nil
	}
	cards, err := d.c.Store.LockToSell(d.t, d.v, from, c.Filter, int(c.Count))
	if err != nil {
		return Sold{}, err
	}
	if int64(len(cards)) < c.Count {
		return Sold{}, refuse(tooFewCards)
	}
	return d.sell(by, cards, to)
}

const mostOfOrder = 1_000_000

// Return gives cards back to the direct superior of their holder; those of a customer
// without one to the vendor's stock (docs/rules/prepaid.md, rule 22). All of them or none.
func (s *Service) Return(t tx.Tx, by By, cards []string) (moved []Card, err error) {
	return moved, s.work(t, by.Vendor, func(d *desk) error {
		locked, err := d.lockMovable(by, SendBack, cards)
		if err != nil {
			return err
		}
		line, err := d.line(locked[0].Holder)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return refuse(inStock)
		}
		if moved, err = d.move(by, Return, locked, line[0].Superior); err != nil {
			return err
		}
		t.Journal(tx.Entry{Vendor: d.v, Action: "cards.returned", Subject: aCustomer, ID: line[0].UUID, Before: recordOf(line[0].Number, locked)})
		return nil
	})
}

// SetLock locks or unlocks cards (docs/rules/prepaid.md, rule 23). Only Unused ones can be locked, and a locked card
// can neither be sold nor bound. All of them or none.
func (s *Service) SetLock(t tx.Tx, by By, texts []string, lock bool) (changed []Card, err error) {
	return changed, s.work(t, by.Vendor, func(d *desk) error {
		numbers, err := readCards("cards", texts)
		if err != nil {
			return err
		}
		cards, err := d.lockNamed(by, Lock, numbers)
		if err != nil {
			return err
		}
		var ids []ident.CardID
		for _, c := range cards {
			if lock && c.HeldBy != 0 {
				return refuseAt(cardHeld, "cards", c.Number)
			}
			if lock && c.Status() != Unused {
				return refuseAt(cardNotUnused, "cards", c.Number)
			}
			is := c
			is.Locked = lock
			changed = append(changed, is)
			if c.Locked == lock {
				continue
			}
			d.tally.changed(c, is)
			ids = append(ids, c.ID)
		}
		if err := d.c.Store.SaveLock(t, d.v, ids, lock); err != nil {
			return err
		}
		action := map[bool]string{true: "cards.locked", false: "cards.unlocked"}[lock]
		t.Journal(tx.Entry{Vendor: d.v, Action: action, Subject: aCard, ID: cards[0].UUID, After: recordOf("", cards)})
		return nil
	})
}
