package wiring

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/imports"
)

// Editions implements imports.Known.
func (x importKnown) Editions(ctx context.Context, v ident.VendorID) (map[imports.EditionName]bool, error) {
	all, err := x.r.CatalogRows.EditionNames(ctx, v)
	names := make(map[imports.EditionName]bool, len(all))
	for _, n := range all {
		names[imports.EditionName(n)] = true
	}
	return names, err
}
