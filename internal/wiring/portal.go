package wiring

import (
	"cmp"
	"context"
	"slices"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/language"
	"chancery/internal/owners"
	"chancery/internal/web"
	"chancery/internal/web/account"
	"chancery/internal/web/entrance"
	"chancery/internal/web/portal"
	"chancery/internal/web/portal/activations"
	"chancery/internal/web/portal/files"
	"chancery/internal/web/portal/help"
	"chancery/internal/web/portal/history"
	"chancery/internal/web/portal/licenses"
	"chancery/internal/web/portal/overview"
	"chancery/internal/web/portal/people"
	"chancery/internal/web/portal/requests"
	"chancery/internal/web/portal/takeover"
	prepaidoverview "chancery/internal/web/prepaid/overview"
	"chancery/internal/web/show"
	"chancery/internal/wiring/pairs"
)

// portalAreas are all of the portal. A new area is a new line.
func portalAreas(r *Rooms, s Site, made files.Files, f *web.Face) []area {
	return append(entranceAreas(r, s, f, false),
		mounted(overview.New(overview.Config{
			Face: f, Rows: r.OwnerRows, Meters: ownersMeters{r}, Reminders: prepaidoverview.Reminder{Rows: r.PrepaidRows}.Notices,
		})),
		mounted(licenses.New(licenses.Config{Face: f, Rows: r.OwnerRows, Meters: ownersMeters{r}, HandOvers: r.HandOvers(), Mails: s.mailsLinks()})),
		mounted(takeover.New(takeover.Config{Face: f, Look: r.lookAtHandOver, Confirm: r.confirmHandOver})),
		mounted(requests.New(requests.Config{Face: f, Rows: r.OwnerRows, Requests: r.Requests})),
		mounted(activations.New(activations.Config{Face: f, Rows: r.OwnerRows, Deactivations: ownersDeactivations{r}, Names: ownersNames{r}})),
		mounted(files.New(files.Config{Face: f, Rows: r.OwnerRows, Files: made})),
		mounted(history.New(history.Config{Face: f, Rows: r.OwnerRows})),
		mounted(help.New(help.Config{Face: f, Texts: ownersHelp{r}})),
		mounted(people.New(people.Config{
			Face: f, People: r.CustomerPeople(), Rows: r.OwnerRows, Mails: s.mailsLinks(), Count: r.Links.CountInvitation,
		})),
	)
}

// entranceAreas are coming in and one's own account, which every face has. The server's
// own first address leads to the front.
func entranceAreas(r *Rooms, s Site, f *web.Face, front bool) []area {
	var elsewhere map[string]string
	var stops entrance.Stops
	own := account.Config{
		Face: f, Sessions: r.UserSessions, SessionRows: r.UserSessionRows, Users: r.Users, Passwords: r.SignIn, Factors: r.Factors,
		Passkeys: r.Passkeys, Proofs: r.SignIn, Addresses: r.Addresses, Providers: r.Providers, Mails: s.mailsLinks(), Site: s.passkeys, Address: s.face,
	}
	if front {
		elsewhere = map[string]string{portal.Name: "Licensing dashboard"}
	} else {
		own.Tokens, own.TokenRows = r.AccessTokens, r.AccessTokenRows
		own.Choices, own.ChoiceRows, stops = r.Mails, r.MailRows, mailStops{r}
	}
	return []area{
		mounted(entrance.New(entrance.Config{
			Face: f, SignIn: r.SignIn, Links: r.Links, Addresses: r.Addresses, Sessions: r.UserSessions, Passkeys: r.Passkeys, Providers: r.Providers,
			Vendors: r.VendorRows, Stops: stops, Mails: s.mailsLinks(), Front: front, Elsewhere: elsewhere, Site: s.passkeys, Address: s.face,
		})),
		mounted(account.New(own)),
	}
}

// newPortal makes the portal.
func newPortal(r *Rooms, s Site, assets *web.Assets, made files.Files) (Faces, error) {
	languages, err := language.Load()
	if err != nil {
		return Faces{}, err
	}
	face, err := web.NewFace(web.Config{
		Name: portal.Name, Assets: assets, Sessions: ownerSessions{r, pairs.OwnerSignedIn{Sessions: r.UserSessions, Reaches: r.OwnerRows}},
		Vendors: r.VendorRows, Changes: r.Changes, Clock: r.Clock, IDs: r.IDs, Secure: s.HTTPS(), Nav: portal.Nav, Places: portal.Places(),
		Languages: languages, Branded: true, Logos: r.VendorRows, TestClock: s.clock(r), Docs: s.docs(),
	})
	if err != nil {
		return Faces{}, err
	}
	routes, err := routesOf(slices.Concat([]area{mounted(face, nil)}, portalAreas(r, s, made, face), ownersPrepaid(r, face)))
	if err != nil {
		return Faces{}, err
	}
	return Faces{Routes: routes, Views: face.Views()}, face.Err()
}

// ownerSessions gives the pages who is signed in to the portal.
type ownerSessions struct {
	rooms    *Rooms
	signedIn pairs.OwnerSignedIn
}

// Authenticate implements web.Sessions.
func (s ownerSessions) Authenticate(ctx context.Context, vendor ident.VendorID, token string) (identity.Principal, web.Person, error) {
	o, err := s.signedIn.Authenticate(ctx, token)
	if err != nil {
		return identity.Principal{}, web.Person{}, err
	}
	if o.Principal.Vendor != vendor {
		return identity.Principal{}, web.Person{}, errElsewhere()
	}
	role, about := ownerRole(o.Reach)
	return o.Principal, web.Person{
		Name: o.User.Name, Email: o.User.Email, Role: role, RoleAbout: about, Session: o.Session, Reach: o.Reach, Menu: s.rooms.prepaidMenu(ctx, o.Reach),
		Language: o.User.Language, CustomerLanguage: func() string {
			code, err := s.rooms.OwnerRows.LanguageOf(ctx, vendor, o.User.Email)
			if err != nil {
				return "" // the page can be read in another language; what is broken shows in what it reads
			}
			return code
		},
	}, nil
}

// ownerRole is what somebody is on the portal, in words: by the highest of the roles.
func ownerRole(r owners.Reach) (role, about string) {
	if len(r.Customers) == 0 {
		return language.Mark("Licensee"), language.Mark("Sees the licences that name this address, and acts for them.")
	}
	highest := slices.MaxFunc(r.Customers, func(a, b owners.Membership) int {
		return cmp.Compare(slices.Index(owners.Roles(), a.Role), slices.Index(owners.Roles(), b.Role))
	})
	role, about = show.RoleName(highest.Role), show.RoleAbout(highest.Role)
	return role, about
}

func errElsewhere() *fault.Error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: "signed_out", Message: "You are not signed in here.", Help: "Sign in to go on.",
	}
}
