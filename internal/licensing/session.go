package licensing

import (
	"time"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// Sessions is told of floating licences' clients. It is called with the licence locked.
type Sessions interface {
	// ClientReleased ends the sessions of a client that has lost its activation.
	ClientReleased(t tx.Tx, v ident.VendorID, license ident.LicenseID, clientID string) error
}

// Presented is the licence that a session call names, and by what.
type Presented struct {
	License *License
	Token   ident.TokenID // of a token key; 0 for none
	ByID    bool          // by the licence's id, which proves nothing
}

// Present finds the licence that a session call names: by a full key of any
// kind, or by its id; nil when there is none, with a refusal where the key was replaced.
func (s *Service) Present(t tx.Tx, v ident.VendorID, k Key) (*Presented, *refusal.Refusal, error) {
	f, l, err := s.store.Presented(t, v, k)
	if err != nil {
		return nil, nil, err
	}
	if l != nil {
		return &Presented{License: l, Token: f.Token}, nil, nil
	}
	id, err := s.store.LicenseID(t, v, k.UUID)
	if err != nil {
		return nil, nil, err
	}
	if id == 0 {
		r, err := s.unknownKey(t, v, 0, k, nil)
		return nil, r, err
	}
	if l, err = s.store.License(t, v, id); err != nil || l == nil {
		return nil, nil, err
	}
	return &Presented{License: l, ByID: true}, nil, nil
}

// BeginUse makes a session that comes before any activation count as the first
// one, from which days and trials are reckoned. It locks the licence.
func (s *Service) BeginUse(t tx.Tx, p *Presented) error {
	l := p.License
	if !l.FirstActivatedAt.IsZero() || p.ByID || refuseLicense(l, t.Now(), "") != nil {
		return nil
	}
	locked, err := s.store.LockLicenses(t, l.Vendor, l.ID)
	if err != nil {
		return err
	}
	if p.License = locked[l.ID]; p.License == nil || !p.License.FirstActivatedAt.IsZero() {
		p.License = l
		return nil
	}
	p.License.FirstActivatedAt = t.Now()
	return s.store.SaveCounters(t, p.License)
}

// CountSessionCall counts a signed call of a client for a session, before anything
// is locked; a refusal where it was sent before.
func (s *Service) CountSessionCall(t tx.Tx, p *Presented, clientID string, proof Proof) (*refusal.Refusal, error) {
	if proof == nil {
		return nil, nil
	}
	_, client, err := s.store.ClientOf(t, p.License.Vendor, p.License.ID, clientID)
	if err != nil || client == nil {
		return nil, err
	}
	return s.countOf(t, p.License.Vendor, client, proof)
}

// Admit judges a client that asks for a session, as activation does (docs/rules/provisioning.md, rule 4).
// One that only closes a session need not be in force any more.
func (s *Service) Admit(t tx.Tx, p *Presented, clientID string, proof Proof, closing bool) (*refusal.Refusal, error) {
	l := p.License
	device, client, err := s.store.ClientOf(t, l.Vendor, l.ID, clientID)
	if err != nil {
		return nil, err
	}
	c := admissionCase{now: t.Now(), license: l, device: device, client: client, byID: p.ByID, closing: closing}
	if !closing {
		if c.unpaid, err = s.prepaid.Refuse(t, l.Vendor, clientID); err != nil {
			return nil, err
		}
	}
	if client != nil {
		c.proven = proof.of(client.Client.PublicKey)
	}
	if p.Token != 0 {
		if c.token, err = s.store.Token(t, l.Vendor, p.Token); err != nil {
			return nil, err
		}
	}
	return proof.explain(decideAdmission(c)), nil
}

// admissionCase is all that decides whether a client may have a session.
type admissionCase struct {
	now     time.Time
	license *License
	device  Device           // zero for one that was never seen
	unpaid  *refusal.Refusal // of a prepaid device that is blacklisted; else nil
	client  *Activation      // of this licence; nil when it is not activated
	token   *Token           // whose key was presented; nil for a license key
	byID    bool
	proven  []byte
	closing bool
}

func decideAdmission(c admissionCase) *refusal.Refusal {
	strange := c.client != nil && !answersTo(c.client, c.proven)
	switch {
	case c.byID && (c.client == nil || strange):
		return refusal.Refuse(refusal.InvalidKey) // an id is no key, and gets no reasons
	case strange:
		return refusal.Refuse(refusal.ClientAssigned)
	case c.closing:
		return nil
	case c.token != nil && c.token.Activation == 0:
		return refusal.Refuse(refusal.TokenNotAssigned)
	case c.token != nil && (c.client == nil || c.client.ID != c.token.Activation):
		return refusal.Refuse(refusal.OtherToken)
	case c.device.SuspendedAt(c.now):
		return refusal.Refuse(refusal.Suspended)
	case c.unpaid != nil:
		return c.unpaid
	}
	version := ""
	if c.client != nil {
		version = c.client.Client.SoftwareVersion
	}
	return refuseLicense(c.license, c.now, version)
}

// refuseLicense judges the licence alone, and a version ("" is not judged).
func refuseLicense(l *License, now time.Time, version string) *refusal.Refusal {
	p := l.Terms().Policy
	switch {
	case !l.IsActive:
		return refusal.Refuse(refusal.NotActive)
	case now.Before(l.StartsAt):
		return refusal.Refuse(refusal.NotActive).With("The license starts at " + calendar.Minute(l.StartsAt) + ".")
	case l.expired(p, now) != nil:
		return l.expired(p, now)
	case !p.AllowsRelease(version):
		return refusal.Refuse(refusal.VersionNotAllowed)
	}
	return nil
}
