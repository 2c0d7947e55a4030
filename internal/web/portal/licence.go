package portal

import (
	"context"
	"net/url"

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

// LicenceFor is LicenceOf for something that who asks may do with it; where they only see it,
// it is role_missing.
func LicenceFor(q *web.Request, rows Licences, act owners.Act) (*licensing.License, error) {
	l, err := LicenceOf(q, rows)
	if err == nil && !May(q, l, act) {
		return nil, owners.RoleMissing()
	}
	return l, err
}

// May reports whether who asks may do something with a licence.
func May(q *web.Request, l *licensing.License, act owners.Act) bool { return q.Reach().May(act, Of(l)) }

// LicenceHref is the page of the licence that an address names.
func LicenceHref(q *web.Request) string {
	return q.Href("/licenses/" + url.PathEscape(q.R.PathValue("id")))
}
