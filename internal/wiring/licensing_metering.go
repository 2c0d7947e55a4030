package wiring

import (
	"time"

	"chancery/internal/budget"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	meterstore "chancery/internal/store/metering"
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
		client.Licenses = append(client.Licenses, meteredLicense(licensing.StateOf(h.License, h.Activation, "", t.Now())))
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

// furnishMeters makes the room in which consumption is counted.
func (r *Rooms) furnishMeters() (err error) {
	r.MeterRows = meterstore.Store{DB: r.DB}
	licenses := MeteredLicenses{r.Licenses}
	if r.Meters, err = metering.New(metering.Config{
		Store: r.MeterRows, Reader: r.MeterRows, Licenses: licenses, Runner: r.DB, IDs: r.IDs,
	}); err != nil {
		return err
	}
	names, err := budget.New(budget.Config{
		Clock: r.Clock, Burst: 200, Every: 5 * time.Minute,
		Code: "too_many_names", Message: "More new names of usage features and modules come from here than the server takes in a short time.",
		Help: "Report under names that are defined already, or wait.",
	})
	if err != nil {
		return err
	}
	r.Usage, err = metering.NewUsage(metering.UsageConfig{Store: r.MeterRows, Ended: r.MeterRows, Licenses: licenses, IDs: r.IDs, Names: names})
	return err
}
