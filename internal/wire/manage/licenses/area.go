package licenses

import (
	"errors"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Clock       ident.Clock
	Licenses    Licenses
	LicenseRows LicenseRows
	Meters      Meters
	MeterRows   MeterRows
	SessionRows SessionRows

	Subscriptions    Subscriptions
	SubscriptionRows SubscriptionRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Clock == nil || c.Licenses == nil || c.LicenseRows == nil || c.Meters == nil || c.MeterRows == nil || c.SessionRows == nil ||
		c.Subscriptions == nil || c.SubscriptionRows == nil {
		return nil, errors.New("licenses: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return slices.Concat(a.licenses(m), a.meters(m), a.licenseUsers(m), a.subscription(m))
}
