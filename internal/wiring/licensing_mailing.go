package wiring

import (
	"strconv"
	"strings"
	"time"

	"chancery/internal/calendar"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/terms"
	"chancery/internal/tx"
)

// LicenceMails tells people by mail what licensing announces.
type LicenceMails struct{ Mails *mailing.Service }

var _ licensing.Notices = LicenceMails{}

// Issued implements licensing.Notices.
func (m LicenceMails) Issued(t tx.Tx, l *licensing.License, again bool) error {
	message, err := m.message(t, mailing.LicenseIssued, l)
	if err != nil {
		return err
	}
	if !again {
		message.Key = "license_issued:" + l.UUID.String()
		return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
	}
	if l.LicenseeEmail == "" {
		return errNoLicensee()
	}
	message.To = l.LicenseeEmail
	return m.Mails.Queue(t, l.Vendor, message)
}

// NewKey implements licensing.Notices.
func (m LicenceMails) NewKey(t tx.Tx, l *licensing.License) error {
	if l.LicenseeEmail == "" {
		return errNoLicensee()
	}
	message, err := m.message(t, mailing.KeyReplaced, l)
	if err != nil {
		return err
	}
	message.To = l.LicenseeEmail
	return m.Mails.Queue(t, l.Vendor, message)
}

func errNoLicensee() error {
	return fault.Refused("no_licensee_email", "This licence has no licensee user to mail to.", "Set licensee_email, then send it.")
}

// GoodwillEntered implements licensing.Notices.
func (m LicenceMails) GoodwillEntered(t tx.Tx, l *licensing.License, a *licensing.Activation) error {
	message, err := m.message(t, mailing.Goodwill, l)
	if err != nil {
		return err
	}
	message.Key, message.Data.Device = "goodwill:"+a.UUID.String(), nameInMail(a)
	if !a.GoodwillUntil.IsZero() {
		message.Data.Until, err = m.day(t, l, a.GoodwillUntil)
	}
	if err != nil {
		return err
	}
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// nameInMail is what a mail calls a device: by the owner's name, with what it says beside it.
func nameInMail(a *licensing.Activation) string {
	if a.DisplayName != "" {
		return a.DisplayName + " (" + a.SaidName() + ")"
	}
	return a.Called()
}

// NewDevices implements licensing.Notices.
func (m LicenceMails) NewDevices(t tx.Tx, l *licensing.License, n licensing.NewDevices) error {
	message, err := m.message(t, mailing.NewDevice, l)
	if err != nil {
		return err
	}
	message.Key = "new_device:" + l.UUID.String() + ":" + strconv.FormatInt(n.Since.UnixMilli(), 10)
	names := make([]string, len(n.Named))
	for i, a := range n.Named {
		names[i] = nameInMail(a)
	}
	message.Data.Device = strings.Join(names, ", ")
	if n.Count > 1 {
		message.Data.Devices = strconv.FormatInt(n.Count, 10)
	}
	if more := n.Count - int64(len(names)); more > 0 && len(names) > 0 {
		message.Data.More = strconv.FormatInt(more, 10)
	}
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// NearlyUsedUp implements licensing.Notices.
func (m LicenceMails) NearlyUsedUp(t tx.Tx, l *licensing.License) error {
	message, err := m.message(t, mailing.NearlyUsedUp, l)
	if err != nil {
		return err
	}
	message.Key = "nearly_used_up:" + l.UUID.String() + ":" + strconv.FormatInt(t.Now().UnixMilli(), 10)
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// UsedUp implements licensing.Notices.
func (m LicenceMails) UsedUp(t tx.Tx, l *licensing.License) error {
	message, err := m.message(t, mailing.UsedUp, l)
	if err != nil {
		return err
	}
	message.Key = "used_up:" + l.UUID.String() + ":" + strconv.FormatInt(l.UsedUpAt.UnixMilli(), 10)
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// Ending implements licensing.Notices.
func (m LicenceMails) Ending(t tx.Tx, l *licensing.License, ends time.Time) error {
	message, err := m.message(t, mailing.Expiring, l)
	if err != nil {
		return err
	}
	message.Key = "expiring:" + l.UUID.String() + ":" + strconv.FormatInt(ends.UnixMilli(), 10)
	message.Data.DaysLeft = strconv.Itoa(licensing.DaysLeft(t.Now(), ends))
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// Ended implements licensing.Notices.
func (m LicenceMails) Ended(t tx.Tx, s licensing.State) error {
	message, err := m.message(t, mailing.Expired, s.License)
	if err != nil {
		return err
	}
	message.Key = "expired:" + s.License.UUID.String() + ":" + strconv.FormatInt(s.ExpiresAt.UnixMilli(), 10)
	if c := s.Consumed; c != nil {
		message.Data.Meter, message.Data.Consumed, message.Data.Limit = c.Limitation.Name, amount(c.Gross), amount(c.Contract)
	}
	return m.Mails.Tell(t, s.License.Vendor, s.License.LicenseeEmail, message)
}

func amount(millionths int64) string { return string(terms.AppendQuantity(nil, millionths)) }

// RefreshDue implements licensing.Notices.
func (m LicenceMails) RefreshDue(t tx.Tx, l *licensing.License, a *licensing.Activation, passed bool) error {
	message, err := m.message(t, mailing.RefreshDue, l)
	if err != nil {
		return err
	}
	message.Key = "refresh_due:" + a.UUID.String() + ":" + strconv.FormatInt(a.RefreshBy.UnixMilli(), 10)
	message.Data.Device = nameInMail(a)
	if message.Data.RefreshBy, err = m.day(t, l, a.RefreshBy); err != nil {
		return err
	}
	if passed {
		message.Key += ":passed"
	} else {
		message.Data.DaysLeft = strconv.Itoa(licensing.DaysLeft(t.Now(), a.RefreshBy))
	}
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// RefreshDays implements licensing.Notices.
func (m LicenceMails) RefreshDays(t tx.Tx, v ident.VendorID) (int, error) {
	r, err := m.Mails.RuleOf(t, v, mailing.RefreshDue)
	return r.Days, err
}

// EndingDays implements licensing.Notices.
func (m LicenceMails) EndingDays(t tx.Tx, v ident.VendorID) (int, error) {
	r, err := m.Mails.RuleOf(t, v, mailing.Expiring)
	return r.Days, err
}

// message is what all mails say of a licence.
func (m LicenceMails) message(t tx.Tx, k mailing.Kind, l *licensing.License) (mailing.Message, error) {
	v, err := m.Mails.Store.Vendor(t, l.Vendor)
	return mailing.Message{Kind: k, Data: dataOf(l, v.Zone, t.Now()), License: l.UUID}, err
}

// dataOf is what all mails say of a licence; days are told in the vendor's zone.
func dataOf(l *licensing.License, zone *time.Location, now time.Time) mailing.Data {
	p, used := l.Terms().Policy, l.Held()
	if l.CountsMonths() {
		used = l.UsedInMonth(now)
	}
	d := mailing.Data{
		Customer: l.Customer.CompanyName, Product: l.Product.Name, ProductID: l.Product.UUID.String(), License: l.Title(), LicenseKey: l.KeyToType(),
		Used: strconv.FormatInt(used, 10), Contract: strconv.FormatInt(p.TokenLimit, 10),
		Allowed: strconv.FormatInt(licensing.Allowed(p), 10),
	}
	if m := l.MonthAt(now, zone); m != nil {
		d.MonthEnds = calendar.LastDay(m.Ends, zone)
	}
	if ends := l.ExpiryOf(p); !ends.IsZero() {
		d.EndsOn = calendar.LastDay(ends, zone)
	}
	return d
}

// day gives the last day that ends before an exclusive instant, in the vendor's zone.
func (m LicenceMails) day(t tx.Tx, l *licensing.License, end time.Time) (calendar.Day, error) {
	v, err := m.Mails.Store.Vendor(t, l.Vendor)
	if err != nil {
		return calendar.Day{}, err
	}
	return calendar.LastDay(end, v.Zone), nil
}
