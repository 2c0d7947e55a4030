package wiring

import (
	"chancery/internal/offline"
	"chancery/internal/wire/manage"
	"chancery/internal/wire/manage/auditlog"
	"chancery/internal/wire/manage/catalog"
	"chancery/internal/wire/manage/customers"
	"chancery/internal/wire/manage/devices"
	"chancery/internal/wire/manage/erasures"
	"chancery/internal/wire/manage/licenses"
	"chancery/internal/wire/manage/mails"
	far "chancery/internal/wire/manage/offline"
	"chancery/internal/wire/manage/own"
	"chancery/internal/wire/manage/prepaid"
	"chancery/internal/wire/manage/requests"
	"chancery/internal/wire/manage/sessions"
	"chancery/internal/wire/manage/settings"
	"chancery/internal/wire/manage/testclock"
	"chancery/internal/wire/manage/webhooks"
	"chancery/internal/wiring/pairs"
)

// managementAreas are all of the management API. A new area is a new line.
func managementAreas(r *Rooms, files *offline.Service) []operated {
	return []operated{
		operating(settings.New(settings.Config{
			Vendors: r.Vendors, VendorRows: r.VendorRows, APIKeys: r.APIKeys, APIKeyRows: r.APIKeyRows, SigningKeys: r.Keyring,
			Hosts: r.Hosts, HostRows: r.VendorRows,
		})),
		operating(catalog.New(catalog.Config{Catalog: r.Catalog, CatalogRows: r.CatalogRows, Usage: r.Usage, UsageRows: r.MeterRows})),
		operating(customers.New(customers.Config{Customers: r.Customers, CustomerRows: r.CustomerRows, People: r.CustomerPeople(), PeopleRows: r.OwnerRows})),
		operating(licenses.New(licenses.Config{
			Clock: r.Clock, Licenses: r.Licenses, LicenseRows: r.LicenseRows, Meters: r.Meters, MeterRows: r.MeterRows, SessionRows: r.SessionRows,
			Subscriptions: r.LicenseSubscriptions, SubscriptionRows: r.LicenseRows,
		})),
		operating(devices.New(devices.Config{Clock: r.Clock, Licenses: r.Licenses, LicenseRows: r.LicenseRows, Refresh: refreshFile(files, offline.ViaAPI)})),
		operating(far.New(far.Config{Rows: r.OfflineRows, LicenseRows: r.LicenseRows, Licenses: r.Licenses, Take: takeFile(files, offline.ViaAPI)})),
		operating(sessions.New(sessions.Config{Clock: r.Clock, Sessions: r.Sessions, SessionRows: r.SessionRows, LicenseRows: r.LicenseRows})),
		operating(webhooks.New(webhooks.Config{
			Subscriptions: seenSubscriptions{r.Subscriptions, r.OutboxRows}, OutboxRows: seenDeliveries{r.OutboxRows},
			Incoming: r.Incoming, IncomingRows: r.OutboxRows,
		})),
		operating(mails.New(mails.Config{
			Mails: seenMails{r.Mails}, MailRows: seenMailLog{r.MailRows}, Licenses: r.Licenses, VendorRows: r.VendorRows,
		})),
		operating(requests.New(requests.Config{Requests: pairs.NotedRequests{Requests: r.Requests, Rows: r.OwnerRows, Users: r.Users}, Rows: r.OwnerRows})),
		operating(erasures.New(erasures.Config{Erasures: r.Erasures, Rows: r.ErasureRows})),
		operating(prepaid.New(prepaid.Config{
			Clock: r.Clock, Prepaid: r.Prepaid, Rows: r.PrepaidRows, Reports: r.Reports, Owners: r.Owners, OwnerRows: r.OwnerRows,
		})),
		operating(newObserved(r)),
		operating(testclock.New(testclock.Config{Clock: r.TestClock})),
		operating(auditlog.New(auditlog.Config{AuditRows: r.AuditRows})),
	}
}

// operated is one area of the management API, or why there is none.
type operated struct {
	area manage.Area
	err  error
}

// operating is what the constructor of an area returns.
func operating[A manage.Area](a A, err error) operated { return operated{a, err} }

// management makes the management API.
func management(r *Rooms, s Site, files *offline.Service) (*manage.API, error) {
	c := manage.Config{Changes: r.Changes, Keys: r.Authenticator, Tokens: r.AccessTokens, Vendors: r.VendorRows}
	var err error
	if c.Own, err = own.New(own.Config{
		Clock: r.Clock, Owners: r.Owners, OwnerRows: r.OwnerRows, Licenses: r.Licenses, Meters: r.Meters, MeterRows: r.MeterRows,
		Requests: r.Requests,
	}); err != nil {
		return nil, err
	}
	if s.PublicURL != nil {
		c.PublicURL = s.PublicURL.String()
	}
	for _, o := range managementAreas(r, files) {
		if o.err != nil {
			return nil, o.err
		}
		c.Areas = append(c.Areas, o.area)
	}
	return manage.New(c)
}
