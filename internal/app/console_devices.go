package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/devices"
)

func (a *App) consoleDevices(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := devices.New(devices.Config{Face: f, Rows: r.LicenseRows, Licenses: r.Licenses, Catalog: r.CatalogRows})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
