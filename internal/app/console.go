package app

import (
	"context"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/web"
	"chancery/internal/web/console"
	"chancery/internal/web/console/gallery"
	"chancery/internal/web/entrance"
)

// area makes the routes of one area of the console.
type area func(a *App, f *web.Face) ([]edge.Route, error)

// areas are all of the console. Each is wired in a file of its own.
func areas() []area {
	return []area{
		(*App).consoleEntrance,
		(*App).consoleAccount,
		(*App).consoleTeam,
		(*App).consoleOverview,
		(*App).consoleAttention,
		(*App).consoleAnalytics,
		(*App).consoleLicenses,
		(*App).consoleDevices,
		(*App).consoleSessions,
		(*App).consoleSearch,
		(*App).consoleSettings,
		(*App).consoleWebhooks,
		(*App).consoleMails,
		(*App).consoleAuditLog,
		(*App).consoleCatalog,
		(*App).consoleCustomers,
		(*App).consoleImports,
	}
}

// consoleRoutes makes the console.
func (a *App) consoleRoutes() ([]edge.Route, error) {
	assets, err := web.NewAssets()
	if err != nil {
		return nil, err
	}
	face, err := web.NewFace(web.Config{
		Name: console.Name, Assets: assets, Sessions: browserSessions{a.rooms.UserSessions}, Vendors: a.rooms.VendorRows,
		Changes: a.rooms.Changes, Clock: a.rooms.Clock, IDs: a.rooms.IDs, Secure: a.c.https(), Nav: console.Nav, Places: console.Places(),
	})
	if err != nil {
		return nil, err
	}
	routes := append(assets.Routes(), face.Routes()...)
	for _, routesOf := range areas() {
		more, err := routesOf(a, face)
		if err != nil {
			return nil, err
		}
		routes = append(routes, more...)
	}
	if a.c.Gallery {
		more, err := gallery.Routes(face)
		if err != nil {
			return nil, err
		}
		routes = append(routes, more...)
	}
	a.views = face.Views()
	return routes, face.Err()
}

// browserSessions gives the pages who is signed in.
type browserSessions struct{ sessions *identity.Sessions }

// Authenticate implements web.Sessions.
func (s browserSessions) Authenticate(ctx context.Context, vendor ident.VendorID, token string) (identity.Principal, web.Person, error) {
	p, session, err := s.sessions.Authenticate(ctx, token)
	if err != nil {
		return identity.Principal{}, web.Person{}, err
	}
	if p.Vendor != vendor {
		return identity.Principal{}, web.Person{}, &fault.Error{
			Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in here.", Help: "Sign in to go on.",
		}
	}
	return p, web.Person{Name: session.User.Name, Email: session.User.Email, Role: session.User.Role.Name, Session: session}, nil
}

func (a *App) consoleEntrance(f *web.Face) ([]edge.Route, error) {
	r := a.rooms
	p, err := entrance.New(entrance.Config{
		Face: f, SignIn: r.SignIn, Links: r.Links, Sessions: r.UserSessions, Passkeys: r.Passkeys, Providers: r.Providers, Vendors: r.VendorRows,
		Mails: a.mailsLinks(), Front: true, Site: a.site, Address: a.consoleAddress,
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}
