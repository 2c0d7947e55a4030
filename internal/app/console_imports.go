package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/imports"
)

func (a *App) consoleImports(f *web.Face) ([]edge.Route, error) {
	p, err := imports.New(imports.Config{Face: f, Imports: a.rooms.Imports, Rows: a.rooms.ImportRows})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
