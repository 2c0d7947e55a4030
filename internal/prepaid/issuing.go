package prepaid

import (
	"maps"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

const (
	// IssueAtOnce is how many cards one transaction makes; more go by an order.
	IssueAtOnce = 1000

	maxDays = 100_000
)

// IssueCommand makes cards of a license code.
type IssueCommand struct {
	Code     string     // as the vendor wrote it, in any case
	Count    int64      // 1 to 1,000,000
	Days     int64      // on each; 0 for the code's
	Customer ident.UUID // without a superior, who gets them; zero for the vendor's stock
}

// Issued is what came of an issue: the cards, or the order that makes them. The order is
// the batch, by which the cards are found later.
type Issued struct {
	Order Order
	Cards []Card // none where there are more than 1,000
}

// Issue makes cards (docs/rules/prepaid.md, rule 24). Only the vendor does.
func (s *Service) Issue(t tx.Tx, by By, c IssueCommand) (issued Issued, err error) {
	return issued, s.work(t, by.Vendor, func(d *desk) error {
		if err := d.may(by, OnlyVendor, by.Customer, aCard); err != nil {
			return err
		}
		code, err := d.codeNamed(c.Code)
		if err != nil {
			return err
		}
		if c.Days == 0 {
			c.Days = code.Days
		}
		var wrong fault.Fields
		wrong.Check(c.Count >= 1 && c.Count <= mostOfOrder, "count", "must be a whole number from 1 to 1,000,000")
		wrong.Check(c.Days >= 1 && c.Days <= maxDays, "days", "must be a whole number from 1 to 100,000")
		if err := wrong.Err(); err != nil {
			return err
		}
		to, err := d.topCustomer(c.Customer)
		if err != nil {
			return err
		}
		order := d.order
		if c.Count > IssueAtOnce {
			order = d.openOrder
		}
		if issued.Order, err = order(by, Order{Kind: OrderIssue, Code: code.ID, To: to, Wanted: c.Count, Days: c.Days}); err != nil || c.Count > IssueAtOnce {
			return err
		}
		o := &issued.Order
		if issued.Cards, err = d.make(by, o, int(c.Count)); err != nil {
			return err
		}
		o.State, o.EndedAt = OrderDone, d.now
		return d.c.Store.SaveOrder(t, d.v, *o)
	})
}

// codeNamed finds a license code as somebody wrote it.
func (d *desk) codeNamed(text string) (Code, error) {
	if _, err := d.code(0); err != nil { // reads them
		return Code{}, err
	}
	for _, c := range d.codes {
		if CodeKey(c.Code) == CodeKey(text) {
			return c, nil
		}
	}
	return Code{}, fault.Wrong(fault.Field{Name: "license_code", Message: "must be a license code of this vendor"})
}

func (d *desk) topCustomer(id ident.UUID) (ident.CustomerID, error) {
	if id.IsZero() {
		return 0, nil
	}
	c, err := d.c.Store.Customer(d.t, d.v, id)
	switch {
	case err != nil:
		return 0, err
	case c == nil:
		return 0, fault.Wrong(fault.Field{Name: "customer_id", Message: "must be the id of a customer of this vendor"})
	case c.Superior != 0:
		return 0, refuse(notTopLevel)
	}
	return c.ID, nil
}

// numberTries is how often numbers that are taken are made anew: that happens once in
// many thousand million.
const numberTries = 5

// make makes cards of an order, with numbers of their own.
func (d *desk) make(by By, o *Order, n int) ([]Card, error) {
	cards := make([]Card, n)
	fresh := make([]*Card, n)
	for i := range cards {
		cards[i] = Card{
			UUID: d.c.IDs.V7(), Code: o.Code, Holder: o.To, Total: o.Days, Days: o.Days, Batch: o.ID, HeldSince: d.now, CreatedAt: d.now,
		}
		fresh[i] = &cards[i]
	}
	for range numberTries {
		batch := make([]Card, len(fresh))
		for i, c := range fresh {
			c.Number = newNumber(d.c.IDs.Secret(numberLetters))
			batch[i] = *c
		}
		made, err := d.c.Store.InsertCards(d.t, d.v, batch)
		if err != nil {
			return nil, err
		}
		var left []*Card
		for _, c := range fresh {
			if c.ID = made[c.Number]; c.ID == 0 {
				left = append(left, c)
			}
		}
		if fresh = left; len(fresh) == 0 {
			break
		}
	}
	if len(fresh) > 0 {
		return nil, &fault.Error{Kind: fault.Internal, Code: "internal", Message: "Card numbers could not be made."}
	}
	return cards, d.made(by, o, cards)
}

// made counts cards that were made by an order.
func (d *desk) made(by By, o *Order, cards []Card) error {
	for _, c := range cards {
		d.tally.have(c.Holder, c.Code, c.Standing(), 1, c.Days)
	}
	o.Done += int64(len(cards))
	return d.raise(by, Transfer{Kind: Issue, From: o.To, To: o.To, Code: o.Code, Order: o.ID}, cards)
}

// TopUp puts more days on a card (docs/rules/prepaid.md, rule 25). Only the vendor does. A device that the card is
// on pays the grace that it owes, and is lifted if a day is left.
func (s *Service) TopUp(t tx.Tx, by By, number string, days int64) (card Card, err error) {
	return card, s.work(t, by.Vendor, func(d *desk) error {
		if days < 1 || days > maxDays {
			return fault.Wrong(fault.Field{Name: "days", Message: "must be a whole number from 1 to 100,000"})
		}
		was, on, err := d.lockOne(number)
		if err != nil {
			return err
		}
		if err := d.may(by, OnlyVendor, was.Holder, aCard); err != nil {
			return err
		}
		if was.HeldBy != 0 {
			return refuse(cardHeld)
		}
		if was.Total+days > maxDays {
			return refuse(tooManyDays)
		}
		if card, err = d.topUp(by, was, on, days); err != nil {
			return err
		}
		t.Journal(tx.Entry{
			Vendor: d.v, Action: "card.topped_up", Subject: aCard, ID: card.UUID, Before: daysRecord{was.Number, was.Days, was.Total},
			After: daysRecord{was.Number, was.Days + days, was.Total + days},
		})
		return nil
	})
}

type daysRecord struct {
	Card  string `json:"card"`
	Days  int64  `json:"available_days"`
	Total int64  `json:"total_days"`
}

func (d *desk) topUp(by By, was Card, on *Device, days int64) (Card, error) {
	c := was
	c.Days, c.Total = was.Days+days, was.Total+days
	if on != nil && was.Days == 0 {
		c.BoundAt = d.now // it stood no longer beside its device
	}
	code, err := d.code(c.Code)
	if err != nil {
		return c, err
	}
	d.tally.changed(was, c)
	if err := d.c.Store.SaveCard(d.t, d.v, was, c, code.Billing == OnReport); err != nil {
		return c, err
	}
	gained := c
	gained.Days = days
	if err := d.transferOf(by, Transfer{Kind: TopUp, From: c.Holder, To: c.Holder, Code: c.Code}, []Card{gained}, nil); err != nil {
		return c, err
	}
	if on == nil || was.Days > 0 {
		return c, nil
	}
	return d.gain(c, code, &on.State, on.DueAt)
}

// Withdraw takes the days left of cards back (docs/rules/prepaid.md, rule 26). Only the vendor does. The cards are
// Expired then; bound ones leave their devices.
func (s *Service) Withdraw(t tx.Tx, by By, texts []string) (withdrawn []Card, err error) {
	return withdrawn, s.work(t, by.Vendor, func(d *desk) error {
		numbers, err := readCards("cards", texts)
		if err != nil {
			return err
		}
		if err := d.may(by, OnlyVendor, by.Customer, aCard); err != nil {
			return err
		}
		cards, on, err := d.lockMany(numbers)
		if err != nil {
			return err
		}
		if withdrawn, err = d.withdraw(by, numbers, cards); err != nil {
			return err
		}
		t.Journal(tx.Entry{Vendor: d.v, Action: "cards.withdrawn", Subject: aCard, ID: withdrawn[0].UUID, Before: recordOf("", cards)})
		return d.leave(cards, on)
	})
}

func (d *desk) withdraw(by By, numbers []string, cards []Card) ([]Card, error) {
	found, of := map[string]bool{}, map[ident.CustomerID][]Card{}
	for _, c := range cards {
		if c.HeldBy != 0 {
			return nil, refuseAt(cardHeld, "cards", c.Number)
		}
		if c.Days == 0 {
			return nil, refuseAt(cardEmpty, "cards", c.Number)
		}
		found[c.Number], of[c.Holder] = true, append(of[c.Holder], c)
	}
	if err := missing(numbers, found); err != nil {
		return nil, err
	}
	for _, holder := range slices.Sorted(maps.Keys(of)) {
		if err := d.transfer(by, Withdraw, holder, holder, of[holder], nil); err != nil {
			return nil, err
		}
	}
	withdrawn := make([]Card, len(cards))
	for i, c := range cards {
		is := c
		is.Withdrawn, is.Days, is.Locked, is.Device, is.BoundAt = c.Withdrawn+c.Days, 0, false, 0, time.Time{}
		d.tally.changed(c, is)
		if err := d.c.Store.SaveCard(d.t, d.v, c, is, false); err != nil {
			return nil, err
		}
		withdrawn[i] = is
	}
	return withdrawn, nil
}

// leave notes that cards have left their devices.
func (d *desk) leave(cards []Card, on map[ident.DeviceID]*Device) error {
	var left []ident.CardID
	for _, c := range cards {
		if c.Device == 0 {
			continue
		}
		left = append(left, c.ID)
		d.t.Journal(tx.Entry{
			Vendor: d.v, Action: "card.unbound", Subject: aCard, ID: c.UUID, Before: bindingRecord{Card: c.Number, Device: on[c.Device].Number},
		})
	}
	if err := d.c.Store.EndBindings(d.t, d.v, left); err != nil {
		return err
	}
	for _, device := range on {
		if err := d.darkAgain(*device); err != nil {
			return err
		}
	}
	return nil
}
