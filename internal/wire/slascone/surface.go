package slascone

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/floating"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/licensing"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/terms"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/signed"
)

// Licenses carries out the calls.
type Licenses interface {
	Activate(t tx.Tx, c licensing.ActivateCommand) (licensing.Outcome, error)
	LicenseFile(t tx.Tx, c licensing.FileCommand) (licensing.Outcome, error)
	Unassign(t tx.Tx, c licensing.UnassignCommand) (*refusal.Refusal, error)
	Heartbeat(ctx context.Context, c licensing.HeartbeatCommand) (licensing.Outcome, error)
	Validate(ctx context.Context, v ident.VendorID, k licensing.Key) (licensing.Outcome, error)
	ByKey(ctx context.Context, v ident.VendorID, product ident.UUID, k licensing.Key) ([]licensing.State, *refusal.Refusal, error)
	ByCustomer(ctx context.Context, v ident.VendorID, product ident.UUID, number string, activeOnly bool) ([]licensing.State, error)
	ByUser(ctx context.Context, v ident.VendorID, product ident.UUID, user string, activeOnly bool) ([]licensing.State, error)
	Toggle(t tx.Tx, v ident.VendorID, product ident.UUID, k licensing.Key, active bool) (*licensing.License, *refusal.Refusal, error)

	// Signed reports whether a call is signed by a client of this name that holds
	// an activation with its key pair.
	Signed(ctx context.Context, v ident.VendorID, clientID string, p licensing.Proof) (bool, error)
}

// Meters counts consumption.
type Meters interface {
	Consume(t tx.Tx, c metering.ConsumeCommand) ([]metering.Consumption, *refusal.Refusal, error)
	Rollback(t tx.Tx, c metering.RollbackCommand) (metering.Consumption, *refusal.Refusal, error)
	Undo(t tx.Tx, v ident.VendorID, transaction ident.UUID, reason string) (metering.Consumption, error)
	Read(ctx context.Context, v ident.VendorID, license ident.LicenseID, limitations []terms.Limitation) ([]metering.Reading, error)
}

// Usage takes what clients report of their use.
type Usage interface {
	Report(t tx.Tx, who metering.Reporter, all []metering.Report) (*refusal.Refusal, error)
	Analyse(t tx.Tx, who metering.Reporter, all []metering.Analytical) (*refusal.Refusal, error)
}

// LicenseRows finds a licence by the id it is known by outside, for admin keys.
// Missing is license_not_found.
type LicenseRows interface {
	ByUUID(ctx context.Context, v ident.VendorID, id ident.UUID) (*licensing.License, error)
}

// Sessions carries out the calls of floating licences.
type Sessions interface {
	Open(t tx.Tx, c floating.Call) (floating.Outcome, error)
	Close(t tx.Tx, c floating.Call) (*refusal.Refusal, error)
	Count(t tx.Tx, v ident.VendorID, presented string, byID bool) (int64, *refusal.Refusal, error)
}

// Vendors finds a vendor by its isv_id; zero when there is none.
type Vendors interface {
	VendorByUUID(ctx context.Context, isv ident.UUID) (ident.VendorID, error)
}

// VendorRows reads a vendor's settings.
type VendorRows interface {
	ByID(ctx context.Context, id ident.VendorID) (vendors.Vendor, error)
}

// Keys tells who an API key is.
type Keys interface {
	Authenticate(ctx context.Context, secret string) (identity.Principal, error)
}

// Signer signs answers. A zero key is the oldest that programs pin. An answer is
// signed with the newest of the trusted kids before that. RSAKey finds a key by its kid.
type Signer interface {
	RSAKey(ctx context.Context, v ident.VendorID, kid string) (ident.SigningKeyID, error)
	SignResponse(ctx context.Context, v ident.VendorID, key ident.SigningKeyID, trusted []string, r signed.Response, body []byte) (string, error)
	SignRSA(ctx context.Context, v ident.VendorID, key ident.SigningKeyID, body []byte) ([]byte, error)
	SignRSAConstant(ctx context.Context, v ident.VendorID, key ident.SigningKeyID, body []byte) ([]byte, error)
	SignRSANonce(ctx context.Context, v ident.VendorID, key ident.SigningKeyID, nonce []byte) ([]byte, error)
}

// Places tells where an address is: the country, ISO 3166-1 alpha-2, and the city;
// nothing for a vendor that stores no location.
type Places interface {
	Locate(ctx context.Context, v ident.VendorID, a netip.Addr) (country string, city licensing.City, err error)
}

// Config is what the surface needs; Places and Guesses may be nil.
type Config struct {
	Licenses    Licenses
	LicenseRows LicenseRows
	Meters      Meters
	Usage       Usage
	Vendors     Vendors
	VendorRows  VendorRows
	Keys        Keys
	Signer      Signer
	Runner      tx.Runner
	Clock       ident.Clock
	Places      Places
	Sessions    Sessions
	Licensees   Licensees

	// Guesses bounds wrong keys, tokens and clients by address and provisioning key,
	// Files the activation files of one address; nil for no bound.
	Guesses, Files *budget.Budget

	// Handed writes down which XML file is about to be handed out; nil for nothing.
	Handed func(ctx context.Context, f HandedFile) error
}

// API is the clients' surface.
type API struct {
	Config

	known   *budget.Known // guesses that were right
	surface *edge.Surface
	offline *edge.Surface // called by people's browsers, without a key
}

// New checks the configuration and makes the surface.
func New(c Config) (*API, error) {
	if c.Licenses == nil || c.LicenseRows == nil || c.Meters == nil || c.Usage == nil ||
		c.Sessions == nil || c.Licensees == nil || c.Vendors == nil || c.VendorRows == nil || c.Keys == nil || c.Signer == nil ||
		c.Runner == nil || c.Clock == nil {
		return nil, errors.New("slascone: the configuration is incomplete")
	}
	a := &API{Config: c, known: budget.NewKnown(0)}
	a.surface = &edge.Surface{Name: "slascone", Credential: credential, Authenticate: a.authenticate, Problem: a.problem}
	a.offline = &edge.Surface{Name: "slascone offline", Problem: a.offlineProblem, Browser: true}
	return a, nil
}

// bodyLimit is generous for what a client has to say.
const bodyLimit = 64 << 10

// Routes is the table. Each call is served below both base paths.
func (a *API) Routes() []edge.Route {
	table := []edge.Route{
		{Method: http.MethodPost, Path: "/provisioning/activations", Permission: identity.ProvisionClients, Handler: a.activate},
		{Method: http.MethodPost, Path: "/provisioning/heartbeats", Permission: identity.ProvisionClients, Handler: a.heartbeat},
		{Method: http.MethodPost, Path: "/provisioning/unassign", Permission: identity.ProvisionClients, Handler: a.unassign},
		{Method: http.MethodPost, Path: "/provisioning/validate", Permission: identity.ProvisionClients, Handler: a.validate},
		{Method: http.MethodGet, Path: "/provisioning/validate", Permission: identity.ProvisionClients, Handler: a.validate},
		{Method: http.MethodPost, Path: "/provisioning/session/open", Permission: identity.ProvisionClients, Handler: a.openSession},
		{Method: http.MethodPost, Path: "/provisioning/session/close", Permission: identity.ProvisionClients, Handler: a.closeSession},
		{
			Method: http.MethodGet, Path: "/provisioning/licenses/{license_id}/tokens/floating/active/count",
			Permission: identity.ProvisionClients, Handler: a.countSessions,
		},
		{Method: http.MethodPost, Path: "/provisioning/licenses/by_license", Permission: identity.ProvisionClients, Handler: a.byLicense},
		{Method: http.MethodPost, Path: "/provisioning/licenses/by_customer", Permission: identity.LookUpLicenses, Handler: a.byCustomer},
		{Method: http.MethodPost, Path: "/provisioning/licenses/by_user", Permission: identity.LookUpLicenses, Handler: a.byUser},
		{Method: http.MethodPost, Path: "/provisioning/licenses/state/toggle", Permission: identity.SwitchLicenses, Handler: a.toggle},
		{Method: http.MethodPost, Path: "/provisioning/validate/consumption", Permission: identity.ProvisionClients, Handler: a.validateConsumption},
		{Method: http.MethodGet, Path: "/provisioning/validate/consumption", Permission: identity.ProvisionClients, Handler: a.validateConsumption},
		{Method: http.MethodPost, Path: "/data_gathering/consumption_heartbeats", Permission: identity.ProvisionClients, Handler: a.consume},
		{Method: http.MethodPost, Path: "/data_gathering/consumption_heartbeats/rollback", Permission: identity.ProvisionClients, Handler: a.rollback},
		{Method: http.MethodPost, Path: "/data_gathering/analytical_heartbeats", Permission: identity.ProvisionClients, Handler: a.analyse},
		{Method: http.MethodPost, Path: "/data_gathering/usage_heartbeats", Permission: identity.ProvisionClients, Handler: a.usage},
		{Method: http.MethodPost, Path: "/data_gathering/usage_heartbeats_by_name", Permission: identity.ProvisionClients, Handler: a.usageByName},
		{Method: http.MethodGet, Path: "/licenses/{license_id}/xml", Permission: identity.ProvisionClients, Handler: a.licenseFile},
		{Method: http.MethodGet, Path: offlinePath, Surface: a.offline, Public: offlinePublic, Handler: a.askOffline},
		{Method: http.MethodPost, Path: offlinePath, Surface: a.offline, Public: offlinePublic, Handler: a.activateOffline},
	}
	table = slices.Concat(table, a.elsewhere())
	routes := make([]edge.Route, 0, 2*len(table))
	for _, base := range []string{"/api/v2/isv/{isv_id}", "/isv/{isv_id}"} {
		for _, rt := range table {
			rt.Path = base + rt.Path
			if rt.Surface == nil {
				rt.Surface = a.surface
			}
			rt.Handler = a.refusingKeys(rt.Handler)
			rt.BodyLimit, rt.Timeout = bodyLimit, 10*time.Second
			routes = append(routes, rt)
		}
	}
	return routes
}

// refusingKeys answers what is no key as an unknown key.
func (a *API) refusingKeys(handle edge.Handler) edge.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := handle(w, r)
		if errors.Is(err, errNoKey) {
			return a.sendRefusal(w, &request{Request: r, principal: principal(r)}, refusal.Refuse(refusal.InvalidKey))
		}
		return err
	}
}

// elsewhere is every address below a vendor's that no call has.
func (a *API) elsewhere() []edge.Route {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	routes := make([]edge.Route, len(methods))
	for i, method := range methods {
		routes[i] = edge.Route{
			Method: method, Path: "/{call...}", Handler: a.nothing, Nothing: true,
			Public: "there is nothing at such an address, and a client must be able to tell who says so",
		}
	}
	return routes
}

// nothing answers for addresses below a vendor's that no call has: signed like
// every answer, because a client in the field breaks on one that is not.
func (a *API) nothing(_ http.ResponseWriter, r *http.Request) error {
	if _, err := a.vendor(r); err != nil {
		return err
	}
	return edge.NoRoute()
}
