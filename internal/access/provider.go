package access

import (
	"context"
	"crypto/sha256"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/tx"
)

// Provider is a vendor's OpenID provider.
type Provider struct {
	Issuer       string // its address, exactly as its tokens name it
	ClientID     string
	SealedSecret []byte
	Label        string // of the button: "Acme ID"
	Only         bool   // staff but owners sign in with it only
	Enabled      bool
	TriedAt      *time.Time // when somebody last signed in with these settings; nil for never
}

// ProviderSettings reads the provider of a vendor inside a transaction.
type ProviderSettings interface {
	Provider(t tx.Tx, vendor ident.VendorID) (p Provider, found bool, err error)
}

// ProviderStore keeps providers, and whom they know users as.
type ProviderStore interface {
	ProviderSettings

	// ProviderOf is Provider outside a transaction.
	ProviderOf(ctx context.Context, vendor ident.VendorID) (p Provider, found bool, err error)

	// SetProvider stores p in the place of what was there.
	SetProvider(t tx.Tx, vendor ident.VendorID, p Provider) error

	// DeleteProvider removes it; whom it knows users as stays.
	DeleteProvider(t tx.Tx, vendor ident.VendorID) error

	// Identified gives the user whom an issuer knows as a subject.
	Identified(t tx.Tx, vendor ident.VendorID, issuer, subject string) (user ident.UserID, found bool, err error)

	// Link stores whom an issuer knows a user as; linked is false, and nothing
	// changed, when the issuer knows the user as somebody, or somebody as this.
	Link(t tx.Tx, vendor ident.VendorID, user ident.UserID, i Identity) (linked bool, err error)

	// Unlink removes it.
	Unlink(t tx.Tx, vendor ident.VendorID, user ident.UserID, issuer string) error

	// Linked gives the e-mail address that the issuer named when it was linked.
	Linked(ctx context.Context, vendor ident.VendorID, user ident.UserID, issuer string) (email string, found bool, err error)
}

// Identity is whom a provider says that somebody is.
type Identity struct {
	Issuer  string
	Subject string
	Email   string // shown, and never believed
}

// Route is one way to a provider and back.
type Route struct {
	Redirect string // where the provider sends the browser back to
	State    string
	Nonce    string
	Verifier string // of PKCE
}

// ProviderClient talks with providers (the adapter signin). Its errors are faults
// that say what was wrong.
type ProviderClient interface {
	// Address is where the browser goes. It reads the provider's discovery.
	Address(ctx context.Context, p Provider, secret string, r Route) (string, error)

	// Exchange turns the code that came back into whom the provider means. The
	// token's signature, issuer, audience, time and nonce are checked.
	Exchange(ctx context.Context, p Provider, secret string, r Route, code string) (Identity, error)
}

// linkHash is of a link's token.
func linkHash(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

// elsewhere refuses who must sign in with the provider, once it is known who it is.
// Owners never must, so that a provider that is gone locks nobody out for good.
func (s *SignIn) elsewhere(t tx.Tx, vendor ident.VendorID, person Person) (refused, err error) {
	if !person.IsStaff || person.IsOwner {
		return nil, nil
	}
	p, found, err := s.c.Providers.Provider(t, vendor)
	if err != nil || !found || !p.Enabled || !p.Only {
		return nil, err
	}
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "provider_only", Message: "The team signs in with " + p.Label + ".",
		Help: "Use its button on the sign-in page.",
	}, nil
}

func errStranger(label string) *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "identity_unknown", Message: label + " knows you, but no account here is linked to that sign-in.",
		Help: "Follow the link of your invitation first; or sign in with your password and connect " + label + " in Account.",
	}
}

func errNoProvider() *fault.Error {
	return fault.Refused("provider_off", "Nobody signs in with a provider here.", "Sign in another way.")
}
