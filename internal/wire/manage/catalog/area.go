package catalog

import (
	"errors"
	"slices"

	"chancery/internal/wire/manage/operation"
)

// Config is what the area needs; all of it is required.
type Config struct {
	Catalog     Catalog
	CatalogRows Rows
	Usage       Usage
	UsageRows   UsageRows
}

// Area is the part of the API.
type Area struct{ Config }

// New checks the configuration.
func New(c Config) (*Area, error) {
	if c.Catalog == nil || c.CatalogRows == nil || c.Usage == nil || c.UsageRows == nil {
		return nil, errors.New("catalog: the configuration is incomplete")
	}
	return &Area{c}, nil
}

// Operations are the area's lines of the API's table.
func (a *Area) Operations(m *operation.Maker) []operation.Operation {
	return slices.Concat(a.products(m), a.definitions(m), a.editions(m), a.usage(m))
}
