package devices

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"time"

	"chancery/internal/audit"
	"chancery/internal/catalog"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/listing"
	"chancery/internal/tx"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Rows reads clients. What is missing is a NotFound fault.
type Rows interface {
	Seats(ctx context.Context, v ident.VendorID, f licensing.ClientFilter, r listing.Request) (listing.Page[licensing.Seat], error)
	Seat(ctx context.Context, v ident.VendorID, activation ident.UUID) (licensing.Seat, error)

	// OfDevice gives the activations that a device has had, the newest first.
	OfDevice(ctx context.Context, v ident.VendorID, d ident.DeviceID, limit int) ([]licensing.Seat, error)
	Heartbeats(ctx context.Context, v ident.VendorID, a ident.ActivationID, r listing.Request) (listing.Page[licensing.Heartbeat], error)
	Versions(ctx context.Context, v ident.VendorID, a ident.ActivationID) ([]licensing.VersionSeen, error)

	// UsageOfDevice and AnalyticalOfDevice give what it reported since a day (UTC).
	UsageOfDevice(ctx context.Context, v ident.VendorID, d ident.DeviceID, p ident.ProductID, since int64) ([]licensing.Usage, error)
	AnalyticalOfDevice(ctx context.Context, v ident.VendorID, d ident.DeviceID, p ident.ProductID, since int64) ([]licensing.Analytical, error)
}

// Licenses changes clients.
type Licenses interface {
	// Suspend refuses every call of the device until an instant; the zero time lifts it.
	Suspend(t tx.Tx, v ident.VendorID, activation ident.UUID, until time.Time) error

	// SuspendedUntil gives until when the device is suspended; the zero time for one that
	// is not.
	SuspendedUntil(t tx.Tx, v ident.VendorID, activation ident.UUID) (time.Time, error)

	// SetDisplayName gives the device of a present activation a name of one's own.
	SetDisplayName(t tx.Tx, v ident.VendorID, activation ident.UUID, name string) error

	// Release reports false when there is no such present activation.
	Release(t tx.Tx, v ident.VendorID, activation ident.UUID, reason licensing.Reason) (bool, error)
}

// Catalog reads products.
type Catalog interface {
	Products(ctx context.Context, v ident.VendorID, r listing.Request) (listing.Page[catalog.Product], error)
}

// Config is what the pages need; all of it is required.
type Config struct {
	Face     *web.Face
	Rows     Rows
	Licenses Licenses
	Catalog  Catalog

	// Refresh makes a refresh file of a present activation. What keeps it from one is a
	// Refused fault.
	Refresh func(ctx context.Context, v ident.VendorID, vendor, activation ident.UUID) (name string, content []byte, err error)
}

// Pages are the pages of devices.
type Pages struct {
	Config
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Rows == nil || c.Licenses == nil || c.Catalog == nil || c.Refresh == nil {
		return nil, errors.New("devices: the configuration is incomplete")
	}
	var err error
	c.Face, err = c.Face.Area(templates)
	return &Pages{Config: c}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	view, manage := web.Needs(identity.ViewDevices), web.Needs(identity.ManageActivations)
	back := func(q *web.Request) string { return q.Href("/devices/" + q.R.PathValue("id")) }
	routes := []edge.Route{
		web.Lists(p.Face, "/devices", view, p.table, p.chrome),
		web.Show(p.Face, "/devices/{id}", view, "device.html", p.show),
		web.Lists(p.Face, "/devices/{id}/heartbeats", view, p.heartbeats, p.heartbeatsChrome),
		web.Serve(p.Face, http.MethodPost, "/devices/{id}/refresh-file", manage, p.refreshFile),
		web.Act(p.Face, "/devices/{id}/resume", manage, back, p.resume),
	}
	routes = append(routes, web.Edit(p.Face, "/devices/{id}/suspend", manage, "form.html", p.device, p.askSuspend, p.suspend)...)
	routes = append(routes, web.Edit(p.Face, "/devices/{id}/name", manage, "form.html", web.OfID("activation"), p.askName, p.setName)...)
	return append(routes, web.Ask(p.Face, "/devices/{id}/release", manage, "form.html", p.askRelease, p.release)...)
}

// device is the device of the activation in the address.
func (p *Pages) device(q *web.Request) ([]audit.Thing, error) {
	s, err := p.seat(q)
	if err != nil {
		return nil, err
	}
	return []audit.Thing{{Subject: "device", ID: s.Activation.Device.UUID}}, nil
}

func (p *Pages) seat(q *web.Request) (licensing.Seat, error) {
	id, err := q.ID("id")
	if err != nil {
		return licensing.Seat{}, err
	}
	return p.Rows.Seat(q.Context(), q.VendorID(), id)
}
