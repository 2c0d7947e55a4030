package licensing

import (
	"time"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// Change is what staff may set on a licence; nil leaves a thing as it is.
type Change struct {
	Name          *string
	LicenseeEmail *string // empty for the customer's address
	LegacyKey     *string
	IsActive      *bool
	IsTemporary   *bool
	StartsAt      *time.Time // the zero time clears it
	Expiry        *Expiry    // Mode "" goes back to the edition's
	Overrides     func(now terms.Overrides) terms.Overrides
	Edition       ident.UUID // move to another edition of the same product, mode and client type; zero for none
	Customer      ident.UUID // move to another customer; zero for none
}

// Update changes a licence. Room that this makes turns goodwill into regular
// activations, a first portion of them in the same transaction.
func (s *Service) Update(t tx.Tx, v ident.VendorID, id ident.LicenseID, c Change) (*License, error) {
	locked, err := s.store.LockLicenses(t, v, id)
	if err != nil {
		return nil, err
	}
	l := locked[id]
	if l == nil {
		return nil, fault.Missing("license")
	}
	before, serial, was, consumed := viewOf(l, t.Now()), l.Serial(), l.Overrides, l.consumedAt()
	if err := s.apply(t, l, c); err != nil {
		return nil, err
	}
	if before.LicenseeEmail != l.LicenseeEmail || before.CustomerID != l.Customer.UUID {
		if _, err := s.store.EndHandOver(t, v, id, HandOverMoved); err != nil {
			return nil, err
		}
	}
	if before.CustomerID != l.Customer.UUID && s.leavers != nil {
		if err := s.leavers.Leaves(t, v, id); err != nil {
			return nil, err
		}
	}
	if err := check(l, was); err != nil {
		return nil, err
	}
	p := l.Terms().Policy
	if l.overfull(p) {
		return nil, errTokensInUse()
	}
	// The revision rises so that the serial does, also when the new edition's is lower.
	l.Revision = max(l.Revision+1, serial+1-l.Edition.Revision)
	m := moves(portion)
	if err := s.fit(t, l, &m); err != nil {
		return nil, err
	}
	if err := s.saveChanged(t, l, before); err != nil {
		return nil, err
	}
	switch since := l.consumedAt(); {
	case consumed.IsZero() && !since.IsZero(): // by a lower contract
		return l, s.noteConsumed(t, l, consumed)
	case !consumed.IsZero() && since.IsZero(): // by a higher one, as the change itself says
		_, err := s.store.ForgetEnd(t, l.Vendor, l.ID, EventExpired, consumed)
		return l, err
	}
	return l, nil
}

// saveChanged writes a changed licence, whose revision was raised, and tells of it.
func (s *Service) saveChanged(t tx.Tx, l *License, before licenseView) error {
	return s.saveAs(t, l, before, tx.Entry{Action: EventChanged})
}

// saveAs is saveChanged with what the journal calls the change, and who has made it.
func (s *Service) saveAs(t tx.Tx, l *License, before licenseView, e tx.Entry) error {
	l.UpdatedAt = t.Now()
	if err := s.store.SaveLicense(t, l); err != nil {
		return err
	}
	after := viewOf(l, t.Now())
	e.Vendor, e.Subject, e.ID, e.License, e.Before, e.After = l.Vendor, licenseSubject, l.UUID, l.ID, before, after
	t.Journal(e)
	t.Enqueue(tx.Event{Vendor: l.Vendor, Type: EventChanged, Stream: l.UUID, Payload: after})
	return nil
}

func (s *Service) apply(t tx.Tx, l *License, c Change) error {
	var wrong fault.Fields
	if c.Name != nil {
		l.Name = entry.Name(&wrong, "name", *c.Name, l.Name, 0, maxText)
	}
	follows := l.FollowsCustomer()
	if c.LicenseeEmail != nil {
		email := entry.Email(&wrong, "licensee_email", *c.LicenseeEmail, l.LicenseeEmail)
		if follows = email == ""; !follows {
			l.LicenseeEmail = email
		}
	}
	if c.LegacyKey != nil {
		l.LegacyKey = entry.LegacyKey(&wrong, "legacy_license_key", *c.LegacyKey, l.LegacyKey)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if c.IsActive != nil {
		l.IsActive = *c.IsActive
	}
	if c.IsTemporary != nil && *c.IsTemporary != l.IsTemporary {
		if l.Held() > 0 {
			return fault.Refused("license_in_use", "A licence with activations can't be made temporary or permanent.", "Release its activations first.")
		}
		l.IsTemporary = *c.IsTemporary
	}
	if c.StartsAt != nil {
		l.StartsAt = *c.StartsAt
	}
	if c.Overrides != nil {
		o := c.Overrides(l.overrides())
		var err error
		if l.Overrides, err = o.ReadReleases(l.Overrides); err != nil {
			return err
		}
	}
	if err := applyExpiry(l, c.Expiry); err != nil {
		return err
	}
	if err := s.moveCustomer(t, l, c.Customer); err != nil {
		return err
	}
	if follows {
		l.LicenseeEmail = l.Customer.Email
	}
	return s.moveEdition(t, l, c.Edition)
}

func (l *License) overrides() terms.Overrides {
	if l.Overrides == nil {
		return terms.Overrides{}
	}
	return *l.Overrides
}

// applyExpiry: an end by days after activation can't be chosen once a client has
// been activated (2011 on the wire).
func applyExpiry(l *License, e *Expiry) error {
	if e == nil {
		return nil
	}
	if e.Mode == terms.ExpiresDaysActivated && l.ExpiresMode != e.Mode && !l.FirstActivatedAt.IsZero() {
		return fault.Refused("already_activated",
			"The end can't be reckoned from the first activation any more: the licence has been activated.", "Set expires_at instead.")
	}
	l.ExpiresMode, l.ExpiresAt, l.ExpiresDays = e.Mode, e.At, e.Days
	return nil
}

func (s *Service) moveCustomer(t tx.Tx, l *License, to ident.UUID) error {
	if to.IsZero() {
		return nil
	}
	customer, err := s.store.Customer(t, l.Vendor, to)
	if err != nil {
		return err
	}
	if customer == nil {
		return fault.Wrong(fault.Field{Name: "customer_id", Message: "names no customer of this vendor"})
	}
	l.Customer = *customer
	return nil
}

// moveEdition applies docs/rules/provisioning.md, rule 8: the same product, mode and client type.
func (s *Service) moveEdition(t tx.Tx, l *License, to ident.UUID) error {
	if to.IsZero() || to == l.Edition.UUID {
		return nil
	}
	edition, product, err := s.store.Edition(t, l.Vendor, to)
	if err != nil {
		return err
	}
	if edition == nil {
		return fault.Wrong(fault.Field{Name: "edition_id", Message: "names no edition of this vendor"})
	}
	if product.ID != l.Product.ID || edition.Mode != l.Edition.Mode || edition.ClientType != l.Edition.ClientType ||
		edition.Policy.ActivationCounting != l.Edition.Policy.ActivationCounting {
		return fault.Refused("edition_differs",
			"A licence can only move to an edition of the same product, provisioning mode, client type and activation counting.",
			"Issue a new licence instead.")
	}
	if err := s.sold(t, l.Vendor, edition); err != nil {
		return err
	}
	l.Edition = edition
	return nil
}

// SuspendedUntil gives until when the device of an activation is suspended, and locks it;
// the zero time for one that is not.
func (s *Service) SuspendedUntil(t tx.Tx, v ident.VendorID, activation ident.UUID) (time.Time, error) {
	a, _, err := s.locked(t, v, activation)
	if err != nil || a == nil {
		return time.Time{}, err
	}
	return a.Device.SuspendedUntil, nil
}

// Suspend refuses every call of a device until an instant; the zero time lifts it.
func (s *Service) Suspend(t tx.Tx, v ident.VendorID, activation ident.UUID, until time.Time) error {
	a, l, err := s.locked(t, v, activation)
	if err != nil {
		return err
	}
	if a == nil {
		return fault.Missing(activationNoun)
	}
	if err := s.devices.Suspend(t, v, a.Device.ID, until); err != nil {
		return err
	}
	var after any
	action := "device.resumed"
	if !until.IsZero() {
		action, after = EventSuspended, map[string]time.Time{"suspended_until": until}
	}
	t.Journal(tx.Entry{Vendor: v, Action: action, Subject: "device", ID: a.Device.UUID, License: l.ID, After: after})
	t.Enqueue(tx.Event{Vendor: v, Type: action, Stream: l.UUID, Payload: eventOf(l, a, a.Device.Number, t.Now())})
	return nil
}
