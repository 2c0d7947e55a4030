package settings

import (
	"context"
	"embed"
	"errors"
	"slices"

	"chancery/internal/access"
	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/keyring"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web"
)

//go:embed templates
var templates embed.FS

// Vendors changes vendors.
type Vendors interface {
	Update(t tx.Tx, id ident.VendorID, c vendors.Change) (vendors.Vendor, error)
}

// Helps changes what owners of licences read under Help.
type Helps interface {
	Set(t tx.Tx, id ident.VendorID, language, text string) error
}

// APIKeys changes API keys.
type APIKeys interface {
	Create(t tx.Tx, by identity.Principal, c identity.CreateAPIKey) (k identity.APIKey, secret string, err error)
	Revoke(t tx.Tx, by identity.Principal, id ident.UUID) (identity.APIKey, error)
}

// APIKeyRows reads API keys. What is missing is a NotFound fault.
type APIKeyRows interface {
	ByUUID(ctx context.Context, vendor ident.VendorID, id ident.UUID) (identity.APIKey, error)
	List(ctx context.Context, vendor ident.VendorID, r listing.Request) (listing.Page[identity.APIKey], error)
}

// SigningKeys makes, shows and retires the vendor's keys.
type SigningKeys interface {
	Keys(ctx context.Context, vendor ident.VendorID) ([]keyring.Key, error)
	Newest(ctx context.Context, vendor ident.VendorID) (keyring.Public, error)
	Create(t tx.Tx, vendor ident.VendorID, uuid ident.UUID, m keyring.Material) (keyring.Public, error)
	Retire(t tx.Tx, vendor ident.VendorID, kid string) error
}

// Providers sets up the vendor's OpenID provider.
type Providers interface {
	Settings(ctx context.Context, vendor ident.VendorID) (access.Provider, bool, error)
	Check(ctx context.Context, c access.ChangeProvider) error
	Set(t tx.Tx, vendor ident.VendorID, c access.ChangeProvider) error
	Switch(t tx.Tx, vendor ident.VendorID, on bool) error
	Remove(t tx.Tx, vendor ident.VendorID) error
}

// Config is what the pages need; all of it is required, but for TestClock.
type Config struct {
	Face        *web.Face
	Vendors     Vendors
	APIKeys     APIKeys
	APIKeyRows  APIKeyRows
	SigningKeys SigningKeys
	Providers   Providers
	Hosts       Hosts
	HostRows    HostRows
	OnHost      func(host string) string // the vendor's portal on a host of its own
	Helps       Helps
	HelpRows    vendors.HelpReader

	// Address is the vendor's console as browsers are sent back to it, and Portal its
	// portal. Each fails
	// while nobody knows.
	Address func(q *web.Request) (string, error)
	Portal  func(q *web.Request) (string, error)

	// Logos reads the vendor's logo, and MailPreview renders a mail in its branding.
	Logos       web.Logos
	MailPreview func(ctx context.Context, v vendors.Vendor) (mailing.Body, error)

	// What another time zone means for last days.
	LastDays LastDays
	Editions Editions
	Moves    Moves

	Changes   edge.Changes // for what takes more than one transaction
	TestClock TestClock    // nil where there is none
}

// Pages are the pages of the settings.
type Pages struct {
	Config

	face *web.Face // with this area's templates
}

// New makes the pages.
func New(c Config) (*Pages, error) {
	if c.Face == nil || c.Vendors == nil || c.APIKeys == nil || c.APIKeyRows == nil || c.SigningKeys == nil || c.Providers == nil ||
		c.Logos == nil || c.MailPreview == nil || c.Hosts == nil || c.HostRows == nil || c.OnHost == nil ||
		c.Helps == nil || c.HelpRows == nil || c.Address == nil || c.Portal == nil || c.LastDays == nil ||
		c.Editions == nil || c.Moves == nil {
		return nil, errors.New("settings: the configuration is incomplete")
	}
	face, err := c.Face.Area(templates)
	return &Pages{Config: c, face: face}, err
}

// Routes are the routes of the pages.
func (p *Pages) Routes() []edge.Route {
	return slices.Concat(p.vendor(), p.branding(), p.hosts(), p.help(), p.plan(), p.apiKeys(), p.signIn(), p.signingKeys(), p.testClock())
}
