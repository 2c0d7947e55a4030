package app

import (
	"context"
	"encoding/base64"

	"chancery/internal/edge"
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/web"
	"chancery/internal/web/console/overview"
)

func (a *App) consoleOverview(f *web.Face) ([]edge.Route, error) {
	p, err := overview.New(overview.Config{
		Face: f, Figures: a.rooms.FigureRows, Attention: a.rooms.LicenseRows, Key: pinned{a.rooms.Keyring},
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}

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
