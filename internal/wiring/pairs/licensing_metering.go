package pairs

import (
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// MeteredLicenses tells metering of licences and clients: rooms do not know one
// another.
type MeteredLicenses struct{ Licenses *licensing.Service }

var _ metering.Licenses = MeteredLicenses{}

// Client implements metering.Licenses.
func (m MeteredLicenses) Client(
	t tx.Tx, v ident.VendorID, clientID string, tokenKey ident.UUID, prove metering.Prove,
) (metering.Client, *refusal.Refusal, error) {
	held, refused, err := m.Licenses.Holdings(t, v, clientID, tokenKey, licensing.Proof(prove))
	if err != nil || refused != nil {
		return metering.Client{}, refused, err
	}
	client := metering.Client{Device: held[0].Activation.Device.ID}
	for _, h := range held {
		s := licensing.StateOf(h.License, h.Activation, "", t.Now())
		l := meteredLicense(s)
		if h.License.CountsMonths() && s.IsValid && !h.Activation.CountsAt(t.Now()) {
			l.Unplaced = h.Activation.UUID
		}
		client.Licenses = append(client.Licenses, l)
	}
	return client, nil, nil
}

// License implements metering.Licenses.
func (m MeteredLicenses) License(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*metering.License, error) {
	l, err := m.Licenses.Locked(t, v, id)
	if err != nil || l == nil {
		return nil, err
	}
	license := meteredLicense(licensing.StateOf(l, nil, "", t.Now()))
	return &license, nil
}

// Use implements metering.Licenses.
func (m MeteredLicenses) Use(t tx.Tx, v ident.VendorID, activation ident.UUID) (*refusal.Refusal, error) {
	return m.Licenses.Use(t, v, activation)
}

// Measured implements metering.Licenses.
func (m MeteredLicenses) Measured(t tx.Tx, v ident.VendorID, id ident.LicenseID, limitation ident.UUID, gross int64) error {
	return m.Licenses.Measured(t, v, id, limitation, gross)
}

func meteredLicense(s licensing.State) metering.License {
	l := s.License
	m := metering.License{
		ID: l.ID, UUID: l.UUID, ProductID: l.Product.ID, Product: l.Product.UUID, Customer: l.Customer.UUID, Limitations: s.Terms.Grants.Limitations,
	}
	switch {
	case !l.IsActive:
		m.Standing = metering.Inactive
	case s.IsExpired:
		m.Standing = metering.Expired
	case s.DateValidity == licensing.NotStarted:
		m.Standing = metering.NotStarted
	}
	return m
}
