package settings

import (
	"errors"
	"slices"

	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Vendors     Vendors
	VendorRows  VendorRows
	APIKeys     APIKeys
	APIKeyRows  APIKeyRows
	SigningKeys SigningKeys
	Hosts       Hosts
	HostRows    HostRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Vendors == nil || c.VendorRows == nil || c.APIKeys == nil || c.APIKeyRows == nil || c.SigningKeys == nil || c.Hosts == nil || c.HostRows == nil {
		return nil, errors.New("settings: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return slices.Concat(a.vendor(m), a.hosts(m), a.apiKeys(m))
}
