package pairs

import (
	"fmt"

	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// SessionLicenses shows licensing to floating: rooms do not know one another.
type SessionLicenses struct{ Licensing *licensing.Service }

var _ floating.Licenses = SessionLicenses{}

// Find implements floating.Licenses.
func (s SessionLicenses) Find(t tx.Tx, v ident.VendorID, presented string) (*floating.License, *refusal.Refusal, error) {
	p, r, err := s.Licensing.Present(t, v, licensing.ParseKey(presented))
	if err != nil || p == nil {
		return nil, r, err
	}
	l := &floating.License{ByID: p.ByID, Handle: p}
	show(l, p.License)
	return l, nil, nil
}

func show(to *floating.License, l *licensing.License) {
	policy := l.Terms().Policy
	*to = floating.License{
		ID: l.ID, UUID: l.UUID, Product: l.Product.UUID, Customer: l.Customer.UUID, IsFloating: l.AnyNumber(), IsOfUsers: l.IsOfUsers(),
		Policy: policy, ExpiresAt: l.ExpiryOf(policy), ByID: to.ByID, Handle: to.Handle,
	}
}

// Begin implements floating.Licenses.
func (s SessionLicenses) Begin(t tx.Tx, l *floating.License) error {
	p, err := presented(l)
	if err != nil {
		return err
	}
	if err := s.Licensing.BeginUse(t, p); err != nil {
		return err
	}
	show(l, p.License)
	return nil
}

// Count implements floating.Licenses.
func (s SessionLicenses) Count(t tx.Tx, l *floating.License, clientID string, proof floating.Proof) (*refusal.Refusal, error) {
	p, err := presented(l)
	if err != nil {
		return nil, err
	}
	return s.Licensing.CountSessionCall(t, p, clientID, licensing.Proof(proof))
}

// Admit implements floating.Licenses.
func (s SessionLicenses) Admit(t tx.Tx, l *floating.License, clientID string, proof floating.Proof, closing bool) (*refusal.Refusal, error) {
	p, err := presented(l)
	if err != nil {
		return nil, err
	}
	r, err := s.Licensing.Admit(t, p, clientID, licensing.Proof(proof), closing)
	if err != nil || r == nil {
		return nil, err
	}
	if r.ID == refusal.InvalidKey {
		return refusal.UnknownSessionKey(), nil // the same, however it came about
	}
	return r, nil
}

// KnowsUser implements floating.Licenses.
func (s SessionLicenses) KnowsUser(t tx.Tx, v ident.VendorID, l *floating.License, user string) (bool, error) {
	return s.Licensing.KnowsUser(t, v, l.ID, user)
}

func presented(l *floating.License) (*licensing.Presented, error) {
	p, ok := l.Handle.(*licensing.Presented)
	if !ok {
		return nil, fmt.Errorf("pairs: a licence from elsewhere: %T", l.Handle) // a wiring defect
	}
	return p, nil
}

// Released tells floating of clients that licensing released. Floating is made
// after licensing, and is set then.
type Released struct{ Floating *floating.Service }

// ClientReleased implements licensing.Sessions.
func (r *Released) ClientReleased(t tx.Tx, v ident.VendorID, license ident.LicenseID, clientID string) error {
	return r.Floating.ClientReleased(t, v, license, clientID)
}
