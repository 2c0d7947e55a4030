package show

import (
	"context"
	"slices"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/web"
)

// MailKind is what a kind of mail is called.
func MailKind(k mailing.Kind) string {
	switch k {
	case mailing.LicenseIssued:
		return "Licence issued"
	case mailing.Recovery:
		return "Password recovery"
	case mailing.Invitation:
		return "Invitation"
	case mailing.Goodwill:
		return "Goodwill entered"
	case mailing.Expiring:
		return "Licence expiring"
	case mailing.UsedUp:
		return "Licence used up"
	case mailing.Event:
		return "Event"
	case mailing.Test:
		return "Test"
	}
	return string(k)
}

// MailBadge is where a mail stands.
func MailBadge(s mailing.State) *web.Badge {
	switch s {
	case mailing.Queued:
		return &web.BadgeQueued
	case mailing.Sent:
		return &web.BadgeSent
	case mailing.Failed:
		return &web.BadgeFailed
	case mailing.Kept:
		return &web.BadgeKept
	}
	return &web.Badge{Word: string(s), Tone: web.Neutral}
}

// MailHref is the page of one mail of the log.
func MailHref(base string, id ident.UUID) string { return base + "/settings/mail/log/" + id.String() }

// MailTexts reads a vendor's own texts.
type MailTexts interface {
	Templates(ctx context.Context, vendor ident.VendorID) ([]mailing.Template, error)
}

// MailRenderer renders mails that are not sent.
type MailRenderer interface {
	Complete(own []mailing.Template) []mailing.Template
	PreviewOf(vendor mailing.Vendor, p mailing.Template, d mailing.Data) (mailing.Body, error)
}

// PreviewMail is the mail of a kind as it would be sent with this data, in the
// vendor's own texts. Its HTML is shown with ServeMail, never within a page.
func PreviewMail(q *web.Request, texts MailTexts, mails MailRenderer, k mailing.Kind, d mailing.Data) (mailing.Body, error) {
	own, err := texts.Templates(q.Context(), q.VendorID())
	if err != nil {
		return mailing.Body{}, err
	}
	all := mails.Complete(own)
	p := all[slices.IndexFunc(all, func(p mailing.Template) bool { return p.Kind == k })]
	v := q.Vendor
	return mails.PreviewOf(mailing.Vendor{
		Slug: v.Slug, Name: v.Name, Zone: v.Location(), SupportEmail: v.SupportEmail, Website: v.Website,
	}, p, d)
}
