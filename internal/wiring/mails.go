package wiring

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/licensing"
	"chancery/internal/mail"
	"chancery/internal/mailing"
	"chancery/internal/outbox"
	mailstore "chancery/internal/store/mailing"
	"chancery/internal/tx"
)

// furnishMail makes the room that licensing tells people by.
func (r *Rooms) furnishMail(sealer *keyring.Sealer) error {
	renderer, err := mail.NewRenderer()
	if err != nil {
		return err
	}
	r.MailRows = mailstore.Store{DB: r.DB}
	// Dashboard stays nil while no route serves one: a mail leads nobody to a page that is not there.
	r.Mails, err = mailing.New(mailing.Config{Store: r.MailRows, Renderer: renderer, Sealer: sealer, IDs: r.IDs})
	return err
}

// NewPostman makes what sends the mail queue: by a server, from an address. Without a
// server mail stays in the log.
func (r *Rooms) NewPostman(server *url.URL, from string) (*mailing.Postman, error) {
	config := mailing.PostmanConfig{Queue: r.MailRows, Sealer: r.sealer, Runner: r.DB, Clock: r.Clock, Log: r.log}
	if server != nil {
		transport, err := mail.New(mail.Config{URL: server, From: from})
		if err != nil {
			return nil, err
		}
		config.Transport = transport
	}
	return mailing.NewPostman(config)
}

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
		return fault.Refused("no_licensee_email", "This licence has no licensee user to mail to.", "Set licensee_email, then send it.")
	}
	message.To = l.LicenseeEmail
	return m.Mails.Queue(t, l.Vendor, message)
}

// GoodwillEntered implements licensing.Notices.
func (m LicenceMails) GoodwillEntered(t tx.Tx, l *licensing.License, a *licensing.Activation) error {
	message, err := m.message(t, mailing.Goodwill, l)
	if err != nil {
		return err
	}
	message.Key, message.Data.Device = "goodwill:"+a.UUID.String(), a.Device.Number
	if !a.GoodwillUntil.IsZero() {
		message.Data.Until, err = m.day(t, l, a.GoodwillUntil)
	}
	if err != nil {
		return err
	}
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
	const day = 24 * time.Hour
	message.Data.DaysLeft = strconv.Itoa(int((ends.Sub(t.Now()) + day - 1) / day))
	return m.Mails.Tell(t, l.Vendor, l.LicenseeEmail, message)
}

// EndingDays implements licensing.Notices.
func (m LicenceMails) EndingDays(t tx.Tx, v ident.VendorID) (int, error) {
	r, err := m.Mails.RuleOf(t, v, mailing.Expiring)
	return r.Days, err
}

// message is what all mails say of a licence.
func (m LicenceMails) message(t tx.Tx, k mailing.Kind, l *licensing.License) (mailing.Message, error) {
	p := l.Terms().Policy
	d := mailing.Data{
		Customer: l.Customer.CompanyName, Product: l.Product.Name, ProductID: l.Product.UUID.String(), License: l.Name, LicenseKey: l.LicenseKey.String(),
		Used: strconv.FormatInt(l.RegularUsed+l.GoodwillUsed, 10), Contract: strconv.FormatInt(p.TokenLimit, 10),
		Allowed: strconv.FormatInt(licensing.Allowed(p), 10),
	}
	if l.PrintedKey != "" {
		d.LicenseKey = l.PrintedKey // the one that people type
	}
	if d.License == "" {
		d.License = l.Edition.Name
	}
	var err error
	if ends := l.ExpiryOf(p); !ends.IsZero() {
		d.EndsOn, err = m.day(t, l, ends)
	}
	return mailing.Message{Kind: k, Data: d, License: l.UUID}, err
}

// day gives the last day that ends before an exclusive instant, in the vendor's zone.
func (m LicenceMails) day(t tx.Tx, l *licensing.License, end time.Time) (string, error) {
	v, err := m.Mails.Store.Vendor(t, l.Vendor)
	if err != nil {
		return "", err
	}
	return end.Add(-time.Millisecond).In(v.Zone).Format("2 January 2006"), nil
}

// eventMails carries items of subscriptions of the kind mail: each becomes one
// mail, however often it is carried.
type eventMails struct {
	mails  *mailing.Service
	runner tx.Runner
}

// Carry implements outbox.Carrier. What becomes of the mail is in the mail log.
func (e eventMails) Carry(ctx context.Context, p outbox.Parcel) outbox.Receipt {
	err := e.runner.Run(ctx, func(t tx.Tx) error {
		return e.mails.Queue(t, p.Vendor, mailing.Message{
			Kind: mailing.Event, To: p.Subscription.Target, Data: mailing.Data{Event: p.Item.Event, Payload: indented(p.Item.Payload)},
			Key: "event:" + p.Subscription.UUID.String() + ":" + strconv.FormatInt(p.Item.ID, 10) + ":" + strconv.FormatInt(p.Item.GiveUpAt.UnixMilli(), 10),
		})
	})
	if err != nil {
		return outbox.Receipt{Attempt: outbox.Attempt{Error: fault.As(err).Message}}
	}
	return outbox.Receipt{Delivered: true, Attempt: outbox.Attempt{Request: "mail to " + p.Subscription.Target}}
}

func indented(payload string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(payload), "", "  ") != nil {
		return payload
	}
	return b.String()
}
