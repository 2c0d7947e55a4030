package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/customers"
)

func (a *App) consoleCustomers(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := customers.New(customers.Config{Face: f, Rows: r.CustomerRows, Customers: r.Customers, Licenses: r.LicenseRows, History: r.AuditRows})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
