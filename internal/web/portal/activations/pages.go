package activations

import (
	"context"
	"embed"
	"errors"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/owners"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
)

//go:embed templates
var templates embed.FS

// Rows reads activations. What is missing or out of reach is a NotFound fault.
type Rows interface {
	ByUUID(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.License, error)
	Activation(ctx context.Context, r owners.Reach, id ident.UUID) (*licensing.Activation, *licensing.License, error)

	// Clients lists the activations of a licence. The sorts are those of licensing.OwnClientSorts.
	Clients(
		ctx context.Context, r owners.Reach, license ident.UUID, f licensing.ClientFilter, list listing.Request,
	) (listing.Page[*licensing.Activation], error)
	Places(ctx context.Context, r owners.Reach, license ident.UUID) ([]licensing.PlaceCount, error)
	Versions(ctx context.Context, r owners.Reach, activation ident.UUID) ([]licensing.VersionSeen, error)
	// Deletion gives what an owner wants of an activation whose file is in force; nil for nothing.
	Deletion(ctx context.Context, r owners.Reach, activation ident.UUID) (*licensing.Deletion, error)
	Heartbeats(ctx context.Context, r owners.Reach, activation ident.UUID, list listing.Request) (listing.Page[licensing.Heartbeat], error)
}

// Deactivations deletes activations for owners, within their allowance. Who may see a
// licence and not delete of it is refused.
type Deactivations interface {
	// Delete deletes these activations of a licence, or none of them; empty for all that
	// it has.
	Delete(t tx.Tx, r owners.Reach, license ident.UUID, activations []ident.UUID) (licensing.Deactivation, error)

	// Keep forgets that a device was deleted whose file is in force.
	Keep(t tx.Tx, r owners.Reach, activation ident.UUID) error
}

// Names gives devices their owners' names. Who may see a device and not name it is refused.
type Names interface {
	SetDisplayName(t tx.Tx, r owners.Reach, activation ident.UUID, name string) error
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face          *web.Face
	Rows          Rows
	Deactivations Deactivations
	Names         Names
}

// Pages are the pages of activations.
type Pages struct{ Config }

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Deactivations == nil || c.Names == nil {
		return nil, errors.New("activations: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	routes := []edge.Route{
		web.Lists(p.Face, "/licenses/{id}/activations", portal.Own(), p.table, p.chrome),
		web.Show(p.Face, "/licenses/{id}/map", portal.Own(), "map.html", p.showMap),
		web.Show(p.Face, "/activations/{id}", portal.Own(), "activation.html", p.show),
		web.Lists(p.Face, "/activations/{id}/heartbeats", portal.Own(), p.heartbeats, p.heartbeatsChrome),
	}
	routes = append(routes, web.Edit(p.Face, "/activations/{id}/name", portal.Own(), "form.html", web.OfID("activation"), p.askName, p.setName)...)
	routes = append(routes, web.Ask(p.Face, "/activations/{id}/delete", portal.Own(), "form.html", p.askDelete, p.doDelete)...)
	back := func(q *web.Request) string { return q.Href("/activations/" + q.R.PathValue("id")) }
	routes = append(routes, web.Act(p.Face, "/activations/{id}/keep", portal.Own(), back, p.keep))
	return append(routes, web.Ask(p.Face, "/licenses/{id}/activations/delete", portal.Own(), "form.html", p.askDeleteSome, p.doDeleteSome)...)
}

// seat is the activation that an address names, with its licence.
func (p *Pages) seat(q *web.Request) (licensing.Seat, error) {
	id, err := q.ID("id")
	if err != nil {
		return licensing.Seat{}, err
	}
	a, l, err := p.Rows.Activation(q.Context(), q.Reach(), id)
	if err != nil || !a.IsOffline || !a.ReleasedAt.IsZero() {
		return licensing.Seat{Activation: a, License: l}, err
	}
	d, err := p.Rows.Deletion(q.Context(), q.Reach(), id)
	return licensing.Seat{Activation: a, License: l, Deletion: d}, err
}

// seatFor is seat for something that who asks may do with it; where they only see it, it is
// role_missing.
func (p *Pages) seatFor(q *web.Request, act owners.Act) (licensing.Seat, error) {
	s, err := p.seat(q)
	if err == nil && !portal.May(q, s.License, act) {
		return licensing.Seat{}, owners.RoleMissing()
	}
	return s, err
}

// crumbs lead to an activation.
func crumbs(q *web.Request, l *licensing.License) []web.Link {
	href := show.LicenseHref(q, l.UUID)
	return []web.Link{
		{Label: q.T("Overview"), Href: q.Href("/")},
		{Label: portal.Title(l), Href: href},
		{Label: q.T("Activations"), Href: href + "/activations"},
	}
}

// name is what a device is called: by its owner, or else by itself.
func name(a *licensing.Activation) string { return show.ClientName(a) }
