package wiring

import (
	"strconv"

	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web/console/attention"
)

// customerMails writes to customers when somebody asks for it.
type customerMails struct{ mails LicenceMails }

// Write implements attention.Mail.
func (m customerMails) Write(t tx.Tx, l *licensing.License, about attention.About, to string) error {
	kind := mailing.Goodwill
	switch about {
	case attention.AboutUsedUp:
		kind = mailing.UsedUp
	case attention.AboutEnd:
		kind = mailing.Expiring
	case attention.AboutGoodwill:
	}
	message, err := m.mails.message(t, kind, l)
	if err != nil {
		return err
	}
	if ends := l.ExpiryOf(l.Terms().Policy); kind == mailing.Expiring && !ends.IsZero() {
		message.Data.DaysLeft = strconv.Itoa(licensing.DaysLeft(t.Now(), ends))
	}
	message.To = to
	return m.mails.Mails.Queue(t, l.Vendor, message)
}
