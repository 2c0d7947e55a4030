package wiring

import (
	"errors"

	"chancery/internal/catalog"
	"chancery/internal/customers"
	"chancery/internal/devices"
	"chancery/internal/figures"
	"chancery/internal/floating"
	"chancery/internal/keyring"
	"chancery/internal/licensing"
	"chancery/internal/outbox"
	"chancery/internal/prepaid"
	auditstore "chancery/internal/store/audit"
	catalogstore "chancery/internal/store/catalog"
	customerstore "chancery/internal/store/customers"
	devicestore "chancery/internal/store/devices"
	figurestore "chancery/internal/store/figures"
	floatingstore "chancery/internal/store/floating"
	licensestore "chancery/internal/store/licensing"
	outboxstore "chancery/internal/store/outbox"
	"chancery/internal/wiring/pairs"
)

// furnishLicences makes the rooms that licences are issued and used in.
func (r *Rooms) furnishLicences(sealer *keyring.Sealer) (err error) {
	r.LicenseRows = licensestore.New(r.DB)
	r.Pulses = licensestore.NewPulses(r.DB, r.log)
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Pulses.Close())
			if r.Hearings != nil {
				err = errors.Join(err, r.Hearings.Close())
			}
		}
	}()
	if err = r.furnishMail(sealer); err != nil {
		return err
	}
	if r.machines, err = devices.New(devices.Config{Store: devicestore.Store{}, IDs: r.IDs, Copies: []devices.Copies{r.LicenseRows}}); err != nil {
		return err
	}
	if err = r.furnishPrepaid(); err != nil {
		return err
	}
	released := &pairs.Released{}
	if r.Licenses, err = licensing.New(licensing.Config{
		Store: r.LicenseRows, Reader: r.LicenseRows, Pulses: r.Pulses, Devices: pairs.LicensedDevices{Devices: r.machines}, Runner: r.DB, IDs: r.IDs,
		Sessions: released, Notices: LicenceMails{r.Mails}, Leavers: leavers{r},
		Prepaid: pairs.PaidDays{Heartbeats: prepaid.NewHeartbeats(r.Reports, r.presence)},
	}); err != nil {
		return err
	}
	if err = r.furnishMeters(); err != nil {
		return err
	}
	r.SessionRows = floatingstore.Store{DB: r.DB}
	if r.Sessions, err = floating.New(floating.Config{
		Store: r.SessionRows, Reader: r.SessionRows, Licenses: pairs.SessionLicenses{Licensing: r.Licenses}, Runner: r.DB, IDs: r.IDs,
	}); err != nil {
		return err
	}
	released.Floating = r.Sessions
	r.CatalogRows, r.CustomerRows = catalogstore.Store{DB: r.DB}, customerstore.Store{DB: r.DB}
	r.AuditRows, r.OutboxRows = auditstore.Store{DB: r.DB}, outboxstore.Store{DB: r.DB}
	if r.Catalog, err = catalog.New(catalog.Config{Store: r.CatalogRows, IDs: r.IDs, Followers: followers{r.Licenses}}); err != nil {
		return err
	}
	if r.Customers, err = customers.New(customers.Config{
		Store: r.CustomerRows, Reader: r.CustomerRows, Runner: r.DB, IDs: r.IDs, Followers: r.Licenses,
	}); err != nil {
		return err
	}
	if r.Subscriptions, err = outbox.New(outbox.Config{Store: r.OutboxRows, IDs: r.IDs, Sealer: sealer}); err != nil {
		return err
	}
	if r.Incoming, err = outbox.NewIncoming(r.OutboxRows, r.OutboxRows, r.IDs, sealer); err != nil {
		return err
	}
	if r.LicenseSubscriptions, err = licensing.NewSubscriptions(r.Licenses, r.LicenseRows); err != nil {
		return err
	}
	r.FigureRows = figurestore.Store{DB: r.DB}
	r.Figures, err = figures.New(figures.Config{Store: r.FigureRows, Runner: r.DB, Clock: r.Clock, Real: r.Clock.Real})
	if err != nil {
		return err
	}
	return r.furnishImports()
}
