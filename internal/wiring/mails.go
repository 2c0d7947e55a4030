package wiring

import (
	"context"
	"net/url"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/mail"
	"chancery/internal/mailing"
	mailstore "chancery/internal/store/mailing"
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
	config := mailing.PostmanConfig{Queue: r.MailRows, Sealer: r.sealer, Logos: mailLogos{r}, Runner: r.DB, Clock: r.Clock, Log: r.log}
	if server != nil {
		transport, err := mail.New(mail.Config{URL: server, From: from})
		if err != nil {
			return nil, err
		}
		config.Transport = transport
	}
	return mailing.NewPostman(config)
}

// mailLogos gives mails their vendors' logos.
type mailLogos struct{ rooms *Rooms }

// MailLogo implements mailing.Logos.
func (m mailLogos) MailLogo(ctx context.Context, v ident.VendorID) ([]byte, error) {
	l, err := m.rooms.VendorRows.Logo(ctx, v)
	return l.Content, err
}
