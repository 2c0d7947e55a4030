package licensing

import (
	"context"
	"slices"

	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Holdings gives what a client holds of all products, inside a transaction: what
// answers first in front (docs/rules/provisioning.md, rule 3). A token key, if not zero, narrows it to that
// activation. Activations of a client with a key pair of its own answer nobody
// who does not prove to have it.
func (s *Service) Holdings(t tx.Tx, v ident.VendorID, clientID string, tokenKey ident.UUID, p Proof) ([]Holding, *refusal.Refusal, error) {
	if entry.Blank(clientID) {
		return nil, refusal.Refuse(refusal.MissingClientID), nil
	}
	all, err := s.store.HeldByClient(t, v, clientID)
	if err != nil {
		return nil, nil, err
	}
	if r, err := s.countHeld(t, v, all, p); err != nil || r != nil {
		return nil, r, err
	}
	var first, last []Holding
	strange := false
	for _, h := range all {
		a := h.Activation
		switch {
		case a.Client.PublicKey != nil && !p.Proves(a.Client.PublicKey):
			strange = true
		case goodwillEnded(a, t.Now()):
		case a.Device.SuspendedAt(t.Now()):
			return nil, refusal.Refuse(refusal.Suspended), nil
		case !tokenKey.IsZero() && a.TokenKey != tokenKey:
		case h.License.IsTemporary && !StateOf(h.License, a, "", t.Now()).IsValid:
			last = append(last, h)
		default:
			first = append(first, h)
		}
	}
	if first = append(first, last...); len(first) > 0 {
		return first, nil, nil
	}
	if strange {
		return nil, p.explain(refusal.Refuse(refusal.ClientAssigned)), nil
	}
	if tokenKey.IsZero() {
		return nil, refusal.Refuse(refusal.UnknownClient), nil
	}
	token, err := s.store.TokenByKey(t, v, tokenKey)
	switch {
	case err != nil:
		return nil, nil, err
	case token == nil:
		r, err := s.unknownKey(t, v, 0, Key{UUID: tokenKey}, refusal.Refuse(refusal.UnknownToken))
		return nil, r, err
	case token.Activation == 0:
		return nil, refusal.Refuse(refusal.TokenNotAssigned), nil
	}
	return nil, refusal.Refuse(refusal.OtherToken), nil
}

// Signed reports whether a call was signed with the key pair of an activation that
// the client of this name holds. It counts nothing.
func (s *Service) Signed(ctx context.Context, v ident.VendorID, clientID string, p Proof) (bool, error) {
	if p == nil || clientID == "" {
		return false, nil
	}
	keys, err := s.reader.KeysHeld(ctx, v, clientID)
	return slices.ContainsFunc(keys, func(k []byte) bool { return p.Proves(k) }), err
}

// countHeld counts a call by the one key that signed it: a client may hold several
// activations with it.
func (s *Service) countHeld(t tx.Tx, v ident.VendorID, all []Holding, p Proof) (*refusal.Refusal, error) {
	var signer *Activation
	for _, h := range all {
		if a := h.Activation; p.Proves(a.Client.PublicKey) && (signer == nil || a.Pulse.Counter > signer.Pulse.Counter) {
			signer = a
		}
	}
	if signer == nil {
		return nil, nil
	}
	return s.countOf(t, v, signer, p)
}

// Locked gives one licence, locked; nil when there is none.
func (s *Service) Locked(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*License, error) {
	found, err := s.store.LockLicenses(t, v, id)
	return found[id], err
}
