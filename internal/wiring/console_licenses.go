package wiring

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/vendors"
)

// licenceLetters shows the pages of licences what is mailed of them.
type licenceLetters struct{ rooms *Rooms }

// Preview implements licenses.Mails.
func (l licenceLetters) Preview(ctx context.Context, v vendors.Vendor, to string, d mailing.Data) (mailing.Body, error) {
	return previewMail(ctx, l.rooms, v, mailing.LicenseIssued, to, d)
}

// Of implements licenses.Mails.
func (l licenceLetters) Of(ctx context.Context, v ident.VendorID, license ident.UUID, limit int) ([]mailing.Mail, error) {
	page, err := l.rooms.MailRows.List(ctx, v, mailing.Filter{License: license}, listing.Request{Limit: limit, Sort: "at", Desc: true})
	return page.Items, err
}
