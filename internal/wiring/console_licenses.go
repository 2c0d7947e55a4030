package wiring

import (
	"context"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/mailing"
	"chancery/internal/vendors"
)

// licenceLetters shows the pages of licences what is mailed of them.
type licenceLetters struct{ rooms *Rooms }

// Preview implements licenses.Mails.
func (l licenceLetters) Preview(ctx context.Context, v vendors.Vendor, d mailing.Data) (mailing.Body, error) {
	own, err := l.rooms.MailRows.Templates(ctx, v.ID)
	if err != nil {
		return mailing.Body{}, err
	}
	all := l.rooms.Mails.Complete(own)
	p := all[slices.IndexFunc(all, func(p mailing.Template) bool { return p.Kind == mailing.LicenseIssued })]
	return l.rooms.Mails.PreviewOf(mailing.Vendor{
		Slug: v.Slug, Name: v.Name, Zone: v.Location(), SupportEmail: v.SupportEmail, Website: v.Website,
	}, p, d)
}

// Of implements licenses.Mails.
func (l licenceLetters) Of(ctx context.Context, v ident.VendorID, license ident.UUID, limit int) ([]mailing.Mail, error) {
	page, err := l.rooms.MailRows.List(ctx, v, mailing.Filter{License: license}, listing.Request{Limit: limit, Sort: "at", Desc: true})
	return page.Items, err
}
