package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/catalog"
)

func (a *App) consoleCatalog(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := catalog.New(catalog.Config{
		Face: f, Rows: r.CatalogRows, Catalog: r.Catalog, UsageRows: r.MeterRows, Usage: r.Usage, Licenses: r.LicenseRows, History: r.AuditRows,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
