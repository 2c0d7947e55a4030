package wiring

import (
	"context"
	"slices"
	"strconv"
	"time"

	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/web/console/attention"
	"chancery/internal/web/show"
)

// customerMails writes to customers when somebody asks for it.
type customerMails struct{ rooms *Rooms }

// kindOf is the mail that is about this.
func kindOf(about attention.About) mailing.Kind {
	switch about {
	case attention.AboutUsedUp:
		return mailing.UsedUp
	case attention.AboutEnd:
		return mailing.Expiring
	case attention.AboutGoodwill:
	}
	return mailing.Goodwill
}

// Draft implements attention.Mail.
func (m customerMails) Draft(
	ctx context.Context, v vendors.Vendor, l *licensing.License, about attention.About, now time.Time,
) (subject, text string, err error) {
	d := dataOf(l, v.Location(), now)
	d.DaysLeft = daysLeft(l, about, now)
	b, err := previewMail(ctx, m.rooms, v, kindOf(about), d)
	return b.Subject, b.Text, err
}

// daysLeft is what a mail about the end says.
func daysLeft(l *licensing.License, about attention.About, now time.Time) string {
	if ends := l.ExpiryOf(l.Terms().Policy); about == attention.AboutEnd && !ends.IsZero() {
		return strconv.Itoa(licensing.DaysLeft(now, ends))
	}
	return ""
}

// Write implements attention.Mail.
func (m customerMails) Write(t tx.Tx, l *licensing.License, w attention.Letter) error {
	message, err := LicenceMails{m.rooms.Mails}.message(t, kindOf(w.About), l)
	if err != nil {
		return err
	}
	message.Data.DaysLeft = daysLeft(l, w.About, t.Now())
	message.To, message.Letter = w.To, &mailing.Letter{Subject: w.Subject, Text: w.Text}
	return m.rooms.Mails.Queue(t, l.Vendor, message)
}

// previewMail renders a vendor's text of a kind.
func previewMail(ctx context.Context, r *Rooms, v vendors.Vendor, k mailing.Kind, d mailing.Data) (mailing.Body, error) {
	own, err := r.MailRows.Templates(ctx, v.ID)
	if err != nil {
		return mailing.Body{}, err
	}
	all := r.Mails.Complete(own)
	p := all[slices.IndexFunc(all, func(p mailing.Template) bool { return p.Kind == k })]
	return r.Mails.PreviewOf(show.MailVendor(v), p, d)
}
