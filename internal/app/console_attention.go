package app

import (
	"net/mail"
	"strconv"
	"time"

	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/licensing"
	"chancery/internal/mailing"
	"chancery/internal/tx"
	"chancery/internal/web"
	"chancery/internal/web/console/attention"
)

func (a *App) consoleAttention(f *web.Face) ([]edge.Route, error) {
	p, err := attention.New(attention.Config{
		Face: f, Figures: a.rooms.FigureRows, Rows: a.rooms.LicenseRows, Licenses: a.rooms.Licenses,
		Products: a.rooms.CatalogRows, Mail: customerMails{LicenceMails{a.rooms.Mails}},
	})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}

// customerMails writes to customers when somebody asks for it.
type customerMails struct{ mails LicenceMails }

// Write implements attention.Mail.
func (m customerMails) Write(t tx.Tx, l *licensing.License, about attention.About, to string) error {
	if address, err := mail.ParseAddress(to); err != nil || address.Address != to {
		return fault.Wrong(fault.Field{Name: "to", Message: "must be one e-mail address"})
	}
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
		const day = 24 * time.Hour
		message.Data.DaysLeft = strconv.Itoa(int(max(0, ends.Sub(t.Now())+day-1) / day))
	}
	message.To = to
	return m.mails.Mails.Queue(t, l.Vendor, message)
}
