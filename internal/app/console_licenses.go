package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/licenses"
)

func (a *App) consoleLicenses(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := licenses.New(licenses.Config{
		Face: f, Rows: r.LicenseRows, Licenses: r.Licenses, Catalog: r.CatalogRows, CustomerRows: r.CustomerRows, Customers: r.Customers,
		Meters: r.Meters, Ledger: r.MeterRows, SessionRows: r.SessionRows, Audit: r.AuditRows,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
