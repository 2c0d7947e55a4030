package licensing

import (
	"context"
	"math"

	"chancery/internal/ident"
	"chancery/internal/tx"
)

// DeactivatedAtOnce is how many activations one request releases at most; the rest
// follows by itself.
const DeactivatedAtOnce = 500

const (
	// releasedTogether is how many activations one transaction releases: it locks their
	// devices first.
	releasedTogether = 20

	ordersAtOnce = 100 // licences that are looked up at once

	lastActivation = ident.ActivationID(math.MaxInt64)
)

// ReleaseOrder is what is still to be released of a licence: all its activations up to
// one of them, or chosen ones. There is one of a licence at most.
type ReleaseOrder struct {
	ID      int64
	Vendor  ident.VendorID
	License ident.LicenseID
	Reason  Reason
	Until   ident.ActivationID // the last one; 0 for chosen ones
	Done    ident.ActivationID // it has come so far
	Actor   tx.Actor           // who wants it; the audit log says so

	// Reserved is how many ends are counted for it, and Released how many there were. What
	// is over in the end is given back: a machine that gave up by itself counts nothing.
	Reserved, Released int64
}

// continues reports whether a command asks for what is being done anyway.
func (o *ReleaseOrder) continues(c DeactivateCommand) bool {
	return o != nil && o.Until != 0 && c.all() && o.Reason == c.By
}

// outstanding is how many ends are counted that have not come yet.
func (o *ReleaseOrder) outstanding(c Counting) int64 {
	if o == nil || countingOf(o.Reason) < c {
		return 0
	}
	return o.Reserved - o.Released
}

// giveBack takes off the licence what was counted and not needed.
func (o *ReleaseOrder) giveBack(l *License) {
	l.tally(countingOf(o.Reason), o.Released-o.Reserved)
}

// covers reports whether the end of a present activation is counted by an order.
func (s *Service) covers(t tx.Tx, o *ReleaseOrder, a *Activation) (bool, error) {
	switch {
	case o.outstanding(CountsTotal) == 0 || a.ID <= o.Done:
		return false, nil
	case o.Until != 0:
		return a.ID <= o.Until, nil
	}
	return s.store.IsChosen(t, o, a.ID)
}

// next gives the activations that an order comes to now.
func (s *Service) next(t tx.Tx, o *ReleaseOrder) ([]*Activation, error) {
	if o.Until != 0 {
		return s.store.PresentActivations(t, o.Vendor, o.License, o.Done, o.Until, releasedTogether)
	}
	return s.store.ChosenOf(t, o, releasedTogether)
}

// releaseThese releases activations whose devices are locked, in the order of their ids,
// as an order wants them. It reports whether it looked at all of them.
func (s *Service) releaseThese(t tx.Tx, l *License, some []*Activation, locked map[string]bool, o *ReleaseOrder) (bool, error) {
	counts := countingOf(o.Reason)
	for _, a := range some {
		if !locked[a.Device.Number] {
			return false, nil
		}
		o.Done = a.ID
		if keeps(a, l, o.Reason, t) || counts != CountsNothing && o.outstanding(CountsTotal) == 0 {
			continue
		}
		a.Counted, a.by = counts, o.Actor
		if err := s.release(t, l, a, o.Reason); err != nil {
			return false, err
		}
		o.Released++
	}
	return true, nil
}

// goOn does one portion of an order that was read before its licence was locked.
func (s *Service) goOn(t tx.Tx, o *ReleaseOrder) (d Deactivation, err error) {
	some, err := s.next(t, o)
	if err != nil {
		return d, err
	}
	l, locked, err := s.lockAll(t, o.Vendor, o.License, some)
	if err != nil {
		return d, err
	}
	now, err := s.store.ReleaseOrder(t, o.Vendor, o.License)
	if err != nil || now == nil || now.ID != o.ID || now.Done != o.Done {
		d.More = now != nil // somebody else went on meanwhile
		return d, err
	}
	o = now
	if some, err = s.next(t, o); err != nil {
		return d, err
	}
	before := o.Released
	looked, err := s.releaseThese(t, l, some, locked, o)
	if err != nil {
		return d, err
	}
	d.Released, d.More = o.Released-before, !looked || len(some) == releasedTogether
	if d.More {
		err = s.store.SaveReleaseOrder(t, o)
	} else {
		o.giveBack(l)
		err = s.store.DeleteReleaseOrder(t, o)
	}
	if err != nil {
		return d, err
	}
	d.Left = l.Deactivations().Left(o.Reason)
	return d, s.store.SaveCounters(t, l)
}

// finish goes on with what is to be released of a licence, in portions, until that is
// done or so many were released.
func (s *Service) finish(ctx context.Context, v ident.VendorID, license ident.LicenseID, most int64) (released int64, more bool, err error) {
	for more = true; more && released < most && ctx.Err() == nil; {
		var d Deactivation
		if err := tx.Paced(ctx, func(ctx context.Context) error {
			return s.runner.Run(ctx, func(t tx.Tx) error {
				o, err := s.store.ReleaseOrder(t, v, license)
				if d = (Deactivation{}); err != nil || o == nil {
					return err
				}
				d, err = s.goOn(t, o)
				return err
			})
		}); err != nil {
			return released, more, err
		}
		released, more = released+d.Released, d.More
	}
	return released, more, context.Cause(ctx)
}

// FinishReleases goes on with what is still to be released of all licences, and tells
// how many activations that were.
func (s *Service) FinishReleases(ctx context.Context) (int, error) {
	total := 0
	for ctx.Err() == nil {
		found, err := s.reader.ReleaseOrders(ctx, ordersAtOnce)
		if err != nil || len(found) == 0 {
			return total, err
		}
		for _, r := range found {
			n, _, err := s.finish(ctx, r.Vendor, r.License, math.MaxInt64)
			if total += int(n); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
