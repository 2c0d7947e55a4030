package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/licenses"
)

func (a *App) consoleLicenses(f *web.Face) ([]edge.Route, error) {
	p, err := licenses.New(licenses.Config{Face: f, Rows: a.rooms.LicenseRows})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
