package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/settings"
)

func (a *App) consoleSettings(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := settings.New(settings.Config{
		Face: f, Vendors: r.Vendors, APIKeys: r.APIKeys, APIKeyRows: r.APIKeyRows, SigningKeys: r.Keyring,
		Providers: r.Providers, Address: a.consoleAddress,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
