package wiring

import (
	"time"

	"chancery/internal/budget"
	"chancery/internal/geo"
	"chancery/internal/wire/manage"
	"chancery/internal/wire/slascone"
	"chancery/internal/wire/wellknown"
)

// apiAreas are the APIs, one line each.
func apiAreas(r *Rooms, s Site, index vendorIndex, clients *slascone.API) []area {
	return []area{
		listed(wellknown.Routes(wellknown.Config{Vendors: index, Keys: r.Keyring})),
		mounted(clients, nil),
		mounted(manage.New(management(r, s))),
	}
}

// newClients makes the API that programs call. It also makes the files that pages hand out.
func newClients(r *Rooms, index vendorIndex, places *geo.Places) (*slascone.API, error) {
	guesses, err := budget.New(budget.Config{Clock: r.Clock, Burst: 20, Every: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	files, err := budget.New(budget.Config{
		Clock: r.Clock, Burst: 60, Every: 5 * time.Second,
		Code: "too_many_files", Message: "Too many activation files were asked for from this address in a short time.", Help: "Wait, and try again.",
	})
	if err != nil {
		return nil, err
	}
	return slascone.New(slascone.Config{
		Licenses: r.Licenses, LicenseRows: r.LicenseRows, Meters: r.Meters, Usage: r.Usage, Sessions: r.Sessions, Licensees: r.Licensees,
		Vendors: index, VendorRows: r.VendorRows, Keys: r.Authenticator, Signer: r.Keyring, Runner: r.DB, Clock: r.Clock, Places: places,
		Guesses: guesses, Files: files,
	})
}

// management is what the management API is made of.
func management(r *Rooms, s Site) manage.Config {
	public := ""
	if s.PublicURL != nil {
		public = s.PublicURL.String()
	}
	return manage.Config{
		PublicURL: public,
		Changes:   r.Changes, Clock: r.Clock, Keys: r.Authenticator,
		Vendors: r.Vendors, VendorRows: r.VendorRows, Catalog: r.Catalog, CatalogRows: r.CatalogRows,
		Customers: r.Customers, CustomerRows: r.CustomerRows, AuditRows: r.AuditRows,
		Subscriptions: seenSubscriptions{r.Subscriptions, r.OutboxRows}, OutboxRows: seenDeliveries{r.OutboxRows},
		Mails: seenMails{r.Mails}, MailRows: seenMailLog{r.MailRows}, Licenses: r.Licenses, LicenseRows: r.LicenseRows,
		Meters: r.Meters, MeterRows: r.MeterRows, Usage: r.Usage,
		Sessions: r.Sessions, SessionRows: r.SessionRows,
		APIKeys: r.APIKeys, APIKeyRows: r.APIKeyRows, SigningKeys: r.Keyring,
	}
}
