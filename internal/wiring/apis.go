package wiring

import (
	"time"

	"chancery/internal/budget"
	"chancery/internal/geo"
	"chancery/internal/offline"
	"chancery/internal/webhook"
	"chancery/internal/wire/incoming"
	"chancery/internal/wire/slascone"
	"chancery/internal/wire/wellknown"
)

// apiAreas are the APIs, one line each.
func apiAreas(r *Rooms, s Site, index vendorIndex, clients *slascone.API, files *offline.Service) []area {
	return []area{
		listed(wellknown.Routes(wellknown.Config{
			Vendors: index, Keys: r.Keyring, Clock: r.Clock, SecurityContact: s.SecurityContact, PublicURL: s.PublicURL,
		})),
		mounted(clients, nil),
		listed(incoming.Routes(incoming.Config{
			Vendors: index, Webhooks: r.Incoming, Subscriptions: r.LicenseSubscriptions, Runner: r.DB, Clock: r.Clock.Real, Signed: webhook.Signed,
		})),
		newBeacon(r),
		mounted(management(r, s, files)),
	}
}

// newClients makes the API that programs call. It also makes the files that pages hand out.
func newClients(r *Rooms, index vendorIndex, places *geo.Places) (*slascone.API, error) {
	guesses, err := budget.New(budget.Config{Clock: r.Clock.Real, Burst: 20, Every: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	files, err := budget.New(budget.Config{
		Clock: r.Clock.Real, Burst: 60, Every: 5 * time.Second,
		Code: "too_many_files", Message: "Too many activation files were asked for from this address in a short time.", Help: "Wait, and try again.",
	})
	if err != nil {
		return nil, err
	}
	return slascone.New(slascone.Config{
		Licenses: r.Licenses, LicenseRows: r.LicenseRows, Meters: r.Meters, Usage: r.Usage, Sessions: r.Sessions, Licensees: r.Licensees,
		Vendors: index, VendorRows: r.VendorRows, Keys: r.Authenticator, Signer: r.Keyring, Runner: r.DB, Clock: r.Clock, Places: newLocator(r, places),
		Guesses: guesses, Files: files,
	})
}
