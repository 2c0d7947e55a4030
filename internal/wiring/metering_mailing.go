package wiring

import (
	"fmt"
	"strconv"

	"chancery/internal/calendar"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/metering"
	"chancery/internal/tx"
)

// MeterMails tells people by mail what metering announces.
type MeterMails struct {
	Mails    *mailing.Service
	Licenses interface {
		License(t tx.Tx, v ident.VendorID, id ident.LicenseID) (*licensing.License, error)
	}
}

var _ metering.Notices = MeterMails{}

// Met implements metering.Notices.
func (m MeterMails) Met(t tx.Tx, v ident.VendorID, n metering.Notice) error {
	kind := mailing.MeterThreshold
	if n.Percent == 0 {
		kind = mailing.MeterExhausted
	}
	l, err := m.Licenses.License(t, v, n.License)
	if err != nil || l == nil {
		return err
	}
	vendor, err := m.Mails.Store.Vendor(t, v)
	if err != nil {
		return err
	}
	d := dataOf(l, vendor.Zone, t.Now())
	d.Meter, d.Consumed = n.Limitation.Name, amount(n.Meter.Consumed)
	if n.Limitation.Limit != nil {
		d.Limit = amount(*n.Limitation.Limit)
	}
	if n.Of == metering.OfContract {
		d.Consumed, d.Limit = amount(n.Meter.Gross), amount(*n.Limitation.Contract())
	}
	if n.Percent > 0 {
		d.Percent = strconv.Itoa(n.Percent)
	}
	if end := n.Meter.EndsAt; !end.IsZero() && n.Of != metering.OfContract {
		d.NextReset = calendar.DayOf(end, vendor.Zone)
	}
	return m.Mails.Tell(t, v, l.LicenseeEmail, mailing.Message{
		Kind: kind, Data: d, License: l.UUID,
		Key: fmt.Sprintf("%s:%s:%s:%d:%s:%d:%d:%d", kind, l.UUID, n.Limitation.ID, n.Percent, n.Of,
			n.Meter.StartedAt.UnixMilli(), n.Meter.ToldOf, n.Meter.ContractToldOf),
	})
}
