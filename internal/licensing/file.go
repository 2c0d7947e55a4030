package licensing

import (
	"time"

	"chancery/internal/ident"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// FileCommand asks for what a licence file says.
type FileCommand struct {
	Vendor   ident.VendorID
	License  ident.UUID // a license or token key, or with ByID the licence's id
	ByID     bool
	TokenKey ident.UUID // one of its tokens, whose client the file is for; zero for none
	XML      bool       // for an XML file, which names no device's own key
	Unsaid   bool       // only asked, not handed out: nothing is written down
}

// LicenseFile gives the licence, and with a token key that token's client, for a
// file that a person carries. Handing one out is in the audit log.
func (s *Service) LicenseFile(t tx.Tx, c FileCommand) (Outcome, error) {
	p, r, err := s.Present(t, c.Vendor, Key{UUID: c.License})
	if err != nil || r != nil {
		return refused(r), err
	}
	if p == nil || p.ByID && !c.ByID {
		return refused(refusal.Refuse(refusal.InvalidKey)), nil
	}
	l := p.License
	if r := refuseFile(l, t.Now()); r != nil {
		return refused(r), nil
	}
	if r := c.refuseXML(l); r != nil {
		return refused(r), nil
	}
	var holder *Activation
	if c.TokenKey.IsZero() && l.clockWaits(l.Terms().Policy) {
		return refused(refusal.EarlyFile()), nil
	}
	if !c.TokenKey.IsZero() {
		if holder, l, r, err = s.fileHolder(t, c, l); err != nil || r != nil {
			return refused(r), err
		}
	}
	if err := s.nameUsers(t, l); err != nil {
		return Outcome{}, err
	}
	if !c.Unsaid {
		announceFile(t, l, holder)
		if err := s.markOffline(t, l, holder); err != nil {
			return Outcome{}, err
		}
	}
	version := ""
	if holder != nil {
		version = holder.Client.SoftwareVersion
	}
	state := fileState(StateOf(l, holder, version, t.Now()))
	if c.XML {
		state = state.until(refreshByOf(l.Terms().Policy, t.Now()))
	}
	return Outcome{State: state}, nil
}

// fileHolder gives the client that a file is for, locked together with the licence.
func (s *Service) fileHolder(t tx.Tx, c FileCommand, l *License) (*Activation, *License, *refusal.Refusal, error) {
	token, err := s.store.TokenByKey(t, c.Vendor, c.TokenKey)
	switch {
	case err != nil:
		return nil, nil, nil, err
	case token == nil || token.License != l.ID:
		r, err := s.unknownKey(t, c.Vendor, l.Product.ID, Key{UUID: c.TokenKey}, refusal.Refuse(refusal.UnknownToken))
		return nil, nil, r, err
	case token.Activation == 0:
		return nil, nil, refusal.Refuse(refusal.TokenNotAssigned), nil
	}
	// A place that is being given up gets no file, and one that gets a file is not given up.
	holder, l, err := s.locked(t, c.Vendor, c.TokenKey)
	if err != nil {
		return nil, nil, nil, err
	}
	if holder == nil {
		return nil, nil, refusal.Refuse(refusal.TokenNotAssigned), nil
	}
	if r := refuseFile(l, t.Now()); r != nil {
		return nil, nil, r, nil
	}
	if c.XML && holder.Client.PublicKey != nil {
		return nil, nil, refusal.KeyedXML(), nil
	}
	if holder.Device.SuspendedAt(t.Now()) {
		return nil, nil, refusal.Refuse(refusal.Suspended), nil
	}
	if r, err := s.prepaid.Refuse(t, c.Vendor, holder.Device.Number); err != nil || r != nil {
		return nil, nil, r, err
	}
	if gone, err := s.leaving(t, c.Vendor, holder); err != nil || gone {
		return nil, nil, refuseDeleted(), err
	}
	return holder, l, nil, nil
}

// refuseXML judges whether an XML file may be made, which whoever has it can use: only
// where that is said, and where files want a refresh only for one device by name.
func (c FileCommand) refuseXML(l *License) *refusal.Refusal {
	p := l.Terms().Policy
	switch {
	case !c.XML:
		return nil
	case !p.XMLFilesAllowed:
		return refusal.NoXML()
	case p.OfflineDays != nil && c.TokenKey.IsZero():
		return refusal.NamelessXML()
	}
	return nil
}

// until bounds the licence's end by an instant; zero for none.
func (s State) until(end time.Time) State {
	if !end.IsZero() && (s.ExpiresAt.IsZero() || end.Before(s.ExpiresAt)) {
		s.ExpiresAt = end
	}
	return s
}

// fileState bounds what a file says by what its client has: nobody tells a machine
// without internet that its goodwill has ended.
func fileState(s State) State {
	if s.Activation == nil {
		return s
	}
	return s.until(s.Activation.GoodwillUntil)
}

// NoFile says why no file is made of a licence; nil where one is.
func NoFile(l *License, now time.Time) *refusal.Refusal { return refuseFile(l, now) }

func refuseFile(l *License, now time.Time) *refusal.Refusal {
	if r := refuseLicense(l, now, ""); r != nil {
		return r
	}
	return refuseOffline(l, l.Terms().Policy)
}

// refuseOffline judges whether a licence may be used by a file alone. A file
// can't follow what is decided outside, and can't count who works at once.
func refuseOffline(l *License, p terms.Policy) *refusal.Refusal {
	switch {
	case l.Edition.LicenseType == terms.Subscription:
		return refusal.Refuse(refusal.OfflineSubscription)
	case !p.OfflineAllowed, l.Edition.Mode == terms.Floating:
		return refusal.Refuse(refusal.OfflineNotAllowed)
	}
	return nil
}

// markOffline: a client that has activated online has fetched a file, and may
// live from that alone. Nil is no client.
func (s *Service) markOffline(t tx.Tx, l *License, a *Activation) error {
	if a == nil {
		return nil
	}
	first := !a.IsOffline
	if !a.handOut(l, t.Now()) {
		return nil
	}
	if first {
		announceOffline(t, l, a)
	}
	return s.store.SetOffline(t, l.Vendor, a)
}

func announceFile(t tx.Tx, l *License, holder *Activation) {
	e := tx.Entry{Vendor: l.Vendor, Action: "license.file_issued", Subject: licenseSubject, ID: l.UUID, License: l.ID}
	if holder != nil {
		e.After = map[string]string{"client_id": holder.Device.Number, "activation_id": holder.UUID.String()}
	}
	t.Journal(e)
}
