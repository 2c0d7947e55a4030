package manage

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/identity"
	"chancery/internal/wire/manage/operation"
)

const base = "/api/v1"

// Area is a part of the API with operations of its own, named like the console's.
type Area interface {
	Operations(m *operation.Maker) []operation.Operation
}

// Config is what the API needs; all of it but PublicURL is required.
type Config struct {
	PublicURL string // where the API is reached from outside; "" where nobody has said

	Changes edge.Changes
	Keys    Keys
	Tokens  Keys // personal access tokens
	Vendors operation.Vendors
	Areas   []Area
	Own     Area // the calls that access tokens open, each also one of the areas'
}

// API is the management API.
type API struct {
	Config

	surface    *edge.Surface
	registry   huma.Registry
	operations []operation.Operation
	document   []byte // openapi.json
	page       []byte // the same for people
}

// New checks the configuration and makes the API.
func New(c Config) (*API, error) {
	if c.Changes.Runner == nil || c.Changes.Answers == nil || c.Keys == nil || c.Tokens == nil || c.Vendors == nil || len(c.Areas) == 0 || c.Own == nil {
		return nil, errors.New("manage: the configuration is incomplete")
	}
	a := &API{Config: c, registry: huma.NewMapRegistry("#/components/schemas/", schemaName)}
	a.surface = &edge.Surface{Name: "manage", Credential: credential, Authenticate: a.authenticate}
	maker := &operation.Maker{Changes: c.Changes, Vendors: c.Vendors, Registry: a.registry}
	for _, area := range c.Areas {
		a.operations = append(a.operations, area.Operations(maker)...)
	}
	for _, own := range c.Own.Operations(maker) {
		i := slices.IndexFunc(a.operations, func(op operation.Operation) bool { return op.Method == own.Method && op.Path == own.Path })
		if i < 0 {
			return nil, errors.New("manage: " + own.Method + " " + own.Path + " is open to access tokens and to nobody else")
		}
		a.operations[i].Own = &own
	}
	slices.SortStableFunc(a.operations, func(x, y operation.Operation) int { return cmp.Compare(placeOf(x.Group), placeOf(y.Group)) })
	var err error
	if a.document, err = a.describe(); err != nil {
		return nil, err
	}
	if a.page, err = a.render(); err != nil {
		return nil, err
	}
	return a, nil
}

// groups is the order in which the document shows the groups of operations. One
// that is not named comes after them.
var groups = []string{ //nolint:gochecknoglobals // a table, never written
	"Vendor", "Products", "Editions", "Customers", "Licenses", "Activations", "Meters", "Usage", "Sessions", "License users",
	"API keys", "Prepaid", "Observed usage", "Subscriptions", "Mail", "Audit log", "Test clock",
}

func placeOf(group string) int {
	if i := slices.Index(groups, group); i >= 0 {
		return i
	}
	return len(groups)
}

// Routes is the table for the edge.
func (a *API) Routes() []edge.Route {
	routes := make([]edge.Route, 0, len(a.operations)+3)
	routes = append(routes, []edge.Route{
		{
			Method: http.MethodGet, Path: base + "/openapi.json", Public: "it describes the API and holds no data", Light: true, Compress: true,
			Handler: a.serveDocument,
		},
		{Method: http.MethodGet, Path: "/api/docs", Public: "it describes the API and holds no data", Light: true, Handler: a.servePage},
		{Method: http.MethodGet, Path: "/api/docs/style.css", Public: "the look of the description", Light: true, Handler: a.serveStyle},
	}...)
	for _, op := range a.operations {
		routes = append(routes, edge.Route{
			Method: op.Method, Path: base + op.Path, Permission: op.Permission, Secret: op.Secret, Compress: op.Compress,
			Timeout: op.Timeout, Handler: op.Handler,
		})
		if op.IsUpload {
			routes[len(routes)-1].BodyLimit = operation.MaxUpload
		}
		if op.Own != nil {
			rt := &routes[len(routes)-1]
			rt.Also, rt.Handler = identity.OwnLicenses, owned(op)
		}
	}
	for i := range routes {
		routes[i].Surface = a.surface
	}
	return routes
}

// owned is an operation that does one thing for the vendor's keys and another for
// access tokens.
func owned(op operation.Operation) edge.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if p, _ := edge.PrincipalFrom(r.Context()); p.Kind == identity.AsToken {
			return op.Own.Handler(w, r)
		}
		return op.Handler(w, r)
	}
}
