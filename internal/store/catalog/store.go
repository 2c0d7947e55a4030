package catalog

import (
	"chancery/internal/catalog"
	"chancery/internal/store"
)

// Store keeps the catalogue; it implements catalog.Store, and the lists of the API.
type Store struct{ DB *store.DB }

var _ catalog.Store = Store{}

// row reads one row into dest, as QueryRow does.
type row func(dest ...any) (found bool, err error)

// always makes a row of a scan inside a list.
func always(scan store.Scan) row {
	return func(dest ...any) (bool, error) { return true, scan(dest...) }
}
