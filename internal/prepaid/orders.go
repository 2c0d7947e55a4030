package prepaid

import (
	"context"
	"errors"
	"fmt"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// portionCards is how many cards an order makes, holds or hands over between two looks at
// the time that a portion may take.
const portionCards = 50

// ordersAtOnce is how many orders are looked up at a time.
const ordersAtOnce = 100

// mostOpenOrders is how many orders of a holder may be under way.
const mostOpenOrders = 20

// openOrder makes an order that is worked on from then on, where not too many are.
func (d *desk) openOrder(by By, o Order) (Order, error) {
	n, err := d.c.Store.CountOpenOrders(d.t, d.v, o.From)
	if err != nil {
		return o, err
	}
	if n >= mostOpenOrders {
		return o, refuse(tooManyOrders)
	}
	return d.order(by, o)
}

// order makes an order.
func (d *desk) order(by By, o Order) (_ Order, err error) {
	o.UUID, o.State, o.CreatedAt, o.Actor = d.c.IDs.V7(), OrderWorking, d.now, actorOf(by)
	o.ID, err = d.c.Store.InsertOrder(d.t, d.v, o)
	return o, err
}

// Work goes on with orders, a portion at a time, and tells how many portions that were.
func (s *Service) Work(ctx context.Context) (done int, err error) {
	var failed []error
	for after := ident.OrderID(0); ; {
		open, err := s.c.Reader.OpenOrders(ctx, after, ordersAtOnce)
		if err != nil {
			return done, err
		}
		for _, o := range open {
			n, err := s.goOn(ctx, o)
			if done += n; ctx.Err() != nil {
				return done, ctx.Err()
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("order %d: %w", o.ID, err)) // the others are not its fault
			}
			after = o.ID
		}
		if len(open) < ordersAtOnce {
			return done, errors.Join(failed...)
		}
	}
}

// goOn goes on with an order to its end.
func (s *Service) goOn(ctx context.Context, o OpenOrder) (done int, err error) {
	return tx.Portions(ctx, s.c.Runner, func(t tx.Tx) (more bool, err error) {
		return more, s.work(t, o.Vendor, func(d *desk) error {
			order, err := d.c.Store.LockOrder(t, o.Vendor, o.ID)
			if err != nil || order == nil {
				return err
			}
			more, err = d.portion(order)
			return err
		})
	})
}

// portion does what one transaction has time for, and reports whether there is more.
func (d *desk) portion(o *Order) (more bool, err error) {
	for o.EndedAt.IsZero() && (!more || !d.t.Spent()) {
		more = true
		if err := d.step(o); err != nil {
			return false, err
		}
	}
	return o.EndedAt.IsZero(), d.c.Store.SaveOrder(d.t, d.v, *o)
}

// step does a little of an order.
func (d *desk) step(o *Order) error {
	by := Staff(d.v, o.Actor) // who may was looked at when it was made
	switch {
	case o.Kind == OrderIssue:
		if _, err := d.make(by, o, int(min(portionCards, o.Wanted-o.Done))); err != nil {
			return err
		}
		if o.Done == o.Wanted {
			o.State, o.EndedAt = OrderDone, d.now
		}
		return nil
	case o.State == OrderHanding:
		return d.handing(by, o)
	case o.State == OrderReleasing:
		return d.releasing(o)
	}
	return d.holding(o)
}

// holding holds more of the cards that are to be sold. A sale for which there are too few
// lets all of them go; when all are held, they are handed over.
func (d *desk) holding(o *Order) error {
	cards, err := d.c.Store.LockToSell(d.t, d.v, o.From, o.Filter, int(min(portionCards, o.Wanted-o.Held)))
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		o.State, o.Problem = OrderReleasing, refusals[tooFewCards][0]
		return nil
	}
	if err := d.c.Store.Hold(d.t, d.v, idsOf(cards), o.ID); err != nil {
		return err
	}
	o.Held += int64(len(cards))
	if o.Held < o.Wanted {
		return nil
	}
	line, err := d.line(o.To)
	switch {
	case err != nil:
		return err
	case len(line) == 0:
		o.State, o.Problem = OrderReleasing, fault.Missing(aCustomer).Message
	default:
		o.State = OrderHanding
		if e := sellsTo(o.From, line[0]); e != nil { // it was moved meanwhile
			o.State, o.Problem = OrderReleasing, fault.As(e).Message
		}
	}
	return nil
}

// handing gives held cards to their next holder, and always ends.
func (d *desk) handing(by By, o *Order) error {
	cards, err := d.c.Store.LockHeld(d.t, d.v, o.ID, portionCards)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		o.State, o.EndedAt = OrderDone, d.now
		return d.tellOrder(o.ID)
	}
	for code, some := range byCode(cards) {
		if err := d.raise(by, Transfer{Kind: Sell, From: o.From, To: o.To, Code: code, Order: o.ID}, some); err != nil {
			return err
		}
	}
	_, ids := d.handOver(cards, o.To)
	o.Done += int64(len(cards))
	return d.c.Store.HandOver(d.t, d.v, ids, o.To)
}

// releasing lets held cards go.
func (d *desk) releasing(o *Order) error {
	cards, err := d.c.Store.LockHeld(d.t, d.v, o.ID, portionCards)
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		o.State, o.EndedAt, o.Held = OrderFailed, d.now, 0
		return nil
	}
	return d.c.Store.Hold(d.t, d.v, idsOf(cards), 0)
}
