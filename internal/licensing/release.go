package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// release ends an activation of a locked licence, frees its token, and lets the
// oldest goodwill activation have its place.
func (s *Service) release(t tx.Tx, l *License, a *Activation, reason Reason) error {
	if _, err := s.settleDeletion(t, l, a); err != nil {
		return err
	}
	if err := s.store.ReleaseActivation(t, l.Vendor, a, reason); err != nil {
		return err
	}
	if a.IsGoodwill() {
		l.GoodwillUsed--
	} else {
		l.RegularUsed--
	}
	m := moves(touch)
	if err := s.promote(t, l, &m); err != nil {
		return err
	}
	if _, room := roomFor(l, l.Terms().Policy); room {
		l.UsedUpAt = time.Time{}
	}
	if err := s.store.SaveCounters(t, l); err != nil {
		return err
	}
	announceRelease(t, l, a, reason)
	if l.AnyNumber() && s.sessions != nil {
		return s.sessions.ClientReleased(t, l.Vendor, l.ID, a.Device.Number)
	}
	return nil
}

// locked brings a present activation with its device and licence, locked in
// order; nil when it is not present any more.
func (s *Service) locked(t tx.Tx, v ident.VendorID, id ident.UUID) (*Activation, *License, error) {
	a, err := s.store.Activation(t, v, id)
	if err != nil || a == nil {
		return nil, nil, err
	}
	return s.lock(t, v, id, a)
}

// lock is locked with the activation read already.
func (s *Service) lock(t tx.Tx, v ident.VendorID, id ident.UUID, a *Activation) (*Activation, *License, error) {
	if _, err := s.devices.Lock(t, v, a.Device.Number); err != nil {
		return nil, nil, err
	}
	licenses, err := s.store.LockLicenses(t, v, a.License)
	if err != nil {
		return nil, nil, err
	}
	// Somebody may have released it while we waited for the locks.
	if a, err = s.store.Activation(t, v, id); err != nil || a == nil {
		return nil, nil, err
	}
	return a, licenses[a.License], nil
}

// Release ends an activation for the vendor's staff, or one whose goodwill has
// ended. It reports false when there is no such present activation, or when only
// staff may end it, because a file of it is in force.
func (s *Service) Release(t tx.Tx, v ident.VendorID, id ident.UUID, reason Reason) (bool, error) {
	a, l, err := s.locked(t, v, id)
	if err != nil || a == nil || reason != ByStaff && a.FileInForce(l, t.Now()) {
		return false, err
	}
	return true, s.release(t, l, a, reason)
}

// UnassignCommand gives up a token.
type UnassignCommand struct {
	Vendor   ident.VendorID
	TokenKey ident.UUID

	// ClientID is who gives it up; empty where the program does not say. A token
	// that is free goes to whoever comes next, so only with it can the call be
	// repeated without taking the token from another client.
	ClientID string

	Proof Proof
}

// Unassign lets a client give up its own token
// (docs/rules/provisioning.md, rule 5).
func (s *Service) Unassign(t tx.Tx, c UnassignCommand) (*refusal.Refusal, error) {
	token, err := s.store.TokenByKey(t, c.Vendor, c.TokenKey)
	if err != nil {
		return nil, err
	}
	if token != nil && token.Activation == 0 {
		return refusal.Refuse(refusal.AlreadyUnassigned), nil
	}
	id := c.TokenKey
	if token == nil {
		old, err := s.store.Replaced(t, c.Vendor, 0, Key{UUID: c.TokenKey})
		switch {
		case err != nil:
			return nil, err
		case old == nil:
			return refusal.Refuse(refusal.UnknownToken), nil
		case old.Activation.IsZero():
			return refusal.Refuse(refusal.KeyReplaced), nil
		}
		id = old.Activation // whoever held the old key may still give the place up
	}
	a, err := s.store.Activation(t, c.Vendor, id)
	if err != nil {
		return nil, err
	}
	var l *License
	if a != nil {
		if r, err := s.countOf(t, c.Vendor, a, c.Proof); err != nil || r != nil {
			return r, err
		}
		if a, l, err = s.lock(t, c.Vendor, id, a); err != nil {
			return nil, err
		}
	}
	if a == nil || c.ClientID != "" && c.ClientID != a.Device.Number {
		return refusal.Refuse(refusal.AlreadyUnassigned), nil
	}
	if r := decideUnassign(t.Now(), a, l, c.Proof.of(a.Client.PublicKey)); r != nil {
		return c.Proof.explain(r), nil
	}
	no, err := s.charge(t, l, a, ByClient)
	if err != nil {
		return nil, err
	}
	if no != "" {
		return refusal.Refuse(refusal.AllowanceUsedUp), nil
	}
	return nil, s.release(t, l, a, ByClient)
}

// decideUnassign applies docs/rules/provisioning.md, rules 5 and 8.
func decideUnassign(now time.Time, a *Activation, l *License, proven []byte) *refusal.Refusal {
	p := l.Terms().Policy
	switch {
	case !answersTo(a, proven):
		return refusal.Refuse(refusal.ClientAssigned)
	case a.Device.SuspendedAt(now):
		return refusal.Refuse(refusal.Suspended)
	case !p.ClientMayUnassign:
		return refusal.Refuse(refusal.MayNotUnassign)
	case a.fileInForce(l, p, now):
		return refuseInForce(a)
	}
	return nil
}
