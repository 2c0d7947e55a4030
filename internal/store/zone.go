package store

import (
	"time"

	"chancery/internal/ident"
)

// Zone gives the zone in which the vendor's days and months begin.
func (t *Tx) Zone(v ident.VendorID) (*time.Location, error) {
	var name string
	if _, err := t.QueryRow(`SELECT zone FROM vendors WHERE id = $1`, []any{v}, &name); err != nil {
		return nil, err
	}
	return ZoneNamed(name), nil
}

// ZoneNamed gives a zone by its name, which was known when it was set.
func ZoneNamed(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return l
}
