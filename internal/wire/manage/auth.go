package manage

import (
	"context"
	"net/http"
	"strings"

	"chancery/internal/fault"
	"chancery/internal/identity"
)

// Keys tells who an API key is: an Unauthenticated fault for one that is unknown or revoked.
type Keys interface {
	Authenticate(ctx context.Context, secret string) (identity.Principal, error)
}

// credential gives what "Authorization: Bearer ..." presents.
func credential(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// authenticate takes admin keys, read keys for what was observed, and access tokens for the
// part that is their user's: a provisioning or ingest key is public, and can't manage
// anything whatever it was given.
func (a *API) authenticate(r *http.Request) (identity.Principal, error) {
	secret := credential(r)
	if secret == "" {
		return identity.Principal{}, unauthenticated("key_missing", "The request presents no admin key.")
	}
	if identity.LooksLikeToken(secret) {
		return a.Tokens.Authenticate(r.Context(), secret)
	}
	p, err := a.Keys.Authenticate(r.Context(), secret)
	if err != nil {
		if fault.As(err).Kind == fault.Unauthenticated {
			return identity.Principal{}, unauthenticated("key_unknown", "This admin key is not known or was revoked.")
		}
		return identity.Principal{}, err
	}
	if p.Kind == "api_key" && p.KeyKind.Public() {
		return identity.Principal{}, &fault.Error{
			Kind: fault.Forbidden, Code: "key_kind", Message: "This key is not an admin key.",
			Help: "Use a key of kind admin; provisioning and ingest keys are for the vendor's programs.",
		}
	}
	return p, nil
}

func unauthenticated(code, message string) *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: code, Message: message,
		Help: "Send the header \"Authorization: Bearer\" with an admin key of the vendor.",
	}
}
