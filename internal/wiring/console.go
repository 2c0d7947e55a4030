package wiring

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/mailing"
	"chancery/internal/offline"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/console"
	"chancery/internal/web/console/analytics"
	"chancery/internal/web/console/attention"
	"chancery/internal/web/console/auditlog"
	"chancery/internal/web/console/catalog"
	"chancery/internal/web/console/customers"
	"chancery/internal/web/console/devices"
	"chancery/internal/web/console/erasures"
	"chancery/internal/web/console/gallery"
	"chancery/internal/web/console/imports"
	"chancery/internal/web/console/licenses"
	"chancery/internal/web/console/mails"
	carried "chancery/internal/web/console/offline"
	"chancery/internal/web/console/overview"
	"chancery/internal/web/console/requests"
	"chancery/internal/web/console/search"
	"chancery/internal/web/console/sessions"
	"chancery/internal/web/console/settings"
	"chancery/internal/web/console/team"
	"chancery/internal/web/console/webhooks"
	"chancery/internal/web/portal"
	"chancery/internal/web/show"
	"chancery/internal/wiring/pairs"
)

// consoleAreas are all of the console. A new area is a new line.
func consoleAreas(r *Rooms, s Site, files licenses.Files, far *offline.Service, f *web.Face) []area {
	return append(entranceAreas(r, s, f, true),
		mounted(team.New(team.Config{
			Face: f, Users: r.Users, UserRows: r.UserRows, Invitations: r.Invitations(), Roles: r.Roles, RoleRows: r.RoleRows,
			Mails: s.mailsLinks(), Address: s.face,
		})),
		mounted(overview.New(overview.Config{
			Face: f, Figures: r.FigureRows, Attention: r.LicenseRows, Requests: r.OwnerRows, Files: r.OfflineRows, Key: pinned{r.Keyring}, Hosts: r.VendorRows,
		})),
		mounted(attention.New(attention.Config{
			Face: f, Figures: r.FigureRows, Rows: r.LicenseRows, Licenses: r.Licenses, Products: r.CatalogRows,
			Mail: customerMails{r},
		})),
		mounted(analytics.New(analytics.Config{
			Face: f, Figures: r.FigureRows, Clients: r.LicenseRows, Catalogue: r.CatalogRows, Usage: r.MeterRows,
		})),
		mounted(licenses.New(licenses.Config{
			Face: f, Rows: r.LicenseRows, Licenses: r.Licenses, Catalog: r.CatalogRows, CustomerRows: r.CustomerRows, Customers: r.Customers,
			Meters: r.Meters, Ledger: r.MeterRows, SessionRows: r.SessionRows, Audit: r.AuditRows, Mails: licenceLetters{r},
			Files: files, FileRows: r.OfflineRows,
			Requests: r.OwnerRows,
		})),
		mounted(requests.New(requests.Config{Face: f, Rows: r.OwnerRows, Licenses: r.LicenseRows, Requests: r.Requests})),
		mounted(devices.New(devices.Config{
			Face: f, Rows: r.LicenseRows, Licenses: r.Licenses, Catalog: r.CatalogRows, Refresh: refreshFile(far, offline.ViaConsole),
		})),
		mounted(carried.New(carried.Config{
			Face: f, Rows: r.OfflineRows, Licenses: r.LicenseRows, Deletions: r.Licenses, Files: far, Take: takeFile(far, offline.ViaConsole),
		})),
		mounted(sessions.New(sessions.Config{Face: f, Rows: r.SessionRows, Licenses: r.LicenseRows, Sessions: r.Sessions})),
		mounted(search.New(search.Config{Face: f, Licenses: r.LicenseRows, Customers: r.CustomerRows, Users: r.UserRows})),
		mounted(settings.New(settings.Config{
			Face: f, Vendors: r.Vendors, APIKeys: r.APIKeys, APIKeyRows: r.APIKeyRows, SigningKeys: r.Keyring, Providers: r.Providers,
			Address: s.face, Portal: s.portal, LastDays: r.LicenseRows, Editions: r.CatalogRows, Moves: r.VendorRows,
			Hosts: r.Hosts, HostRows: r.VendorRows, OnHost: func(host string) string { return s.at(host).String() + "/" + portal.Name },
			Logos: r.VendorRows, MailPreview: func(ctx context.Context, v vendors.Vendor) (mailing.Body, error) {
				return previewMail(ctx, r, v, mailing.LicenseIssued, "", r.Mails.Sample(show.MailVendor(v)))
			},
			Helps: vendors.Helps{Store: r.VendorRows}, HelpRows: r.VendorRows,
			Changes: r.Changes, TestClock: testClock(r, s),
		})),
		mounted(webhooks.New(webhooks.Config{
			Face: f, Subscriptions: seenSubscriptions{r.Subscriptions, r.OutboxRows}, Rows: seenDeliveries{r.OutboxRows},
			Incoming: r.Incoming, IncomingRows: r.OutboxRows, Server: s.address(),
		})),
		mounted(mails.New(mails.Config{
			Face: f, Mails: seenMails{r.Mails}, Rows: seenMailLog{r.MailRows}, Sends: s.SendsMail, From: s.MailFrom, Links: s.PublicURL != nil,
		})),
		mounted(auditlog.New(auditlog.Config{Face: f, Rows: r.AuditRows})),
		mounted(catalog.New(catalog.Config{
			Face: f, Rows: r.CatalogRows, Catalog: r.Catalog, UsageRows: r.MeterRows, Usage: r.Usage, Licenses: r.LicenseRows, History: r.AuditRows,
		})),
		mounted(customers.New(customers.Config{
			Face: f, Rows: r.CustomerRows, Customers: r.Customers, Licenses: r.LicenseRows, History: r.AuditRows,
			People: r.CustomerPeople(), PeopleRows: r.OwnerRows, Mails: s.mailsLinks(),
		})),
		mounted(erasures.New(erasures.Config{Face: f, Erasures: r.Erasures, Rows: r.ErasureRows, Customers: r.CustomerRows})),
		mounted(imports.New(imports.Config{Face: f, Imports: r.Imports, Rows: r.ImportRows})),
	)
}

// newConsole makes the console.
func newConsole(r *Rooms, s Site, assets *web.Assets, files licenses.Files, far *offline.Service) (Faces, error) {
	face, err := web.NewFace(web.Config{
		Name: console.Name, Assets: assets, Sessions: browserSessions{pairs.SignedIn{Sessions: r.UserSessions}}, Vendors: r.VendorRows,
		Changes: r.Changes, Clock: r.Clock, IDs: r.IDs, Secure: s.HTTPS(), Nav: console.Nav,
		Logos: r.VendorRows, Log: lastChanges{r.AuditRows}, Places: console.Places(),
		TestClock: s.clock(r),
	})
	if err != nil {
		return Faces{}, err
	}
	areas := append([]area{mounted(assets, nil), mounted(face, nil)}, consoleAreas(r, s, files, far, face)...)
	areas = append(areas, staffPrepaid(r, face)...)
	if s.Gallery {
		areas = append(areas, listed(gallery.Routes(face)))
	}
	routes, err := routesOf(areas)
	if err != nil {
		return Faces{}, err
	}
	return Faces{Routes: routes, Views: face.Views()}, face.Err()
}

// browserSessions gives the pages who is signed in to the console.
type browserSessions struct{ signedIn pairs.SignedIn }

// Authenticate implements web.Sessions.
func (s browserSessions) Authenticate(ctx context.Context, vendor ident.VendorID, token string) (identity.Principal, web.Person, error) {
	p, user, session, err := s.signedIn.Authenticate(ctx, token)
	if err != nil {
		return identity.Principal{}, web.Person{}, err
	}
	if p.Vendor != vendor {
		return identity.Principal{}, web.Person{}, errElsewhere()
	}
	return p, web.Person{
		Name: user.Name, Email: user.Email, Role: user.Role.Name, RoleAbout: user.Role.Description, Language: user.Language, Session: session,
	}, nil
}
