package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/auditlog"
)

func (a *App) consoleAuditLog(f *web.Face) ([]edge.Route, error) {
	p, err := auditlog.New(auditlog.Config{Face: f, Rows: a.rooms.AuditRows})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
