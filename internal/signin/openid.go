package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"chancery/internal/access"
	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/outbound"
)

// answerWithin is how long a provider has for all that one sign-in asks of it.
const answerWithin = 15 * time.Second

// maxSubject is how long a subject may be; OpenID Connect Core 2 allows 255.
const maxSubject = 255

// OpenID implements access.ProviderClient.
type OpenID struct {
	// Client reaches providers: of outbound.New, for their addresses are vendors' choice.
	Client *http.Client
	Clock  ident.Clock
}

var _ access.ProviderClient = OpenID{}

// Address implements access.ProviderClient.
func (o OpenID) Address(ctx context.Context, p access.Provider, secret string, r access.Route) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	_, config, err := o.discover(ctx, p, secret, r)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(r.State, oidc.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)), nil
}

// Exchange implements access.ProviderClient.
func (o OpenID) Exchange(ctx context.Context, p access.Provider, secret string, r access.Route, code string) (access.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	provider, config, err := o.discover(ctx, p, secret, r)
	if err != nil {
		return access.Identity{}, err
	}
	token, err := config.Exchange(oidc.ClientContext(ctx, o.Client), code, oauth2.VerifierOption(r.Verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return access.Identity{}, trouble("did not take the code back: check client id and secret", refused)
	}
	if err != nil {
		return access.Identity{}, trouble("could not be asked: "+outbound.Reason(err), err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return access.Identity{}, trouble("gave no identity", nil)
	}
	checked, err := provider.VerifierContext(oidc.ClientContext(ctx, o.Client), &oidc.Config{ClientID: p.ClientID, Now: o.Clock.Now}).Verify(ctx, raw)
	if err != nil {
		return access.Identity{}, trouble("gave an identity that is not valid", err)
	}
	if subtle.ConstantTimeCompare([]byte(checked.Nonce), []byte(r.Nonce)) != 1 {
		return access.Identity{}, trouble("gave an identity of another sign-in", nil)
	}
	if checked.Subject == "" || len(checked.Subject) > maxSubject || checked.Issuer != p.Issuer {
		return access.Identity{}, trouble("gave an identity that is not valid", nil)
	}
	var claims struct {
		Email string `json:"email"`
	}
	_ = checked.Claims(&claims) // an address is only shown, and may be missing
	email, good := entry.Address(claims.Email)
	if !good {
		email = ""
	}
	return access.Identity{Issuer: checked.Issuer, Subject: checked.Subject, Email: email}, nil
}

// discover reads what the issuer says of itself. Its addresses get the same
// guard as its own: what is reached, and that it is over TLS.
func (o OpenID) discover(ctx context.Context, p access.Provider, secret string, r access.Route) (*oidc.Provider, *oauth2.Config, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, o.Client), p.Issuer)
	if other, ok := errors.AsType[*oidc.IssuerMismatchError](err); ok {
		return nil, nil, trouble("names itself as another issuer", other)
	}
	if err != nil {
		return nil, nil, trouble("could not be asked: "+reason(err), err)
	}
	var addresses struct {
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
		Keys      string `json:"jwks_uri"`
	}
	if err := provider.Claims(&addresses); err != nil {
		return nil, nil, trouble("describes itself in a way that can't be read", err)
	}
	for _, a := range []string{addresses.Authorize, addresses.Token, addresses.Keys} {
		if !access.GoodProviderAddress(a) {
			return nil, nil, trouble("names an address that is not safe", nil)
		}
	}
	return provider, &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: r.Redirect,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

// reason: discovery wraps what failed, or gives an answer's status as text.
func reason(err error) string {
	if said := outbound.Reason(err); said != "the connection failed" {
		return said
	}
	return "there is no OpenID discovery at this address, or no answer"
}

func trouble(what string, cause error) error {
	e := &fault.Error{
		Kind: fault.Unprocessable, Code: "provider_trouble", Message: "The provider " + what + ".",
		Help: "Try again; if it stays so, tell who looks after the team's sign-in.",
	}
	if cause != nil {
		return e.WithCause(cause)
	}
	return e
}
