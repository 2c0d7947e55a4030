package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/search"
)

func (a *App) consoleSearch(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := search.New(search.Config{Face: f, Licenses: r.LicenseRows, Customers: r.CustomerRows, Users: r.UserRows})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
