package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/console/sessions"
)

func (a *App) consoleSessions(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := sessions.New(sessions.Config{Face: f, Rows: r.SessionRows, Licenses: r.LicenseRows, Sessions: r.Sessions})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
