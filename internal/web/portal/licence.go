package portal

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/owners"
	"chancery/internal/web"
)

// Licences reads licences for their owners.
type Licences interface {
	// ByUUID gives one in reach; what is missing or out of reach is a NotFound fault.
	ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error)
}

// LicenceOf is the licence that an address names, if it is in the reach of who asks.
func LicenceOf(q *web.Request, rows Licences) (*licensing.License, error) {
	id, err := q.ID("id")
	if err != nil {
		return nil, err
	}
	return rows.ByUUID(q.Context(), q.Reach(), id)
}
