package wiring

import (
	"time"

	"chancery/internal/budget"
	"chancery/internal/metering"
	meterstore "chancery/internal/store/metering"
	"chancery/internal/wiring/pairs"
)

// furnishMeters makes the room in which consumption is counted.
func (r *Rooms) furnishMeters() (err error) {
	r.MeterRows = meterstore.Store{DB: r.DB}
	licenses := pairs.MeteredLicenses{Licenses: r.Licenses}
	if r.Meters, err = metering.New(metering.Config{
		Store: r.MeterRows, Reader: r.MeterRows, Licenses: licenses, Runner: r.DB, IDs: r.IDs,
		Notices: MeterMails{Mails: r.Mails, Licenses: r.LicenseRows},
	}); err != nil {
		return err
	}
	names, err := budget.New(budget.Config{
		Clock: r.Clock.Real, Burst: 200, Every: 5 * time.Minute,
		Code: "too_many_names", Message: "More new names of usage features and modules come from here than the server takes in a short time.",
		Help: "Report under names that are defined already, or wait.",
	})
	if err != nil {
		return err
	}
	r.Usage, err = metering.NewUsage(metering.UsageConfig{Store: r.MeterRows, Ended: r.MeterRows, Licenses: licenses, IDs: r.IDs, Names: names})
	return err
}
