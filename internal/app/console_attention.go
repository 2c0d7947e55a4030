package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/attention"
)

func (a *App) consoleAttention(f *web.Face) ([]edge.Route, error) {
	p, err := attention.New(attention.Config{
		Face: f, Figures: a.rooms.FigureRows, Rows: a.rooms.LicenseRows, Licenses: a.rooms.Licenses, Products: a.rooms.CatalogRows,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
