package licensing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// DeactivateCommand asks for activations of a licence to be released.
type DeactivateCommand struct {
	Vendor  ident.VendorID
	License ident.LicenseID
	By      Reason // ByDashboard, ByAPI, ByOffline or ByStaff

	// Activations are the chosen ones, by their outside ids; empty for all that are
	// present. Those of other licences, and those that have ended, are left alone.
	Activations []ident.UUID
}

// Deactivation is what came of it.
type Deactivation struct {
	Refused NotDeactivated // nothing was released; "" where it was granted
	Asked   int64          // how many are to be released: present ones, without those kept
	Left    *int64         // how many more may be released; nil: any number
	Kept    int64          // go on by a file, so that only staff may release them now
	Waiting int64          // of those, devices of which it is noted that they are to go
	DueAt   time.Time      // when the last of them is free; zero: when the vendor says so

	Released int64 // by now
	More     bool  // the rest follows by itself

	fresh []*Activation // of the waiting ones, those of which it is noted now
}

// Deactivate releases one, several or all activations of a licence, as docs/rules/provisioning.md,
// rules 5 and 15 say: it counts all of them at once, or refuses. A few are released in
// this transaction; the rest follows in portions, whatever becomes of this server.
func (s *Service) Deactivate(t tx.Tx, c DeactivateCommand) (Deactivation, error) {
	before, err := s.store.ReleaseOrder(t, c.Vendor, c.License)
	if err != nil {
		return Deactivation{}, err
	}
	if before.continues(c) {
		return s.goOn(t, before)
	}
	some, err := s.asked(t, c)
	if err != nil {
		return Deactivation{}, err
	}
	if len(some) > releasedTogether {
		some = some[:releasedTogether]
	}
	l, locked, err := s.lockAll(t, c.Vendor, c.License, some)
	if err != nil {
		return Deactivation{}, err
	}
	if l == nil {
		return Deactivation{}, fault.Missing(licenseSubject)
	}
	// What was read before the locks may have changed.
	if before, err = s.store.ReleaseOrder(t, c.Vendor, c.License); err != nil {
		return Deactivation{}, err
	}
	if before.continues(c) {
		return Deactivation{More: true}, nil
	}
	if before != nil && len(c.Activations) != 1 {
		return Deactivation{Refused: ReleaseGoesOn, Left: l.Deactivations().Left(c.By)}, nil
	}
	if some, err = s.asked(t, c); err != nil {
		return Deactivation{}, err
	}
	if before != nil {
		return s.deactivateBeside(t, l, some, locked, c)
	}
	return s.deactivate(t, l, some, locked, c)
}

// deactivate is Deactivate with the licence locked, and with the devices of locked.
func (s *Service) deactivate(t tx.Tx, l *License, some []*Activation, locked map[string]bool, c DeactivateCommand) (Deactivation, error) {
	var d Deactivation
	o := &ReleaseOrder{Vendor: l.Vendor, License: l.ID, Reason: c.By, Actor: tx.ActorFrom(t.Context())}
	var left []ident.ActivationID // chosen, and not released yet
	var kept []*Activation        // chosen, and going on by their files
	if c.all() {
		var err error
		if o.Until, d.Kept, err = s.allOf(t, l, c.By); err != nil {
			return d, err
		}
		d.Asked = l.Held() - d.Kept
	} else {
		kept = inForce(some, l, c.By, t)
		some = slices.DeleteFunc(some, func(a *Activation) bool { return keeps(a, l, c.By, t) })
		d.Asked, d.Kept = int64(len(some)), int64(len(kept))
		if err := s.wait(t, l, kept, &d); err != nil {
			return d, err
		}
		for _, a := range some {
			left = append(left, a.ID)
		}
	}
	if d.Refused = d.judge(l, c.By); d.Refused != "" {
		d.Left = l.Deactivations().Left(c.By)
		return d, nil
	}
	if err := s.askDeletions(t, l, d.fresh, c.By); err != nil {
		return d, err
	}
	if counts := countingOf(c.By); counts != CountsNothing {
		o.Reserved = d.Asked
		l.tally(counts, o.Reserved)
	}
	done, err := s.releaseThese(t, l, some, locked, o)
	if err != nil {
		return d, err
	}
	left = slices.DeleteFunc(left, func(id ident.ActivationID) bool { return id <= o.Done })
	if done = done && len(left) == 0 && o.Done >= o.Until; done {
		o.giveBack(l)
	} else if err := s.store.InsertReleaseOrder(t, o, left); err != nil {
		return d, err
	}
	d.Released, d.More, d.Left = o.Released, !done, l.Deactivations().Left(c.By)
	return d, s.store.SaveCounters(t, l)
}

// deactivateBeside releases the one activation that was chosen while others of the
// licence are still being released.
func (s *Service) deactivateBeside(
	t tx.Tx, l *License, some []*Activation, locked map[string]bool, c DeactivateCommand,
) (d Deactivation, err error) {
	d.Left = l.Deactivations().Left(c.By)
	if len(some) == 0 || !locked[some[0].Device.Number] {
		return d, nil
	}
	a := some[0]
	if keeps(a, l, c.By, t) {
		d.Kept = 1
		if err := s.wait(t, l, some[:1], &d); err != nil {
			return d, err
		}
		if d.Refused = l.Deactivations().Judge(c.By, int64(len(d.fresh))); d.Refused != "" {
			return d, nil
		}
		if err := s.askDeletions(t, l, d.fresh, c.By); err != nil {
			return d, err
		}
		d.Left = l.Deactivations().Left(c.By)
		return d, s.store.SaveCounters(t, l)
	}
	d.Asked = 1
	if d.Refused, err = s.charge(t, l, a, c.By); err != nil || d.Refused != "" {
		return d, err
	}
	d.Released, d.Left = 1, l.Deactivations().Left(c.By)
	return d, s.release(t, l, a, c.By)
}

// judge says whether what was asked for may be released.
func (d Deactivation) judge(l *License, by Reason) NotDeactivated {
	if no := l.Deactivations().Judge(by, d.Asked+int64(len(d.fresh))); no != "" {
		return no
	}
	if d.Asked == 0 && d.Kept > 0 && d.Waiting == 0 {
		return DeviceHasFile
	}
	return ""
}

// charge counts the end of one activation of a locked licence, or refuses it. One that
// is to be released anyway is counted already.
func (s *Service) charge(t tx.Tx, l *License, a *Activation, by Reason) (NotDeactivated, error) {
	counts := countingOf(by)
	if counts == CountsNothing {
		return "", nil
	}
	o, err := s.store.ReleaseOrder(t, l.Vendor, l.ID)
	if err != nil {
		return "", err
	}
	covered, err := s.covers(t, o, a)
	if err != nil {
		return "", err
	}
	if covered {
		o.Released++
		a.Counted = countingOf(o.Reason)
		return "", s.store.SaveReleaseOrder(t, o)
	}
	if no := l.Deactivations().Judge(by, 1); no != "" {
		return no, nil
	}
	a.Counted = counts
	l.tally(counts, 1)
	return "", nil
}

// keeps reports whether the machine of an activation goes on by a file, and who asks
// can't release it.
func keeps(a *Activation, l *License, by Reason, t tx.Tx) bool {
	return by != ByStaff && by != ByOffline && a.FileInForce(l, t.Now())
}

// inForce gives those that keeps is true of.
func inForce(some []*Activation, l *License, by Reason, t tx.Tx) (kept []*Activation) {
	for _, a := range some {
		if keeps(a, l, by, t) {
			kept = append(kept, a)
		}
	}
	return kept
}

// wait finds what is to be noted of chosen devices that go on by their files.
func (s *Service) wait(t tx.Tx, l *License, kept []*Activation, d *Deactivation) (err error) {
	if len(kept) == 0 || len(kept) > maxAsked {
		return nil
	}
	if d.fresh, err = s.notAsked(t, l.Vendor, kept); err != nil {
		return err
	}
	d.Waiting = int64(len(kept))
	d.DueAt = kept[0].dueAt()
	for _, a := range kept {
		due := a.dueAt()
		if due.IsZero() || d.DueAt.IsZero() {
			d.DueAt = time.Time{}
			break
		}
		if due.After(d.DueAt) {
			d.DueAt = due
		}
	}
	return nil
}

// allOf gives the newest present activation of a licence, and counts those that keeps
// is true of.
func (s *Service) allOf(t tx.Tx, l *License, by Reason) (newest ident.ActivationID, kept int64, err error) {
	if newest, err = s.store.NewestPresent(t, l.Vendor, l.ID); err != nil || by == ByStaff || by == ByOffline {
		return newest, 0, err
	}
	over := expiredAt(l.ExpiryOf(l.Terms().Policy), t.Now())
	kept, err = s.store.CountFiles(t, l.Vendor, l.ID, over, t.Now())
	return newest, kept, err
}

func (c DeactivateCommand) all() bool { return len(c.Activations) == 0 }

// asked gives the activations that a command names, the oldest first; of all only those
// that one transaction releases.
func (s *Service) asked(t tx.Tx, c DeactivateCommand) ([]*Activation, error) {
	if c.all() {
		return s.store.PresentActivations(t, c.Vendor, c.License, 0, lastActivation, releasedTogether)
	}
	return s.store.PresentOf(t, c.Vendor, c.License, c.Activations)
}

// lockAll locks the devices of activations and then their licence, and tells the
// numbers of the devices.
func (s *Service) lockAll(t tx.Tx, v ident.VendorID, license ident.LicenseID, some []*Activation) (*License, map[string]bool, error) {
	inOrder := slices.SortedFunc(slices.Values(some), func(a, b *Activation) int { return cmp.Compare(a.Device.ID, b.Device.ID) })
	locked := make(map[string]bool, len(some))
	for _, a := range inOrder {
		if _, err := s.devices.Lock(t, v, a.Device.Number); err != nil {
			return nil, nil, err
		}
		locked[a.Device.Number] = true
	}
	licenses, err := s.store.LockLicenses(t, v, license)
	return licenses[license], locked, err
}

// DeactivateInPortions is Deactivate in transactions of its own, of DeactivatedAtOnce
// activations or a few more: the rest follows by itself. What is still being released of
// the licence goes first.
func (s *Service) DeactivateInPortions(ctx context.Context, c DeactivateCommand) (Deactivation, error) {
	var d Deactivation
	once := func() error {
		return s.runner.Run(ctx, func(t tx.Tx) (err error) {
			d, err = s.Deactivate(t, c)
			return err
		})
	}
	err := once()
	if err == nil && d.Refused == ReleaseGoesOn {
		if _, _, err = s.finish(ctx, c.Vendor, c.License, DeactivatedAtOnce); err == nil {
			err = once()
		}
	}
	if err != nil || !d.More {
		return d, err
	}
	n, more, err := s.finish(ctx, c.Vendor, c.License, DeactivatedAtOnce-d.Released)
	d.Released, d.More = d.Released+n, more
	return d, err
}
