package wiring

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"chancery/internal/ident"
	"chancery/internal/keyring"
	"chancery/internal/mail"
	"chancery/internal/mailing"
	mailstore "chancery/internal/store/mailing"
	"chancery/internal/web/entrance"
	"chancery/internal/web/portal"
)

// furnishMail makes the room that licensing tells people by.
func (r *Rooms) furnishMail(sealer *keyring.Sealer) error {
	renderer, err := mail.NewRenderer()
	if err != nil {
		return err
	}
	r.MailRows = mailstore.Store{DB: r.DB}
	r.Mails, err = mailing.New(mailing.Config{
		Store: r.MailRows, Renderer: renderer, Sealer: sealer, IDs: r.IDs, Dashboard: r.dashboardAt, StopLink: r.stopAt,
	})
	return err
}

// faceAt is a face of a vendor as people outside know its address, without a slash at
// its end; "" while the server does not know its own. What the vendor's customers open is
// on the host of its own, where it has one.
func (r *Rooms) faceAt(face, slug, host string) string {
	if r.publicURL == nil {
		return ""
	}
	if host != "" && host != foldHost(r.publicURL.Host) && slices.Contains(hosted, face) {
		return atHost(r.publicURL, host).String() + "/" + face
	}
	return strings.TrimSuffix(r.publicURL.String(), "/") + "/" + face + "/" + slug
}

// dashboardAt is where a vendor's customers sign in; "" while the server does not know
// its own address.
func (r *Rooms) dashboardAt(v mailing.Vendor) string {
	if at := r.faceAt(portal.Name, v.Slug, v.Host); at != "" {
		return at + "/"
	}
	return ""
}

// stopAt is the page at which the recipient of a mail ends mails of its kind.
func (r *Rooms) stopAt(v mailing.Vendor, token string) string {
	if at := r.faceAt(portal.Name, v.Slug, v.Host); at != "" {
		return at + entrance.StopPath + "?token=" + token
	}
	return ""
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
