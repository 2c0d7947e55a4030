package licensing

import (
	"context"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// NewKey says how the keys of a licence are replaced.
type NewKey struct {
	Mail    bool // the licensee user is told the new key
	Release bool // the devices in use lose their activations
}

// Replaced is a key that a new one has replaced.
type Replaced struct {
	License    ident.LicenseID
	Activation ident.UUID // whose token key it was, present or past; zero for none
}

// RenewKey replaces the license key and the token keys of a licence, and takes its
// legacy key from it (docs/rules/provisioning.md, rule 14). The old ones are refused
// from then on, however many tokens there are: those that are not replaced in this
// transaction are in portions.
func (s *Service) RenewKey(t tx.Tx, v ident.VendorID, id ident.LicenseID, mail bool) (*License, error) {
	l, err := s.Locked(t, v, id)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, fault.Missing("license")
	}
	before := viewOf(l, t.Now())
	old := Key{UUID: l.LicenseKey, Printed: l.PrintedKey}
	if l.LegacyKey != "" {
		old.Legacy = []string{l.LegacyKey}
	}
	if err := s.store.KeepReplaced(t, v, l.ID, 0, old); err != nil {
		return nil, err
	}
	l.LicenseKey, l.LegacyKey = s.ids.V4(), ""
	if l.PrintedKey != "" || l.Product.PrintedKeys {
		l.PrintedKey = newPrintedKey(s.ids)
	}
	l.RenewedSlot, l.RenewedUntil = 0, l.LastSlot
	l.Revision++
	l.UpdatedAt = t.Now()
	if err := s.store.SaveLicense(t, l); err != nil {
		return nil, err
	}
	m := moves(portion)
	if err := s.renewTokens(t, l, &m); err != nil {
		return nil, err
	}
	after := viewOf(l, t.Now())
	t.Journal(tx.Entry{Vendor: v, Action: EventNewKey, Subject: licenseSubject, ID: l.UUID, License: l.ID, Before: before, After: after})
	t.Enqueue(tx.Event{Vendor: v, Type: EventNewKey, Stream: l.UUID, Payload: after})
	if mail && s.notices != nil {
		return l, s.notices.NewKey(t, l)
	}
	return l, nil
}

// RenewKeyOf is RenewKey in a transaction of its own, and behind it the release of all
// devices in use where they are to go.
func (s *Service) RenewKeyOf(ctx context.Context, v ident.VendorID, id ident.LicenseID, c NewKey) (Deactivation, error) {
	if err := s.runner.Run(ctx, func(t tx.Tx) error {
		_, err := s.RenewKey(t, v, id, c.Mail)
		return err
	}); err != nil || !c.Release {
		return Deactivation{}, err
	}
	return s.DeactivateInPortions(ctx, DeactivateCommand{Vendor: v, License: id, By: ByStaff})
}

// hasOldKey reports whether a token's key is withdrawn and not replaced yet.
func (l *License) hasOldKey(slot int64) bool { return slot > l.RenewedSlot && slot <= l.RenewedUntil }

// renewTokens replaces the keys of tokens, by slot, as far as m reaches, and notes
// what is left.
func (s *Service) renewTokens(t tx.Tx, l *License, m *moves) error {
	for first := true; l.RenewedSlot < l.RenewedUntil; first = false {
		n := m.take(t, step, first)
		if n == 0 {
			break
		}
		tokens, err := s.store.TokensBySlot(t, l.Vendor, l.ID, l.RenewedSlot, l.RenewedUntil, n)
		if err != nil {
			return err
		}
		for i := range tokens {
			if err := s.renewToken(t, l, &tokens[i]); err != nil {
				return err
			}
			l.RenewedSlot = tokens[i].Slot
		}
		if int64(len(tokens)) < n {
			l.RenewedSlot = l.RenewedUntil
		}
	}
	if err := s.store.SaveKeys(t, l); err != nil || l.RenewedSlot >= l.RenewedUntil {
		return err
	}
	return s.store.NoteFitting(t, l.Vendor, l.ID)
}

func (s *Service) renewToken(t tx.Tx, l *License, k *Token) error {
	if err := s.store.KeepReplaced(t, l.Vendor, l.ID, k.Activation, Key{UUID: k.Key}); err != nil {
		return err
	}
	k.Key = s.ids.V4()
	return s.store.SetTokenKey(t, l.Vendor, k)
}

// unknownKey refuses a key that leads to no licence of the product (of any where that
// is 0): as one that was replaced, which is counted on its licence, or else with r.
func (s *Service) unknownKey(t tx.Tx, v ident.VendorID, product ident.ProductID, k Key, r *refusal.Refusal) (*refusal.Refusal, error) {
	old, err := s.store.Replaced(t, v, product, k)
	if err != nil || old == nil {
		return r, err
	}
	return refusal.Refuse(refusal.KeyReplaced), s.store.CountDenial(t, v, old.License, refusal.KeyReplaced, t.Now())
}

// readUnknownKey is unknownKey for calls that change nothing.
func (s *Service) readUnknownKey(ctx context.Context, v ident.VendorID, product ident.UUID, k Key, r *refusal.Refusal) (*refusal.Refusal, error) {
	old, err := s.reader.ReplacedKey(ctx, v, product, k)
	if err != nil || old == nil {
		return r, err
	}
	return refusal.Refuse(refusal.KeyReplaced), nil
}
