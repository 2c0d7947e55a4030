package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/analytics"
)

func (a *App) consoleAnalytics(f *web.Face) ([]edge.Route, error) {
	p, err := analytics.New(analytics.Config{
		Face: f, Figures: a.rooms.FigureRows, Clients: a.rooms.LicenseRows, Catalogue: a.rooms.CatalogRows, Usage: a.rooms.MeterRows,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
