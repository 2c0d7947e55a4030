package operation

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/vendors"
)

// Vendors reads vendors; the answer may be a second old.
type Vendors interface {
	ByID(ctx context.Context, id ident.VendorID) (vendors.Vendor, error)
}

// Maker is what all operations of the API are made with.
type Maker struct {
	Changes  edge.Changes  // the transactions of changes, and the answers that are kept
	Vendors  Vendors       // tells where a vendor's days begin
	Registry huma.Registry // the schemas of all bodies and answers
}
