package app

import (
	"chancery/internal/wire/manage"
	"chancery/internal/wire/manage/auditlog"
	"chancery/internal/wire/manage/catalog"
	"chancery/internal/wire/manage/customers"
	"chancery/internal/wire/manage/devices"
	"chancery/internal/wire/manage/licenses"
	"chancery/internal/wire/manage/mails"
	"chancery/internal/wire/manage/sessions"
	"chancery/internal/wire/manage/settings"
	"chancery/internal/wire/manage/webhooks"
)

// managementAreas are all of the management API: one line for each.
func managementAreas() []func(r *Rooms) (manage.Area, error) {
	return []func(r *Rooms) (manage.Area, error){
		manageSettings, manageCatalog, manageCustomers, manageLicenses, manageDevices, manageSessions, manageWebhooks, manageMails, manageAuditLog,
	}
}

// management makes the management API.
func management(r *Rooms) (*manage.API, error) {
	public := ""
	if r.publicURL != nil {
		public = r.publicURL.String()
	}
	c := manage.Config{PublicURL: public, Changes: r.Changes, Keys: r.Authenticator, Vendors: r.VendorRows}
	for _, areaOf := range managementAreas() {
		area, err := areaOf(r)
		if err != nil {
			return nil, err
		}
		c.Areas = append(c.Areas, area)
	}
	return manage.New(c)
}

func manageSettings(r *Rooms) (manage.Area, error) {
	return settings.New(settings.Config{
		Vendors: r.Vendors, VendorRows: r.VendorRows, APIKeys: r.APIKeys, APIKeyRows: r.APIKeyRows, SigningKeys: r.Keyring,
	})
}

func manageCatalog(r *Rooms) (manage.Area, error) {
	return catalog.New(catalog.Config{Catalog: r.Catalog, CatalogRows: r.CatalogRows, Usage: r.Usage, UsageRows: r.MeterRows})
}

func manageCustomers(r *Rooms) (manage.Area, error) {
	return customers.New(customers.Config{Customers: r.Customers, CustomerRows: r.CustomerRows})
}

func manageLicenses(r *Rooms) (manage.Area, error) {
	return licenses.New(licenses.Config{
		Clock: r.Clock, Licenses: r.Licenses, LicenseRows: r.LicenseRows, Meters: r.Meters, MeterRows: r.MeterRows, SessionRows: r.SessionRows,
	})
}

func manageDevices(r *Rooms) (manage.Area, error) {
	return devices.New(devices.Config{Licenses: r.Licenses, LicenseRows: r.LicenseRows})
}

func manageSessions(r *Rooms) (manage.Area, error) {
	return sessions.New(sessions.Config{Clock: r.Clock, Sessions: r.Sessions, SessionRows: r.SessionRows, LicenseRows: r.LicenseRows})
}

func manageWebhooks(r *Rooms) (manage.Area, error) {
	return webhooks.New(webhooks.Config{
		Subscriptions: seenSubscriptions{r.Subscriptions, r.OutboxRows}, OutboxRows: seenDeliveries{r.OutboxRows},
	})
}

func manageMails(r *Rooms) (manage.Area, error) {
	return mails.New(mails.Config{
		Mails: seenMails{r.Mails}, MailRows: seenMailLog{r.MailRows}, Licenses: r.Licenses, VendorRows: r.VendorRows,
	})
}

func manageAuditLog(r *Rooms) (manage.Area, error) {
	return auditlog.New(auditlog.Config{AuditRows: r.AuditRows})
}
