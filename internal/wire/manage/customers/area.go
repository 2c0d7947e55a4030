package customers

import (
	"errors"

	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Customers    Customers
	CustomerRows CustomerRows
	People       People
	PeopleRows   PeopleRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Customers == nil || c.CustomerRows == nil || c.People == nil || c.PeopleRows == nil {
		return nil, errors.New("customers: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return append(a.customers(m), a.people(m)...)
}
