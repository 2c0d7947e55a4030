package manage

import (
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/ident"
)

const base = "/api/v1"

// Config is what the API needs; all of it but PublicURL is required.
type Config struct {
	PublicURL string // where the API is reached from outside; "" where nobody has said

	Changes edge.Changes
	Clock   ident.Clock
	Keys    Keys

	Vendors       Vendors
	VendorRows    VendorRows
	Catalog       Catalog
	CatalogRows   CatalogRows
	Customers     Customers
	CustomerRows  CustomerRows
	AuditRows     AuditRows
	Subscriptions Subscriptions
	OutboxRows    OutboxRows
	Mails         Mails
	MailRows      MailRows
	Licenses      Licenses
	LicenseRows   LicenseRows
	Meters        Meters
	MeterRows     MeterRows
	Usage         Usage
	Sessions      Sessions
	SessionRows   SessionRows
	APIKeys       APIKeys
	APIKeyRows    APIKeyRows
	SigningKeys   SigningKeys
}

// API is the management API.
type API struct {
	Config

	surface    *edge.Surface
	registry   huma.Registry
	operations []operation
	document   []byte // openapi.json
	page       []byte // the same for people
}

// New checks the configuration and makes the API.
func New(c Config) (*API, error) {
	if c.Changes.Runner == nil || c.Changes.Answers == nil || c.Clock == nil || c.Keys == nil || c.Vendors == nil || c.VendorRows == nil ||
		c.Catalog == nil || c.CatalogRows == nil || c.Customers == nil || c.CustomerRows == nil ||
		c.AuditRows == nil || c.Subscriptions == nil || c.OutboxRows == nil ||
		c.Mails == nil || c.MailRows == nil || c.Licenses == nil || c.LicenseRows == nil ||
		c.Meters == nil || c.MeterRows == nil || c.Usage == nil ||
		c.Sessions == nil || c.SessionRows == nil ||
		c.APIKeys == nil || c.APIKeyRows == nil || c.SigningKeys == nil {
		return nil, errors.New("manage: the configuration is incomplete")
	}
	a := &API{Config: c, registry: huma.NewMapRegistry("#/components/schemas/", schemaName)}
	a.surface = &edge.Surface{Name: "manage", Credential: credential, Authenticate: a.authenticate}
	for _, room := range [][]operation{
		a.vendor(), a.products(), a.definitions(), a.editions(), a.customers(), a.licenses(), a.activations(), a.meters(), a.usage(),
		a.sessions(), a.licenseUsers(),
		a.apiKeys(), a.subscriptions(), a.mail(), a.auditLog(),
	} {
		a.operations = append(a.operations, room...)
	}
	var err error
	if a.document, err = a.describe(); err != nil {
		return nil, err
	}
	if a.page, err = a.render(); err != nil {
		return nil, err
	}
	return a, nil
}

// Routes is the table for the edge.
func (a *API) Routes() []edge.Route {
	routes := make([]edge.Route, 0, len(a.operations)+3)
	routes = append(routes, []edge.Route{
		{Method: http.MethodGet, Path: base + "/openapi.json", Public: "it describes the API and holds no data", Light: true, Handler: a.serveDocument},
		{Method: http.MethodGet, Path: "/api/docs", Public: "it describes the API and holds no data", Light: true, Handler: a.servePage},
		{Method: http.MethodGet, Path: "/api/docs/style.css", Public: "the look of the description", Light: true, Handler: a.serveStyle},
	}...)
	for _, op := range a.operations {
		routes = append(routes, edge.Route{
			Method: op.Method, Path: base + op.Path, Permission: op.Permission, Secret: op.Secret, Handler: op.handler,
		})
	}
	for i := range routes {
		routes[i].Surface = a.surface
	}
	return routes
}
