package prepaid

import (
	"crypto/sha256"
	"fmt"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// NewCard is a card that is brought in, from another system or a list of the vendor's.
type NewCard struct {
	Code     string // as the vendor wrote it, in any case
	Number   string // in any writing; "" for a new one
	Days     int64  // left on it; 0 for the license code's
	Customer ident.UUID
	IsLocked bool
	Batch    ident.UUID // of what is brought in together
}

// CheckCard tells what is wrong with a card that is to be brought in, as far as it can be
// told from itself, and gives its number as it is printed; "" for a new one. days is nil
// where it names none.
func CheckCard(number string, days *int64) (printed string, err error) {
	var wrong fault.Fields
	if number != "" {
		var ok bool
		printed, ok = ParseNumber(number)
		wrong.Check(ok, "number", "is not a card number: check it for typing errors")
	}
	wrong.Check(days == nil || *days >= 1 && *days <= maxDays, "days", "must be a whole number from 1 to 100,000")
	return printed, wrong.Err()
}

// BringCard makes one card of many that are brought in: with a number that it has already,
// and with the days that are left on it. Only the vendor does. Those of a batch, a license
// code and a holder are one order and, of each day, one row of the sales record.
func (s *Service) BringCard(t tx.Tx, by By, n NewCard) (card Card, err error) {
	return card, s.work(t, by.Vendor, func(d *desk) error {
		if err := d.may(by, OnlyVendor, by.Customer, aCard); err != nil {
			return err
		}
		code, err := d.codeNamed(n.Code)
		if err != nil {
			return err
		}
		if n.Days == 0 {
			n.Days = code.Days
		}
		number, err := CheckCard(n.Number, &n.Days)
		if err != nil {
			return err
		}
		to, err := d.topCustomer(n.Customer)
		if err != nil {
			return err
		}
		o, err := d.batch(by, n, code, to)
		if err != nil {
			return err
		}
		if card, err = d.bring(by, o, number, n.Days); err != nil {
			return err
		}
		if n.IsLocked {
			was := card
			card.Locked = true
			d.tally.changed(was, card)
			if err := d.c.Store.SaveCard(t, d.v, was, card, false); err != nil {
				return err
			}
		}
		t.Journal(tx.Entry{
			Vendor: d.v, Action: "card.brought_in", Subject: aCard, ID: card.UUID, After: daysRecord{card.Number, card.Days, card.Total},
		})
		return nil
	})
}

// batch gives the order to which a card that is brought in belongs.
func (d *desk) batch(by By, n NewCard, code Code, to ident.CustomerID) (*Order, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%d", n.Batch, code.ID, to))
	id := ident.UUID(sum[:16])
	o, err := d.c.Store.LockOrderOf(d.t, d.v, id)
	if err != nil || o != nil {
		return o, err
	}
	o = &Order{UUID: id, Kind: OrderIssue, Code: code.ID, To: to, State: OrderDone, CreatedAt: d.now, EndedAt: d.now, Actor: actorOf(by)}
	o.ID, err = d.c.Store.InsertOrder(d.t, d.v, *o)
	return o, err
}

// bring makes a card of an order, with a number of its own or a new one.
func (d *desk) bring(by By, o *Order, number string, days int64) (Card, error) {
	o.Days = days
	o.Wanted++
	if number == "" {
		cards, err := d.make(by, o, 1)
		if err != nil {
			return Card{}, err
		}
		return cards[0], d.c.Store.SaveOrder(d.t, d.v, *o)
	}
	c := Card{
		UUID: d.c.IDs.V7(), Number: number, Code: o.Code, Holder: o.To, Total: days, Days: days, Batch: o.ID, HeldSince: d.now, CreatedAt: d.now,
	}
	made, err := d.c.Store.InsertCards(d.t, d.v, []Card{c})
	if err != nil {
		return c, err
	}
	if c.ID = made[number]; c.ID == 0 {
		return c, refuseAt(cardExists, "number", number)
	}
	if err := d.made(by, o, []Card{c}); err != nil {
		return c, err
	}
	return c, d.c.Store.SaveOrder(d.t, d.v, *o)
}
