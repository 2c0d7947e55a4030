package sessions

import (
	"errors"

	"chancery/internal/ident"
	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Clock       ident.Clock
	Sessions    Sessions
	SessionRows SessionRows
	LicenseRows LicenseRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Clock == nil || c.Sessions == nil || c.SessionRows == nil || c.LicenseRows == nil {
		return nil, errors.New("sessions: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return a.sessions(m)
}
