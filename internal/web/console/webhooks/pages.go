package webhooks

import (
	"context"
	"embed"
	"errors"
	"slices"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/outbox"
	"chancery/internal/tx"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Subscriptions changes subscriptions. What is missing is a NotFound fault.
type Subscriptions interface {
	Subscribe(t tx.Tx, vendor ident.VendorID, kind outbox.Kind, target string, events []string) (s outbox.Subscription, secret string, err error)
	Update(t tx.Tx, vendor ident.VendorID, id ident.UUID, c outbox.Change) (outbox.Subscription, error)
	Unsubscribe(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
	RotateSecret(t tx.Tx, vendor ident.VendorID, id ident.UUID) (s outbox.Subscription, secret string, err error)
	Test(t tx.Tx, vendor ident.VendorID, id ident.UUID) (outbox.Item, error)
	Replay(t tx.Tx, vendor ident.VendorID, id ident.UUID, sequence int64) error
	ReplayDead(t tx.Tx, vendor ident.VendorID, id ident.UUID) (int, error)
}

// Rows reads subscriptions and what is queued for them. What is missing is a
// NotFound fault.
type Rows interface {
	// Subscriptions gives all of a vendor: at most outbox.MaxSubscriptions.
	Subscriptions(ctx context.Context, vendor ident.VendorID) ([]outbox.Subscription, error)

	// Standings gives how they do, by id.
	Standings(ctx context.Context, vendor ident.VendorID) (map[ident.UUID]outbox.Standing, error)
	Standing(ctx context.Context, vendor ident.VendorID, s outbox.SubscriptionID) (outbox.Standing, error)

	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (outbox.Subscription, error)
	ItemByID(ctx context.Context, vendor ident.VendorID, subscription ident.UUID, id int64) (outbox.Item, error)

	// Deliveries and Attempts give nothing for a subscription that is not the vendor's.
	Deliveries(
		ctx context.Context, vendor ident.VendorID, subscription ident.UUID, state outbox.State, r listing.Request,
	) (listing.Page[outbox.Delivery], error)
	Attempts(
		ctx context.Context, vendor ident.VendorID, subscription ident.UUID, item int64, r listing.Request,
	) (listing.Page[outbox.Attempt], error)
}

// Incoming changes incoming webhooks. What is missing is a NotFound fault.
type Incoming interface {
	Create(t tx.Tx, vendor ident.VendorID, provider string) (w outbox.Incoming, secret string, err error)
	Rotate(t tx.Tx, vendor ident.VendorID, id ident.UUID) (w outbox.Incoming, secret string, err error)
	Remove(t tx.Tx, vendor ident.VendorID, id ident.UUID) error
}

// IncomingRows reads them, oldest first: at most outbox.MaxIncoming.
type IncomingRows interface {
	Incoming(ctx context.Context, vendor ident.VendorID) ([]outbox.Incoming, error)
}

// Config is what the pages need; all of it but Server is required.
type Config struct {
	Face          *web.Face
	Subscriptions Subscriptions
	Rows          Rows
	Incoming      Incoming
	IncomingRows  IncomingRows
	Server        string // the server's public address; empty where it is not known
}

// Pages are the pages of webhooks.
type Pages struct {
	Config

	face *web.Face // with this area's templates
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Subscriptions == nil || c.Rows == nil || c.Incoming == nil || c.IncomingRows == nil {
		return nil, errors.New("webhooks: the configuration is incomplete")
	}
	face, err := c.Face.Area(templates)
	return &Pages{Config: c, face: face}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return slices.Concat(p.list(), p.create(), p.endpoint(), p.changes(), p.items(), p.incoming())
}

// top is where the area begins.
const top = "/settings/webhooks"

func needs() web.Access { return web.Needs(identity.ManageDelivery) }

func topLink(q *web.Request) web.Link { return web.Link{Label: "Webhooks", Href: q.Href(top)} }

func href(q *web.Request, id ident.UUID) string { return q.Href(top + "/" + id.String()) }

// subscription is the one in the address.
func (p *Pages) subscription(q *web.Request) (outbox.Subscription, error) {
	id, err := q.ID("id")
	if err != nil {
		return outbox.Subscription{}, err
	}
	return p.Rows.ByUUID(q.Context(), q.VendorID(), id)
}

// back leads to the page of the one in the address, for buttons that are refused.
func back(q *web.Request) string { return q.Href(top + "/" + q.R.PathValue("id")) }
