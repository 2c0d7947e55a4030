package app

import (
	"chancery/internal/edge"
	"chancery/internal/web"
	"chancery/internal/web/account"
	"chancery/internal/web/console/team"
)

func (a *App) consoleAccount(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := account.New(account.Config{
		Face: f, Sessions: r.UserSessions, SessionRows: r.UserSessionRows, Users: r.Users, Passwords: r.SignIn, Factors: r.Factors,
		Passkeys: r.Passkeys, Proofs: r.SignIn, Providers: r.Providers, Site: a.site, Address: a.consoleAddress,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}

func (a *App) consoleTeam(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := team.New(team.Config{
		Face: f, Users: r.Users, UserRows: r.UserRows, Links: r.Links, Roles: r.Roles, RoleRows: r.RoleRows, Factors: r.Factors,
		Mails: a.mailsLinks(), Address: a.consoleAddress,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
