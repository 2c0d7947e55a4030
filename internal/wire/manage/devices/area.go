package devices

import (
	"context"
	"errors"

	"chancery/internal/ident"
	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Clock       ident.Clock
	Licenses    Licenses
	LicenseRows LicenseRows

	// Refresh makes a refresh file of a present activation. What keeps it from one is a
	// Refused fault.
	Refresh func(ctx context.Context, v ident.VendorID, vendor, activation ident.UUID) (name string, content []byte, err error)
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Clock == nil || c.Licenses == nil || c.LicenseRows == nil || c.Refresh == nil {
		return nil, errors.New("devices: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return a.activations(m)
}
