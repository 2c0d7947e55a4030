package wiring

import (
	"context"
	"encoding/base64"

	"chancery/internal/ident"
	"chancery/internal/keyring"
)

// pinned gives the key that programs pin as they are configured with it.
type pinned struct{ keys *keyring.Keyring }

// PublicKey implements overview.SigningKey.
func (p pinned) PublicKey(ctx context.Context, v ident.VendorID) (string, error) {
	public, err := p.keys.Newest(ctx, v)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(public.Ed25519), nil
}
