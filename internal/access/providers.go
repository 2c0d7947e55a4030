package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// ProvidersConfig is what the service needs.
type ProvidersConfig struct {
	Store      ProviderStore
	Client     ProviderClient
	Ceremonies *Ceremonies
	Links      LinkStore
	SignIn     *SignIn
	Sealer     Sealer
	Runner     tx.Runner
	IDs        ident.Source
}

// Providers keeps the vendor's OpenID provider and signs in with it. A user is
// known by issuer and subject; an e-mail address alone never leads to one.
type Providers struct{ c ProvidersConfig }

// NewProviders makes the service.
func NewProviders(c ProvidersConfig) (*Providers, error) {
	if c.Store == nil || c.Client == nil || c.Ceremonies == nil || c.Links == nil || c.SignIn == nil || c.Sealer == nil || c.Runner == nil ||
		c.IDs.Rand == nil {
		return nil, errors.New("access: Providers needs everything in its Config")
	}
	return &Providers{c}, nil
}

// ProviderPurpose binds the secret of an OpenID client to its vendor.
func ProviderPurpose(vendor ident.VendorID) string { return vendor.Bind("identity provider") }

// ChangeProvider is the settings as somebody filled them in.
type ChangeProvider struct {
	Issuer   string
	ClientID string
	Secret   string // empty keeps the one that is there
	Label    string
	Only     bool
}

// Settings gives the vendor's provider; found is false while there is none.
func (p *Providers) Settings(ctx context.Context, vendor ident.VendorID) (Provider, bool, error) {
	return p.c.Store.ProviderOf(ctx, vendor)
}

// Offered is Settings where the provider is switched on.
func (p *Providers) Offered(ctx context.Context, vendor ident.VendorID) (Provider, bool, error) {
	one, found, err := p.c.Store.ProviderOf(ctx, vendor)
	return one, found && one.Enabled, err
}

// Check refuses settings that can't work: it reads the provider's discovery.
func (p *Providers) Check(ctx context.Context, c ChangeProvider) error {
	if err := c.validate(); err != nil {
		return err
	}
	_, err := p.c.Client.Address(ctx, Provider{Issuer: c.Issuer, ClientID: c.ClientID}, "", Route{})
	if e := fault.As(err); err != nil && e.Kind != fault.Internal {
		why := strings.TrimSuffix(e.Message, ".")
		if what, ok := strings.CutPrefix(why, "The provider "); ok {
			why = "the provider " + what
		}
		return fault.Wrong(fault.Field{Name: "issuer", Message: "can't be used: " + why})
	}
	return err
}

func (c *ChangeProvider) validate() error {
	var wrong fault.Fields
	wrong.Check(GoodProviderAddress(c.Issuer), "issuer", "must be the address of the provider, such as https://login.example.com")
	wrong.Text("client_id", c.ClientID, 1, 300)
	c.Label = entry.Name(&wrong, "label", c.Label, "", 1, 60)
	wrong.Check(len(c.Secret) <= 1000, "secret", "must have at most 1,000 characters")
	return wrong.Err()
}

// GoodProviderAddress reports whether secrets and tokens may travel to an address:
// over TLS, or on this machine.
func GoodProviderAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(text) > 500 {
		return false
	}
	a, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && err == nil && a.IsLoopback()
}

// Set stores settings that Check has let pass. New ones begin switched off: they
// are tried first.
func (p *Providers) Set(t tx.Tx, vendor ident.VendorID, c ChangeProvider) error {
	if err := c.validate(); err != nil {
		return err
	}
	before, found, err := p.c.Store.Provider(t, vendor)
	if err != nil {
		return err
	}
	after := Provider{Issuer: c.Issuer, ClientID: c.ClientID, Label: c.Label, Only: c.Only, SealedSecret: before.SealedSecret}
	same := found && c.Secret == "" && before.Issuer == c.Issuer && before.ClientID == c.ClientID
	switch {
	case same:
		after.Enabled, after.TriedAt = before.Enabled, before.TriedAt
	case c.Secret == "" && (!found || before.Issuer != c.Issuer):
		// The old secret must not travel to a new address.
		return fault.Wrong(fault.Field{Name: "secret", Message: "must be given for a new issuer"})
	}
	if c.Secret != "" {
		if after.SealedSecret, err = p.c.Sealer.Seal(ProviderPurpose(vendor), []byte(c.Secret)); err != nil {
			return err
		}
	}
	if err := p.c.Store.SetProvider(t, vendor, after); err != nil {
		return err
	}
	journalProvider(t, vendor, "identity_provider.changed", after)
	return nil
}

// Switch switches the provider on, once somebody has signed in with it, or off.
func (p *Providers) Switch(t tx.Tx, vendor ident.VendorID, on bool) error {
	one, found, err := p.c.Store.Provider(t, vendor)
	if err != nil {
		return err
	}
	if !found {
		return fault.Missing("identity_provider")
	}
	if on && one.TriedAt == nil {
		return fault.Refused("provider_untried", "Nobody has signed in with these settings yet.", "Try them first.")
	}
	one.Enabled = on
	if err := p.c.Store.SetProvider(t, vendor, one); err != nil {
		return err
	}
	journalProvider(t, vendor, "identity_provider.switched", one)
	return nil
}

// Remove forgets the provider.
func (p *Providers) Remove(t tx.Tx, vendor ident.VendorID) error {
	one, found, err := p.c.Store.Provider(t, vendor)
	if err != nil || !found {
		return err
	}
	journalProvider(t, vendor, "identity_provider.removed", one)
	return p.c.Store.DeleteProvider(t, vendor)
}

func journalProvider(t tx.Tx, vendor ident.VendorID, action string, p Provider) {
	t.Journal(tx.Entry{Vendor: vendor, Action: action, Subject: "vendor", After: map[string]any{
		"issuer": p.Issuer, "client_id": p.ClientID, "label": p.Label, "only": p.Only, "enabled": p.Enabled,
	}})
}

// Linked gives the address by which the provider knows who is signed in.
func (p *Providers) Linked(ctx context.Context, vendor ident.VendorID, own Person, issuer string) (email string, found bool, err error) {
	return p.c.Store.Linked(ctx, vendor, own.ID, issuer)
}

// Unlink ends that the provider signs in who is signed in.
func (p *Providers) Unlink(t tx.Tx, vendor ident.VendorID, own Person) error {
	one, found, err := p.c.Store.Provider(t, vendor)
	if err != nil || !found {
		return err
	}
	if !own.HasPassword && !own.HasPasskey {
		return fault.Refused("no_other_way", "You have no other way to sign in.", "Set a password or make a passkey first.")
	}
	t.Journal(tx.Entry{Vendor: vendor, Action: "user.identity_unlinked", Subject: asUser, ID: own.UUID})
	return p.c.Store.Unlink(t, vendor, own.ID, one.Issuer)
}

// secret opens the client's secret.
func (p *Providers) secret(vendor ident.VendorID, one Provider) (string, error) {
	plain, err := p.c.Sealer.Open(ProviderPurpose(vendor), one.SealedSecret)
	return string(plain), err
}

// fingerprint tells settings from others. The secret counts as it is, and not as it
// is sealed: a rotation of the master key changes no settings.
func (p *Providers) fingerprint(vendor ident.VendorID, one Provider) []byte {
	secret, err := p.secret(vendor, one)
	if err != nil {
		secret = string(one.SealedSecret) // who signs in is told by the call that needs it
	}
	sum := sha256.Sum256([]byte(one.Issuer + "\x00" + one.ClientID + "\x00" + secret))
	return sum[:]
}
